// SPDX-License-Identifier: Apache-2.0

// Command shedding lets the pressure of a made-up host rise and fall, and prints whose work
// is admitted at each moment. It needs no second: time is an argument.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

func main() { run(os.Stdout) }

func run(out io.Writer) {
	policy := shedding.Policy{CPU: 0.85, HoldFor: 3 * time.Second, Every: time.Second}
	host := &Host{}
	sampler := shedding.NewSampler(policy, fuseboard.NewClock(), host.Read) // a real one has no source, and is started
	defer sampler.Stop()

	before := shedding.ShedHigh
	for second := range 30 {
		now := fuseboard.Instant(second) * fuseboard.Instant(time.Second)
		level := sampler.Sample(now)
		if level == before {
			continue
		}
		before = level
		fmt.Fprintf(out, "%2ds %s\n    admitted: %s\n", second, sampler.View().Why(), admitted(sampler))
	}
	fmt.Fprintln(out, sampler.View())
}

// admitted names the priorities whose work the sampler admits now.
func admitted(sampler *shedding.Sampler) string {
	var words []string
	for p := fuseboard.Critical; p >= fuseboard.Sheddable; p-- {
		if sampler.Admit(p) == nil {
			words = append(words, p.String())
		}
	}
	return strings.Join(words, ", ")
}
