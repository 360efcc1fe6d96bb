// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard/simulations"
)

// verdictWord and verdictSign say a verdict without colour.
func verdictWord(v simulations.Verdict) string {
	if v == "" {
		return "No verdict"
	}
	return strings.ToUpper(string(v[:1])) + string(v[1:])
}

func verdictSign(v simulations.Verdict) string {
	switch v {
	case simulations.Passed:
		return "✓"
	case simulations.Failed:
		return "✗"
	case simulations.Unsettled:
		return "≈"
	default: // broken, or a word from elsewhere
		return "!"
	}
}

// sentence says what a verdict rests on.
func sentence(r *simulations.Result) string {
	all := len(r.Expectations)
	var not, unsettled int
	for _, e := range r.Expectations {
		switch {
		case len(e.Unsettled) > 0:
			unsettled++
		case !e.Held:
			not++
		}
	}
	switch {
	case r.Verdict == simulations.Broken || len(r.Broken) > 0:
		return count(len(r.Broken), "run", "runs") + " did not come to the end, so the rest is not to be relied on."
	case all == 0:
		return "Nothing was expected, so nothing could fail."
	case not > 0:
		return fmt.Sprintf("%d of %s %s not hold.", not, count(all, "expectation", "expectations"), verb(not, "does", "do"))
	case unsettled > 0:
		return fmt.Sprintf("%d of %s %s with one and the same seed or %s not, by how goroutines interleave.",
			unsettled, count(all, "expectation", "expectations"), verb(unsettled, "holds", "hold"), verb(unsettled, "does", "do"))
	case all == 1:
		return "The one expectation holds."
	}
	return "All " + count(all, "expectation", "expectations") + " hold."
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func (p *page) verdict() {
	p.open("section", "class", "verdict "+class(p.r.Verdict), "aria-labelledby", "verdict-h")
	p.open("h2", "id", "verdict-h")
	p.el("span", verdictSign(p.r.Verdict), "class", "sign", "aria-hidden", "true")
	p.text(verdictWord(p.r.Verdict))
	p.close()
	p.el("p", sentence(p.r), "class", "sentence")
	p.facts()
	p.el("p", "Run it again:", "class", "again")
	p.open("pre", "tabindex", "0", "aria-label", "The command that runs it again")
	p.el("code", command(p.r))
	p.close()
	p.broken()
	p.warnings()
	p.close()
	p.line()
}

// class is the verdict's in the style sheet; words that it does not know are none.
func class(v simulations.Verdict) string {
	switch v {
	case simulations.Passed, simulations.Failed, simulations.Unsettled:
		return string(v)
	default:
		return "broken"
	}
}

func (p *page) facts() {
	speed := figure(p.r.Speedup) + "×"
	if p.r.Speedup == 0 {
		speed = absent
	}
	p.open("dl", "class", "facts")
	for _, f := range [][2]string{
		{"Simulated", seconds(p.r.Duration.Seconds())},
		{"Virtual time, all runs", clock(p.r.VirtualSeconds)},
		{"Real time", seconds(p.r.WallSeconds)},
		{"Speed", speed},
		{"Seeds", seeds(p.r.Seeds)},
		{"Nodes", grouped(float64(p.r.Nodes))},
		{"Requests, all runs", grouped(float64(p.r.Calls))},
		{"Policy sets", grouped(float64(len(p.r.Variants)))},
	} {
		p.open("div")
		p.el("dt", f[0])
		p.el("dd", f[1])
		p.close()
	}
	p.close()
}

// seeds says which they are: "1 to 20 (20)" where they follow each other.
func seeds(all []uint64) string {
	switch {
	case len(all) == 0:
		return "none"
	case len(all) == 1:
		return strconv.FormatUint(all[0], 10)
	}
	for i := range all {
		if all[i] != all[0]+uint64(i) {
			return strconv.FormatUint(all[0], 10) + " and " + count(len(all)-1, "other", "others")
		}
	}
	return fmt.Sprintf("%d to %d", all[0], all[len(all)-1])
}

// command is how to run it again, in a shell.
func command(r *simulations.Result) string {
	if r.Repeat != "" {
		return cut(r.Repeat, 8<<10)
	}
	file := "FILE"
	if r.File != "" {
		file = quoted(r.File)
	}
	words := []string{"fuseboard simulate", file}
	if len(r.Seeds) > 0 {
		words = append(words, fmt.Sprintf("--seed %d --runs %d", r.Seeds[0], len(r.Seeds)))
	}
	for _, s := range r.Set {
		words = append(words, "--set "+quoted(s))
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell reads it whole.
func quoted(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/=:,%@+"
	if s != "" && !strings.HasPrefix(s, "-") && strings.Trim(s, plain) == "" {
		return s
	}
	if strings.HasPrefix(s, "-") {
		s = "./" + s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func (p *page) broken() {
	if len(p.r.Broken) == 0 {
		return
	}
	p.el("h3", "Runs that did not come to their end")
	p.open("ul", "class", "broken")
	for i, b := range p.r.Broken {
		if i == 20 {
			p.el("li", "and "+count(len(p.r.Broken)-i, "more", "more")+".")
			break
		}
		p.el("li", fmt.Sprintf("%s, seed %d: %s", cut(b.Variant, 80), b.Seed, cut(b.Why, 400)))
	}
	p.close()
}

func (p *page) warnings() {
	if len(p.r.Warnings) == 0 {
		return
	}
	p.el("h3", "Warnings")
	p.open("ul", "class", "warnings")
	for i, w := range p.r.Warnings {
		if i == 20 {
			p.el("li", "and "+count(len(p.r.Warnings)-i, "more", "more")+".")
			break
		}
		p.el("li", cut(w, 400))
	}
	p.close()
}
