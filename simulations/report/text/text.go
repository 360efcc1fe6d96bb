// SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations"
)

const (
	defaultWidth = 100
	leastWidth   = 60
)

// Options say what a text is written for. The zero Options are a log: no colours, 100 columns.
type Options struct {
	// Color allows the escape sequences of ANSI colours.
	Color bool
	// ASCII keeps to its characters, for a locale that has no others.
	ASCII bool
	// Width is how many columns there are. Default 100; less than 60 is taken as 60.
	Width int
	// Brief writes the verdict, what does not hold and why, and nothing else.
	Brief bool
	// Repeat is the command line that gives the same result. Empty: it is not shown.
	Repeat string
	// Sweep is what the variants beside the first are of, where they are values and no baselines.
	Sweep simulations.Sweep
	// Compared is shown after the verdict. Nil: nothing is.
	Compared *Comparison
}

// Text writes a result for people. The error is of w.
func Text(w io.Writer, r *simulations.Result, o Options) error {
	p := newPage(o)
	p.header(r)
	p.verdict(r)
	if !o.Brief {
		p.timeline(r)
		p.goodput(r)
		p.variants(r)
		if o.Compared != nil {
			p.compared(o.Compared)
		}
		p.wrapped("", strings.Fields("CPU is not simulated: work costs time in the modelled dependencies, never a processor."), " ")
	}
	return p.writeTo(w)
}

// header says what was run, at which speed, and how to run it again.
func (p *page) header(r *simulations.Result) {
	if p.o.Brief {
		return
	}
	runs := fmt.Sprintf("%s × %s", plain.Duration(r.Duration), plain.Count(len(r.Seeds), "seed", "seeds"))
	if n := len(r.Variants); n > 1 {
		runs += fmt.Sprintf(" × %d variants", n)
	}
	parts := []string{
		clean(r.Simulation),
		plain.Count(r.Nodes, "node", "nodes"),
		runs,
		fmt.Sprintf("%s virtual in %s wall (%s×)", span(r.VirtualSeconds), span(r.WallSeconds), digits(r.Speedup)),
		seedsText(r.Seeds),
		grouped(r.Calls) + " calls",
	}
	p.wrapped("", parts, " · ")
	if p.o.Repeat != "" {
		p.line("repeat: " + clean(p.o.Repeat))
	}
	p.line("")
}

func seedsText(seeds []uint64) string {
	switch n := len(seeds); {
	case n == 0:
		return "no seed"
	case n == 1:
		return fmt.Sprintf("seed %d", seeds[0])
	case seeds[n-1]-seeds[0] == uint64(n-1):
		return fmt.Sprintf("seeds %d to %d", seeds[0], seeds[n-1])
	default:
		return fmt.Sprintf("%d seeds from %d", n, seeds[0])
	}
}

// seconds is a duration from a number of seconds.
func seconds(v float64) time.Duration { return time.Duration(v * float64(time.Second)) }
