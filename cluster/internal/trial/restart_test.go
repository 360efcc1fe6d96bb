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
	type restart struct {
		die, of int
		seed    uint64
	}
	var list []restart
	for _, seed := range seeds(1, 10, 10) {
		list = append(list, restart{1, 3, seed})
	}
	for _, seed := range seeds(2, 200, 200) {
		list = append(list, restart{1 + int(2*seed%5), 5, seed}) //nolint:gosec // one to five
	}
	for _, c := range list {
		t.Run(fmt.Sprintf("%d of %d, seed %d", c.die, c.of, c.seed), func(t *testing.T) {
			t.Parallel()
			play(t, scene{nodes: c.of, seed: c.seed, link: network.Link{Jitter: time.Millisecond}}, func(w *world) {
				w.begins()
				for i := range c.die {
					w.restart(i)
					fail(w.all, 0, 1)
					time.Sleep(1500 * time.Millisecond)
				}
				took := w.until("all hold again", againWithin, 100*time.Millisecond, w.allHold)
				w.goesOn(10 * time.Second)
				t.Logf("all held %v after the last start, all clear %v after the outage", took, w.endsClear())
			})
		})
	}
}

// begins is a quiet start and an outage, until all hold.
func (w *world) begins() {
	w.t.Helper()
	time.Sleep(12 * time.Second)
	fail(w.all, 0, 1)
	w.until("all hold", 15*time.Second, 100*time.Millisecond, w.allHold)
}

// goesOn is more of an outage, in which all hold to the end.
func (w *world) goesOn(lasts time.Duration) {
	w.t.Helper()
	time.Sleep(lasts)
	if !w.allHold() {
		w.t.Errorf("not all hold in the outage: %v", w.phases())
	}
}

// endsClear is the end of the outage. It returns after what time all are clear.
func (w *world) endsClear() time.Duration {
	w.t.Helper()
	fail(w.all, 0, 0)
	return w.until("all are clear", 40*time.Second, 100*time.Millisecond, func() bool { return w.allAre("clear", "none") })
}

func (w *world) allHold() bool { return w.allAre("hold", "dependency") }

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
