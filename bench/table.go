// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
)

// printTables measures and prints one table for each scenario.
func printTables(ctx context.Context, o options, chosen []scenario) error {
	fmt.Printf("%s, %s/%s, GOMAXPROCS=%d; medians of %d interleaved rounds of %s, each in a process of its own.\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), o.rounds, o.length)
	for _, s := range chosen {
		rounds, err := interleaved(ctx, o, s)
		if err != nil {
			return err
		}
		writeTable(os.Stdout, s, rounds)
	}
	fmt.Println()
	for _, c := range ranked() {
		if c.note != "" {
			fmt.Printf("- %s: %s.\n", c.name, c.note)
		}
	}
	return nil
}

// interleaved measures every contender once in each round, in another order each time.
func interleaved(ctx context.Context, o options, s scenario) (map[string][]figures, error) {
	rounds := map[string][]figures{}
	order := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // an order that can be repeated
	for range o.rounds {
		for _, i := range order.Perm(len(contenders)) {
			f, err := inChild(ctx, o, contenders[i], s)
			if err != nil {
				return nil, err
			}
			rounds[contenders[i].name] = append(rounds[contenders[i].name], f)
		}
	}
	return rounds, nil
}

// ranked are the contenders as they stand in the table: the baseline first, what is
// full before what is not, then by name.
func ranked() []contender {
	rank := func(c contender) int {
		switch {
		case len(c.has) == 0:
			return 0
		case !c.lacks():
			return 1
		}
		return 2
	}
	return slices.SortedFunc(slices.Values(contenders), func(a, b contender) int {
		switch {
		case a.name == baseline:
			return -1
		case b.name == baseline:
			return 1
		case rank(a) != rank(b):
			return rank(a) - rank(b)
		}
		return strings.Compare(a.name, b.name)
	})
}

// writeTable writes the medians: what a call costs, what that is more than the stub
// alone, and how many times what Fuseboard adds.
func writeTable(w io.Writer, s scenario, rounds map[string][]figures) {
	stub, ours := median(rounds[baseline]), median(rounds["Fuseboard"])
	fmt.Fprintf(w, "\n### %s\n\n%s.\n\n", s.name, s.about)
	fmt.Fprintln(w, "| contender | ns | CPU ns | + ns | + CPU ns | × Fuseboard | allocs | + allocs | bytes |")
	fmt.Fprintln(w, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, c := range ranked() {
		f := median(rounds[c.name])
		fmt.Fprintf(w, "| %s | %.0f | %.0f | %.0f | %.0f | %s | %.1f | %.1f | %.0f |\n", c.title(), f.Wall, f.CPU,
			f.Wall-stub.Wall, f.CPU-stub.CPU, times(f.CPU-stub.CPU, ours.CPU-stub.CPU), f.Allocs, f.Allocs-stub.Allocs, f.Bytes)
	}
}

// times says how many times what Fuseboard adds a contender adds, in CPU time.
func times(added, ours float64) string {
	if ours <= 0 || added <= 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", added/ours)
}

// median takes the middle of each figure by itself.
func median(rounds []figures) figures {
	if len(rounds) == 0 {
		return figures{}
	}
	of := func(pick func(figures) float64) float64 {
		all := make([]float64, len(rounds))
		for i, f := range rounds {
			all[i] = pick(f)
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	return figures{
		Wall:   of(func(f figures) float64 { return f.Wall }),
		CPU:    of(func(f figures) float64 { return f.CPU }),
		Allocs: of(func(f figures) float64 { return f.Allocs }),
		Bytes:  of(func(f figures) float64 { return f.Bytes }),
	}
}
