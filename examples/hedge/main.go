// SPDX-License-Identifier: Apache-2.0

// Command hedge calls a dependency that is slow by chance, alone and with a copy of each call that takes
// longer than most do. Minutes go by in a moment, because time is an argument: a program of yours
// gives instants of its clock, or lets hedge.Do do all of it.
package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/fuseboard/fuseboard/patterns/hedge"
)

func main() { run(os.Stdout) }

func run(out io.Writer) {
	alone, hedged := steady(1, nil)
	fmt.Fprintf(out, "alone:                p50 %s, p99 %s, p99.9 %s\n", alone.p50, alone.p99, alone.p999)
	fmt.Fprintf(out, "with copies:          p50 %s, p99 %s, p99.9 %s; p99 is cut by %.0f%%, for %.1f%% more load\n",
		hedged.p50, hedged.p99, hedged.p999, 100*cut(alone, hedged), 100*hedged.load)
	free, bound := slowdown(1, nil), slowdown(1, &budget{})
	fmt.Fprintf(out, "five times slower:    %.0f%% more load for 5s, until that is known; with a budget of 5%%, %.1f%%\n", 100*free.load, 100*bound.load)
}

// cut is by which share the 99th percentile is less.
func cut(alone, hedged result) float64 { return 1 - float64(hedged.p99)/float64(alone.p99) }

// newWorld lets the hedger find out how long calls take.
func newWorld(seed uint64, h *hedge.Hedger, b *budget) *world {
	w := &world{slower: 1, hedger: h, budget: b, random: rand.New(rand.NewPCG(seed, 2))}
	w.run(2000)
	return w
}

// steady makes the same calls without copies and with them: 100000, at the default quantile.
func steady(seed uint64, b *budget) (alone, hedged result) {
	const calls = 100_000
	alone = newWorld(seed, nil, nil).run(calls)
	hedged = newWorld(seed, hedge.New(hedge.Policy{Window: 30 * time.Second}), b).run(calls)
	return alone, hedged
}

// slowdown is the first 5s of a dependency that has become five times slower.
func slowdown(seed uint64, b *budget) result {
	w := newWorld(seed, hedge.New(hedge.Policy{Window: 30 * time.Second}), b)
	w.run(6000)
	w.slower = 5
	return w.run(1000)
}
