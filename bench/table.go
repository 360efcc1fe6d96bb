// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// write writes the scenario's table.
func (s scenario) write(w io.Writer, r results) {
	fmt.Fprintf(w, "\n### %s\n\n%s.\n\n", s.name, s.about)
	switch {
	case s.memory:
		s.writeMemory(w, r)
	case s.over:
		s.writeOver(w, r)
	default:
		s.writeCalls(w, r)
	}
}

// writeCalls writes the medians of each number of cores, and how many times what
// Fuseboard costs.
func (s scenario) writeCalls(w io.Writer, r results) {
	head, rule := "| contender |", "|---|"
	for _, cores := range s.cores {
		on := "1 core"
		if cores > 1 {
			on = fmt.Sprintf("%d cores", cores)
		}
		head += fmt.Sprintf(" %s: ns | CPU ns | × Fuseboard |", on)
		rule += "--:|--:|--:|"
	}
	fmt.Fprintf(w, "%s allocs | bytes |%s\n%s--:|--:|%s\n", head, where(s.wants == either, " failed |")+where(s.callers > 0, " busiest caller |"), rule,
		where(s.wants == either, "--:|")+where(s.callers > 0, "--:|"))
	for _, c := range s.field() {
		row, last := "| "+s.title(c)+" |", figures{}
		for _, cores := range s.cores {
			f, fuse := median(r[point{c.name, s.name, cores}]), median(r[point{ours, s.name, cores}])
			row += fmt.Sprintf(" %s | %s | %s |", short(f.Wall), short(f.CPU), times(f.CPU, fuse.CPU))
			last = f
		}
		fmt.Fprintf(w, "%s %.1f | %.0f |%s\n", row, last.Allocs, last.Bytes,
			where(s.wants == either, fmt.Sprintf(" %.1f%% |", 100*last.Failed))+
				where(s.callers > 0, fmt.Sprintf(" × %.2f |", last.Spread)))
	}
}

// where is a column that only some tables have.
func where(has bool, column string) string {
	if has {
		return column
	}
	return ""
}

// writeOver writes what a call costs more than the baseline does, and how many times
// what Fuseboard adds.
func (s scenario) writeOver(w io.Writer, r results) {
	cores := s.cores[0]
	stub, fuse := median(r[point{s.baseline(), s.name, cores}]), median(r[point{ours, s.name, cores}])
	fmt.Fprintln(w, "| contender | ns | CPU ns | + ns | + CPU ns | × Fuseboard | allocs | + allocs | bytes |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, c := range s.field() {
		f := median(r[point{c.name, s.name, cores}])
		fmt.Fprintf(w, "| %s | %.0f | %.0f | %.0f | %.0f | %s | %.1f | %.1f | %.0f |\n", s.title(c), f.Wall, f.CPU,
			f.Wall-stub.Wall, f.CPU-stub.CPU, times(f.CPU-stub.CPU, fuse.CPU-stub.CPU), f.Allocs, f.Allocs-stub.Allocs, f.Bytes)
	}
}

// writeMemory writes what an idle instance holds.
func (s scenario) writeMemory(w io.Writer, r results) {
	fmt.Fprintln(w, "| contender | bytes | × Fuseboard | objects | goroutines | CPU µs to make |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|--:|")
	fuse := median(r[point{ours, s.name, 1}])
	for _, c := range s.field() {
		f := median(r[point{c.name, s.name, 1}])
		fmt.Fprintf(w, "| %s | %.0f | %s | %.1f | %.1f | %.1f |\n", s.title(c), f.Bytes, times(f.Bytes, fuse.Bytes), f.Allocs, f.Goroutines, f.CPU/1000)
	}
}

// short writes nanoseconds, small ones with a digit more.
func short(ns float64) string {
	if ns < 100 {
		return fmt.Sprintf("%.1f", ns)
	}
	return fmt.Sprintf("%.0f", ns)
}

// times says how many times what Fuseboard costs.
func times(cost, fuse float64) string {
	switch {
	case fuse <= 0 || cost <= 0:
		return ""
	case cost/fuse < 10:
		return fmt.Sprintf("%.2f", cost/fuse)
	}
	return fmt.Sprintf("%.1f", cost/fuse)
}

// ranked are the contenders as they stand in a table: the baseline first, Fuseboard's,
// what is full before what is not, then by name.
func ranked(baseline string) []contender {
	rank := func(c contender) int {
		switch {
		case c.name == baseline:
			return 0
		case c.name == ours:
			return 1
		case strings.HasPrefix(c.name, ours):
			return 2
		case !c.lacks():
			return 3
		}
		return 4
	}
	return slices.SortedFunc(slices.Values(contenders), func(a, b contender) int {
		if rank(a) != rank(b) {
			return rank(a) - rank(b)
		}
		return strings.Compare(a.name, b.name)
	})
}
