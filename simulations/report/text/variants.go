// SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard/simulations"
)

// shownFirst are the figures in the order in which columns are given to them. Others follow as they come.
var shownFirst = []string{"goodput", "p99", "amplification", "attempts", "refused"}

// variants shows the baselines beside the policies under test, or the values of a sweep.
func (p *page) variants(r *simulations.Result) {
	switch {
	case len(r.Variants) < 2:
		return
	case p.o.Sweep.Path != "":
		p.sweep(r)
	case len(r.Variants) > 3 || !p.versus(r):
		p.overview(r)
	}
	p.line("")
}

// versus shows one or two baselines figure by figure, with intervals. Where there is no room for that it shows nothing, and says so.
func (p *page) versus(r *simulations.Result) bool {
	head := []string{"", clean(r.Variants[0].Name)}
	for _, v := range r.Variants[1:] {
		head = append(head, clean(v.Name))
	}
	rows := [][]string{head}
	for _, f := range r.Variants[0].Summary {
		row := []string{clean(f.Name), shown(f.Median, f.Unit)}
		for _, v := range r.Variants[1:] {
			row = append(row, besides(figure(v, f.Name)))
		}
		rows = append(rows, row)
	}
	if tableWidth(rows) > p.width {
		return false
	}
	p.heading("VS BASELINE", against(r, "median of the seeds; in brackets the 95% interval of the difference to "+clean(r.Variants[0].Name)+", seed by seed"))
	p.table(rows)
	return true
}

// against says what is compared. Of one seed nothing is known of what another brings.
func against(r *simulations.Result, many string) string {
	if len(r.Seeds) == 1 {
		return "of one seed, and the difference to " + clean(r.Variants[0].Name) + ": another seed may have another; --runs 10 tells"
	}
	if n := len(r.Seeds); n < fewSeeds {
		return strings.Replace(many, "95% interval", fmt.Sprintf("range (%d seeds are too few for an interval)", n), 1)
	}
	return many
}

// fewSeeds: of fewer, the least and the greatest difference hold that of all with less than 90% (1 - 2 × 0.5ⁿ).
const fewSeeds = 5

// besides is a baseline's figure with its difference.
func besides(f simulations.Figure, known bool) string {
	if !known {
		return "not measured"
	}
	if f.DeltaLow == f.Delta && f.DeltaHigh == f.Delta { // of one seed, or as good as
		return shown(f.Median, f.Unit) + "  " + signed(f.Delta, f.Unit)
	}
	return fmt.Sprintf("%s  %s [%s, %s]", shown(f.Median, f.Unit), signed(f.Delta, f.Unit), signed(f.DeltaLow, f.Unit), signed(f.DeltaHigh, f.Unit))
}

// figure finds one by its name.
func figure(v simulations.Variant, name string) (simulations.Figure, bool) {
	i := slices.IndexFunc(v.Summary, func(f simulations.Figure) bool { return f.Name == name })
	if i < 0 {
		return simulations.Figure{}, false
	}
	return v.Summary[i], true
}

// figureNames are those of the first variant, the most telling first.
func figureNames(r *simulations.Result) []string {
	var names []string
	for _, f := range r.Variants[0].Summary {
		names = append(names, f.Name)
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

func rank(name string) int {
	if i := slices.Index(shownFirst, name); i >= 0 {
		return i
	}
	return len(shownFirst)
}

// overview shows many baselines, a line each: differences whose interval has no zero in it are told, others are "≈".
func (p *page) overview(r *simulations.Result) {
	names := figureNames(r)
	cells := make([][]string, len(r.Variants)+1)
	cells[0] = []string{""}
	for _, name := range names {
		cells[0] = append(cells[0], clean(name))
	}
	for i, v := range r.Variants {
		cells[i+1] = []string{clean(v.Name)}
		for _, name := range names {
			cells[i+1] = append(cells[i+1], compact(v, name, i == 0))
		}
	}
	for tableWidth(cells) > p.width && len(cells[0]) > 2 {
		for i := range cells {
			cells[i] = cells[i][:len(cells[i])-1]
		}
	}
	more := against(r, "median of the seeds and difference to "+clean(r.Variants[0].Name)+", seed by seed; ≈ where its 95% interval has 0 in it")
	if left := names[len(cells[0])-1:]; len(left) > 0 {
		more += "; -o json has " + clean(strings.Join(left, ", ")) + ", too"
	}
	p.heading("VS BASELINE", more)
	p.table(cells)
}

func compact(v simulations.Variant, name string, tested bool) string {
	f, known := figure(v, name)
	switch {
	case !known:
		return "not measured"
	case tested:
		return shown(f.Median, f.Unit)
	case f.DeltaLow <= 0 && f.DeltaHigh >= 0:
		return shown(f.Median, f.Unit) + " ≈"
	}
	return shown(f.Median, f.Unit) + " " + signed(f.Delta, f.Unit)
}

func columns(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	return widths
}

const gap = 3 // between columns

func tableWidth(rows [][]string) int {
	sum := 2
	for _, w := range columns(rows) {
		sum += w + gap
	}
	return sum - gap
}

// table writes rows beneath each other. Where they are too wide, the first column gives way, and then each line is cut.
func (p *page) table(rows [][]string) {
	widths := columns(rows)
	widths[0] = min(widths[0], max(12, widths[0]-max(0, tableWidth(rows)-p.width)))
	for i, row := range rows {
		var b strings.Builder
		b.WriteString("  ")
		for j, cell := range row {
			b.WriteString(padded(cut(cell, widths[j]), widths[j]))
			b.WriteString(strings.Repeat(" ", gap))
		}
		line := cut(strings.TrimRight(b.String(), " "), p.width)
		if i == 0 {
			line = p.paint(dim, line)
		}
		p.line(line)
	}
}

// sweep shows what each value does: a table, and goodput as bars.
func (p *page) sweep(r *simulations.Result) {
	p.heading("SWEEP", "of "+clean(p.o.Sweep.Path)+"; median of the seeds and 90% interval of goodput")
	rows := [][]string{{"value", "goodput", "", "amplification", "p99", "held"}}
	for _, v := range r.Variants {
		row := []string{p.value(v), "not measured", "", "not measured", "not measured", heldOf(v)}
		if f, ok := figure(v, "goodput"); ok {
			row[1], row[2] = shown(f.Median, f.Unit), fmt.Sprintf("(%s to %s)", shown(f.Low, f.Unit), shown(f.High, f.Unit))
		}
		if f, ok := figure(v, "amplification"); ok {
			row[3] = shown(f.Median, f.Unit)
		}
		if f, ok := figure(v, "p99"); ok {
			row[4] = shown(f.Median, f.Unit)
		}
		rows = append(rows, row)
	}
	p.table(rows)
	p.line("")
	p.heading("GOODPUT", "by "+clean(p.o.Sweep.Path))
	for i, v := range r.Variants {
		if f, ok := figure(v, "goodput"); ok {
			p.bar(rows[i+1][0], columns(rows)[0], f)
		}
	}
}

// value is what a variant of a sweep is called: its value, where its name ends with it.
func (p *page) value(v simulations.Variant) string {
	return clean(strings.TrimPrefix(v.Name, p.o.Sweep.Path+"="))
}

// heldOf says how many expectations hold in a variant.
func heldOf(v simulations.Variant) string {
	held := 0
	for _, e := range v.Values {
		if e.Held {
			held++
		}
	}
	return fmt.Sprintf("%d of %d", held, len(v.Values))
}

// bar is one value's goodput, from 0 to 100 %.
func (p *page) bar(name string, wide int, f simulations.Figure) {
	wide = min(wide, p.width/3)
	room := p.width - 2 - wide - 2 - 8
	full := int(math.Round(min(max(f.Median, 0), 1) * float64(room)))
	bar := strings.Repeat("█", full) + strings.Repeat(p.fill(), room-full)
	p.line("  " + right(cut(name, wide), wide) + " " + bar + " " + right(shown(f.Median, f.Unit), 8))
}
