// SPDX-License-Identifier: Apache-2.0

// Command storm plays a metastable failure twice: a dependency that bears its load loses
// most of its capacity for half a minute, and callers who repeat what times out keep it
// down after it has that back. A retry budget and a bulkhead let it recover. (Bronson et
// al., "Metastable Failures in Distributed Systems", HotOS 2021.)
//
// No time passes: the decisions of package supervision are told what time it is.
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/supervision"
)

func main() { run(os.Stdout) }

// The trial: 50 requests a second are what the dependency can do, 37 are asked of it, and
// from second 20 to second 50 it can do only 10.
const (
	servers  = 5
	takes    = 100 * time.Millisecond
	patience = time.Second // of a caller, with one attempt
	gap      = 27 * time.Millisecond
	trigger  = 20 * time.Second
	healed   = 50 * time.Second
	whole    = 3 * time.Minute
)

func run(out io.Writer) {
	naive := supervision.Retry{Attempts: 3, Budget: supervision.Budget{Ratio: 1, MinPerSecond: 10_000}}
	bounded := supervision.Retry{Attempts: 3, Budget: supervision.Budget{MinPerSecond: 1}}
	fmt.Fprintln(out, "answered, of the calls that began in:")
	fmt.Fprintf(out, "%-22s", "second")
	for _, span := range spans {
		fmt.Fprintf(out, "%9s", fmt.Sprintf("%d-%d", span[0], span[1]))
	}
	fmt.Fprintln(out)
	play(out, "naive retries", newWorld(naive, mailbox.Bulkhead{}))
	play(out, "a retry budget", newWorld(bounded, mailbox.Bulkhead{}))
	play(out, "budget and bulkhead", newWorld(bounded, mailbox.Bulkhead{Concurrency: 15}))
}

// spans are seconds: before the trigger, in it, and after it.
var spans = [][2]int{{0, 18}, {22, 48}, {50, 60}, {60, 70}, {70, 120}, {120, 175}}

// play lives through the trial, and prints what callers got and what the load was made of.
func play(out io.Writer, name string, w *world) {
	w.at(at(trigger), func() { w.dependency.resize(1) })
	storm := supervision.Amplification{}
	w.at(at(healed-time.Second), func() { storm = w.budget.Amplification(w.now) })
	w.at(at(healed), func() { w.dependency.resize(servers) })
	w.live(at(whole))
	fmt.Fprintf(out, "%-22s", name)
	for _, span := range spans {
		answered, all := 0, 0
		for second := span[0]; second < span[1]; second++ {
			answered += w.answered[second]
			all += w.called[second]
		}
		fmt.Fprintf(out, "%8.0f%%", 100*float64(answered)/float64(all))
	}
	fmt.Fprintf(out, "\n  in the storm: %s\n  at the end:   %s\n", storm, w.budget.Amplification(w.now))
}
