// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
)

// seeds is how many runs a scene gets: few as a rule, ci with FUSEBOARD_FLEET=some (make verdict), and all
// with FUSEBOARD_FLEET=all.
func seeds(few, ci, all uint64) uint64 {
	switch os.Getenv("FUSEBOARD_FLEET") {
	case "all":
		return all
	case "some":
		return ci
	}
	return few
}

// over runs f for so many seeds, on all processors.
func over(n uint64, f func(seed uint64)) {
	var wg sync.WaitGroup
	workers := uint64(runtime.GOMAXPROCS(0))
	for w := range workers {
		wg.Go(func() {
			for seed := w; seed < n; seed += workers {
				f(seed)
			}
		})
	}
	wg.Wait()
}

// tellOf runs a scene over seeds, each of them without a verdict too, for comparison; not where there are liars, whom nobody
// hears then.
func tellOf(t *testing.T, c scene, w trouble, n uint64) *report {
	t.Helper()
	r := &report{}
	runs, alone := make([]*sim, n), make([]*sim, n)
	over(n, func(seed uint64) {
		runs[seed] = newSim(c, seed).run()
		if without := c; c.liars == 0 {
			without.local = true
			alone[seed] = newSim(without, seed).run()
		}
	})
	for i, s := range runs { // in the order of seeds: sums of floats depend on it
		r.take(s, w)
		if alone[i] != nil {
			r.compare(s, alone[i])
		}
	}
	t.Logf("%-34s %d runs: %v", c.name, n, r)
	return r
}

func (c scene) called(format string, args ...any) scene {
	c.name = fmt.Sprintf(format, args...)
	return c
}

// minute is an outage that most scenes have: after half a minute, for a minute.
var minute = trouble{30, 90}

func down(t *testing.T, r *report, name string) {
	t.Helper()
	if mean(r.holds) != 1 || quantile(r.holds, 0) != 1 || quantile(r.holds, 1) != 1 || r.heldAtEnd > 0 {
		t.Errorf("%s: %v; want one hold and one release of each node", name, r)
	}
}

func quiet(t *testing.T, r *report, name string) {
	t.Helper()
	if quantile(r.holds, 1) != 0 {
		t.Errorf("%s: %v; want no hold", name, r)
	}
}
