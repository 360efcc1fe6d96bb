// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
)

// point is what is measured once in each round.
type point struct {
	contender, scenario string
	cores               int
}

// results are the figures of each round.
type results map[point][]figures

// compare measures, prints one table for each scenario, and writes what was asked for.
func compare(ctx context.Context, o options, chosen []scenario) error {
	var text strings.Builder
	w := io.MultiWriter(os.Stdout, &text)
	fmt.Fprintf(w, "%s, %s/%s, %d cores; medians of %d interleaved rounds of %s, each contender in a process of its own. CPU ns: of the whole process, for each call.\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), o.rounds, o.length)
	r := results{}
	for _, s := range chosen {
		if err := r.interleaved(ctx, o, s); err != nil {
			return err
		}
		s.write(w, r)
	}
	writeNotes(w, chosen)
	var err error
	if o.dir != "" {
		err = r.files(o.dir)
	}
	if o.page != "" {
		err = errors.Join(err, writeInto(o.page, text.String()))
	}
	return err
}

// interleaved measures every contender once in each round, in another order each time.
func (r results) interleaved(ctx context.Context, o options, s scenario) error {
	field := s.field()
	order := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // an order that can be repeated
	for range o.rounds {
		for _, i := range order.Perm(len(field)) {
			for _, cores := range s.cores {
				f, err := inChild(ctx, o, field[i], s, cores)
				if err != nil {
					return err
				}
				at := point{field[i].name, s.name, cores}
				r[at] = append(r[at], f)
			}
		}
	}
	return nil
}

// writeNotes says what a reader should know of those that were measured.
func writeNotes(w io.Writer, chosen []scenario) {
	fmt.Fprintln(w)
	for _, c := range ranked(nothing) {
		measured := slices.ContainsFunc(chosen, func(s scenario) bool { return s.fits(c) })
		if measured && c.note != "" {
			fmt.Fprintf(w, "- %s: %s.\n", c.name, c.note)
		}
	}
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
		return middle(all)
	}
	return figures{
		Wall:       of(func(f figures) float64 { return f.Wall }),
		CPU:        of(func(f figures) float64 { return f.CPU }),
		Allocs:     of(func(f figures) float64 { return f.Allocs }),
		Bytes:      of(func(f figures) float64 { return f.Bytes }),
		Failed:     of(func(f figures) float64 { return f.Failed }),
		Spread:     of(func(f figures) float64 { return f.Spread }),
		Goroutines: of(func(f figures) float64 { return f.Goroutines }),
	}
}

func middle(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}
