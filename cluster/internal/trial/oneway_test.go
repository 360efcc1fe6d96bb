// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/gossip"
)

// flaps counts how often somebody was taken for dead, by any of the others, over a time.
func (w *world) flaps(lasts time.Duration, also func()) map[string]int {
	w.t.Helper()
	was, count := map[[2]string]bool{}, map[string]int{}
	for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		for _, s := range w.all {
			for _, m := range s.node.Members() {
				failed := m.State == gossip.Failed
				if failed && !was[[2]string{s.name, m.Name}] {
					count[m.Name]++
				}
				was[[2]string{s.name, m.Name}] = failed
			}
		}
		also()
	}
	return count
}

func oneWayNodes() int {
	if thorough() {
		return 20
	}
	return 8
}

func TestALinkThatIsDeadOneWayOrBothTakesNobodyForDead(t *testing.T) {
	quietly(t)
	for name, both := range map[string]bool{"one way": false, "both ways": true} {
		t.Run(name, func(t *testing.T) {
			play(t, scene{nodes: oneWayNodes(), seed: 1, every: 500 * time.Millisecond}, func(w *world) {
				time.Sleep(12 * time.Second)
				a, b := w.all[1], w.all[2]
				w.ok(w.net.Cut(a.name, b.name))
				if both {
					w.ok(w.net.Cut(b.name, a.name))
				}
				if count := w.flaps(5*time.Minute, func() {}); len(count) > 0 {
					t.Errorf("taken for dead: %v", count)
				}
				for _, s := range w.all {
					if s.node.Gossip().Isolated() || len(s.turns(0)) > 0 {
						t.Errorf("%s: isolated %v, %v", s.name, s.node.Gossip().Isolated(), s.turns(0))
					}
				}
			})
		})
	}
}

func TestANodeThatIsHeardOrHearsOneWayOnlyKnowsItAndFlapsNobody(t *testing.T) {
	quietly(t)
	for _, c := range []struct {
		name       string
		mute, deaf bool
	}{{"mute", true, false}, {"deaf", false, true}} {
		t.Run(c.name, func(t *testing.T) {
			play(t, scene{nodes: oneWayNodes(), seed: 1, every: 500 * time.Millisecond}, func(w *world) {
				time.Sleep(12 * time.Second)
				sick := w.all[3]
				for _, s := range w.all {
					if s != sick && c.mute {
						w.ok(w.net.Cut(sick.name, s.name))
					}
					if s != sick && c.deaf {
						w.ok(w.net.Cut(s.name, sick.name))
					}
				}
				sick.fails[0].Store(1e6)
				began, knew := time.Now(), time.Duration(0)
				count := w.flaps(5*time.Minute, func() {
					if knew == 0 && sick.node.Gossip().Isolated() {
						knew = time.Since(began)
					}
				})
				t.Logf("knew it after %v; taken for dead: %v", knew, count)
				if knew == 0 || knew > 10*time.Second || !sick.node.Gossip().Isolated() {
					t.Errorf("knew it after %v, accepted 10s; isolated now: %v", knew, sick.node.Gossip().Isolated())
				}
				for name, times := range count {
					if most := len(w.all) - 1; times > most { // once by each of the others, or each of the others once by it
						t.Errorf("%s was taken for dead %d times, accepted %d", name, times, most)
					}
				}
				for _, s := range w.all {
					if turns := s.turns(0); len(turns) > 0 {
						t.Errorf("%s: %v", s.name, turns)
					}
				}
				w.net.Heal()
				sick.fails[0].Store(0)
				w.settles("all see all", 15*time.Second, w.all, len(w.all))
			})
		})
	}
}
