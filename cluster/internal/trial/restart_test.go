// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"fmt"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/simulations/network"
)

// What dies in an outage and comes back has no window of its own yet, and its circuit opens before it may vote: all hold again
// all the same, whether a majority of those that hold is left or nobody.
func TestWhoeverRestartsInAnOutageAllHoldAgainAndAreReleased(t *testing.T) {
	quietly(t)
	for _, c := range []struct{ die, of int }{{1, 3}, {3, 5}, {5, 5}} {
		for _, seed := range seeds(1, 10) {
			t.Run(fmt.Sprintf("%d of %d, seed %d", c.die, c.of, seed), func(t *testing.T) {
				play(t, scene{nodes: c.of, seed: seed, link: network.Link{Jitter: time.Millisecond}}, func(w *world) {
					time.Sleep(12 * time.Second)
					fail(w.all, 0, 1)
					w.until("all hold", 15*time.Second, 100*time.Millisecond, func() bool { return w.allAre("hold", "dependency") })
					for i := range c.die {
						w.restart(i)
						fail(w.all, 0, 1)
						time.Sleep(1500 * time.Millisecond)
					}
					took := w.until("all hold again", againWithin, 100*time.Millisecond, func() bool { return w.allAre("hold", "dependency") })
					time.Sleep(30 * time.Second)
					if !w.allAre("hold", "dependency") {
						t.Errorf("not all hold in the outage: %v", w.phases())
					}
					fail(w.all, 0, 0)
					w.until("all are clear", 40*time.Second, 100*time.Millisecond, func() bool { return w.allAre("clear", "none") })
					t.Logf("all held %v after the last start", took)
				})
			})
		}
	}
}

// restart kills the node of a number and starts it again.
func (w *world) restart(i int) {
	w.t.Helper()
	name := fmt.Sprintf("n%02d", i)
	for _, s := range w.all {
		if s.name == name {
			w.kill(s)
			break
		}
	}
	w.start(i)
}

// allAre reports whether all nodes have come to one verdict.
func (w *world) allAre(phase, scope string) bool {
	for _, s := range w.all {
		if d := w.of(s, 0); d.Phase != phase || d.Scope != scope || d.Callers != len(w.all) {
			return false
		}
	}
	return true
}

// phases are those of all nodes, for who is told that they differ.
func (w *world) phases() (all []string) {
	for _, s := range w.all {
		d := w.of(s, 0)
		all = append(all, s.name+" "+d.Phase+", "+d.Text)
	}
	return all
}
