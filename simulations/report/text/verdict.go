// SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations"
)

// Sentence says what a result comes to, in one line: "failed: 2 of 5 expectations do not hold".
func Sentence(r *simulations.Result) string {
	failed, unsettled := 0, 0
	for _, e := range r.Expectations {
		switch _, _, word := state(e); word {
		case "unsettled":
			unsettled++
		case "failed":
			failed++
		}
	}
	n := len(r.Expectations)
	switch r.Verdict {
	case simulations.Passed:
		if n == 0 {
			return "passed: nothing was expected"
		}
		return fmt.Sprintf("passed: %s", holds(n))
	case simulations.Broken:
		return fmt.Sprintf("broken: %s did not come to the end, so nothing is proved", plain.Count(len(r.Broken), "run", "runs"))
	case simulations.Unsettled:
		return fmt.Sprintf("unsettled: %d of %s by how goroutines interleave, with one and the same seed", unsettled, hang(n, unsettled))
	case simulations.Failed:
	}
	text := fmt.Sprintf("%s: %d of %s", clean(string(r.Verdict)), failed, doNotHold(n, failed))
	if unsettled > 0 {
		text += fmt.Sprintf(", %d unsettled", unsettled)
	}
	return text
}

func holds(n int) string {
	if n == 1 {
		return "the one expectation holds"
	}
	return fmt.Sprintf("all %d expectations hold", n)
}

func doNotHold(n, of int) string {
	verb := "do not hold"
	if of == 1 {
		verb = "does not hold"
	}
	return plain.Count(n, "expectation", "expectations") + " " + verb
}

func hang(n, of int) string {
	verb := "hold or not"
	if of == 1 {
		verb = "holds or not"
	}
	return plain.Count(n, "expectation", "expectations") + " " + verb
}

// state is how one expectation fared: its sign, the sign's colour, and the word in every other format.
func state(e simulations.Judgement) (sign, color, word string) {
	switch {
	case e.Verdict == simulations.Unsettled:
		return "?", yellow, "unsettled"
	case e.Verdict == simulations.Passed || e.Verdict == "" && e.Held: // a measure that nobody judges may hold, too
		return "✓", green, "held"
	}
	return "✗", red, "failed"
}

func (p *page) verdict(r *simulations.Result) {
	sign, color := "✗", red
	switch r.Verdict {
	case simulations.Passed:
		sign, color = "✓", green
	case simulations.Unsettled:
		sign, color = "?", yellow
	case simulations.Failed, simulations.Broken:
	}
	name := ""
	if p.o.Brief {
		name = clean(r.Simulation) + "  "
	}
	p.line(name + p.paint(bold, "VERDICT") + "  " + p.paint(color, sign+" "+Sentence(r)))
	wide, found := p.widest(r)
	for _, e := range r.Expectations {
		if _, _, word := state(e); !p.o.Brief || word != "held" {
			p.judgement(e, wide, found)
		}
	}
	p.broken(r.Broken)
	if !p.o.Brief {
		p.line("")
	}
}

// widest are how wide the columns of sentences and of what was found are.
func (p *page) widest(r *simulations.Result) (texts, founds int) {
	for _, e := range r.Expectations {
		texts, founds = max(texts, utf8.RuneCountInString(clean(e.Text))), max(founds, utf8.RuneCountInString(foundOf(e)))
	}
	return min(texts, p.width/2), min(founds, p.width/3)
}

func foundOf(e simulations.Judgement) string {
	if e.Found == "" {
		return "nothing could be measured"
	}
	return clean(e.Found)
}

// judgement writes one expectation: what was found beside it, or beneath where there is no room.
func (p *page) judgement(e simulations.Judgement, wide, founds int) {
	sign, color, _ := state(e)
	found := padded(foundOf(e), founds) + fmt.Sprintf("   %d of %s", e.HeldIn, plain.Count(e.Runs, "run", "runs"))
	text := clean(e.Text)
	if utf8.RuneCountInString(text) <= wide && 4+wide+2+utf8.RuneCountInString(found) <= p.width {
		p.line("  " + p.paint(color, sign) + " " + padded(text, wide) + "  " + found)
	} else {
		p.fold("  "+p.paint(color, sign)+" ", 4, "      ", strings.Fields(text), " ")
		p.wrapped("      ", []string{foundOf(e), fmt.Sprintf("%d of %s", e.HeldIn, plain.Count(e.Runs, "run", "runs"))}, "   ")
	}
	if e.Why != "" {
		p.wrapped("      ", strings.Fields(clean(e.Why)), " ")
	}
	if len(e.Unsettled) > 0 {
		more := "runs of " + seedList(e.Unsettled) + " differ by how goroutines interleave alone"
		if e.Verdict == simulations.Unsettled {
			more = "unsettled: " + more + "; give the limit more room, or ask for it in a share of the runs"
		}
		p.wrapped("      ", strings.Fields(more), " ")
	}
}

func seedList(seeds []uint64) string {
	const most = 6
	texts := make([]string, 0, most+1)
	for i, s := range seeds {
		if i == most {
			texts = append(texts, "...")
			break
		}
		texts = append(texts, strconv.FormatUint(s, 10))
	}
	word := "seed "
	if len(seeds) > 1 {
		word = "seeds "
	}
	return word + strings.Join(texts, ", ")
}

// broken says which runs did not end, and the first lines of why.
func (p *page) broken(runs []simulations.BrokenRun) {
	const most, lines = 5, 12
	for i, b := range runs {
		if i == most {
			p.line(fmt.Sprintf("  … and %d more runs that did not end", len(runs)-most))
			return
		}
		p.line("  " + p.paint(red, "✗") + fmt.Sprintf(" the run of %s with seed %d did not end:", clean(b.Variant), b.Seed))
		n := 0
		for line := range strings.Lines(b.Why) {
			if n++; n > lines {
				p.line("      … (all of it: -o json)")
				break
			}
			if n == 1 { // what happened, and what to do
				p.wrapped("      ", strings.Fields(clean(line)), " ")
				continue
			}
			p.line("      " + cut(clean(strings.ReplaceAll(strings.TrimRight(line, "\n"), "\t", "  ")), p.width-6))
		}
	}
}
