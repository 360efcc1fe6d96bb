// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/simulations/network"
)

func TestACrashIsSeenByAll(t *testing.T) {
	quietly(t)
	nodes, crashes := 20, 2
	if thorough() {
		nodes, crashes = 50, 5
	}
	var took []time.Duration
	for _, seed := range seeds(1, 1, 3) {
		play(t, scene{nodes: nodes, seed: seed, link: network.Link{Jitter: time.Millisecond}}, func(w *world) {
			time.Sleep(5 * time.Second)
			for i := range crashes {
				gone := w.all[2+(i*7)%(len(w.all)-2)]
				before := time.Now()
				w.kill(gone)
				w.until("all see the crash", 15*time.Second, 20*time.Millisecond, func() bool { return w.seenDead(gone.name) })
				took = append(took, time.Since(before))
			}
		})
	}
	p50, most := quantile(took, 0.5), quantile(took, 1)
	t.Logf("%d crashes of %d nodes: p50 %v, max %v", len(took), nodes, p50, most)
	if p50 > 5500*time.Millisecond || most > 9*time.Second {
		t.Errorf("p50 %v, max %v (accepted: 5.5s, 9s)", p50, most)
	}
}

// seenDead reports whether no node takes one for alive.
func (w *world) seenDead(name string) bool {
	for _, s := range w.all {
		for _, m := range s.node.Members() {
			if m.Name == name && m.State.Here() {
				return false
			}
		}
	}
	return true
}

func TestNobodyIsTakenForDeadWhereAThirdIsLost(t *testing.T) {
	quietly(t)
	nodes, lasts := 10, 2*time.Minute
	if thorough() {
		nodes, lasts = 20, time.Hour
	}
	play(t, scene{nodes: nodes, seed: 1, link: network.Link{Jitter: time.Millisecond}, every: time.Second}, func(w *world) {
		w.lose(w.all, w.all, 0.3)
		for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
			for _, s := range w.all {
				for _, m := range s.node.Members() {
					if m.State == gossip.Failed {
						t.Fatalf("%s takes %s for dead", s.name, m.Name)
					}
				}
				if s.node.Gossip().Isolated() {
					t.Fatalf("%s takes itself for cut off", s.name)
				}
			}
		}
		for _, s := range w.all {
			if turns := s.turns(0); len(turns) > 0 {
				t.Errorf("%s: %v", s.name, turns)
			}
		}
	})
}
