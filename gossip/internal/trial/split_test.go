// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"fmt"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/simulations/network"
)

func TestAFleetIsWholeAgainAfterASplit(t *testing.T) {
	type split struct {
		nodes int
		lasts time.Duration
		seed  uint64
		lossy bool // all is lost between the two sides, instead of a cut: streams try again ever more seldom
	}
	splits := []split{{50, 20 * time.Second, 1, false}, {20, 2 * time.Minute, 2, true}}
	if testing.Short() {
		splits = []split{{20, 20 * time.Second, 1, true}}
	}
	if thorough() {
		for seed := range uint64(4) {
			for _, nodes := range []int{5, 20, 50} {
				for _, lasts := range []time.Duration{20 * time.Second, 45 * time.Second, 2 * time.Minute, 10 * time.Minute} {
					splits = append(splits, split{nodes, lasts, seed, seed%2 == 1})
				}
			}
		}
	}
	for _, s := range splits {
		t.Run(fmt.Sprintf("%d for %v, seed %d, lossy %v", s.nodes, s.lasts, s.seed, s.lossy), func(t *testing.T) {
			aFleet(t, s.nodes, network.Options{Seed: s.seed, Link: network.Link{Jitter: time.Millisecond}}, func(f *fleet) {
				few := s.nodes * 2 / 5
				if s.lossy {
					f.lose(f.all[:few], f.all[few:], 1)
				} else {
					ok(t, f.n.Part(f.all[:few]))
				}
				time.Sleep(s.lasts / 2)
				for _, name := range f.all {
					f.put(name, "payments", "written in the split")
				}
				time.Sleep(s.lasts / 2)
				if k := f.sees(f.all[0]); k != few {
					t.Fatalf("before the end of the split one of %d sees %d", few, k)
				}
				if !f.nodes[f.all[0]].Isolated() || f.nodes[f.all[few]].Isolated() {
					t.Error("not the smaller part, and only that, knows that it is cut off")
				}
				if s.lossy {
					f.lose(f.all[:few], f.all[few:], 0)
				} else {
					f.n.Heal()
				}
				f.settles("all see all", 15*time.Second, f.all, s.nodes)
				f.equal("all have the same records", 5*time.Second, f.all)
				if r, found := f.nodes[f.all[0]].Record(f.all[s.nodes-1], "payments"); !found || string(r.Body) != "written in the split" {
					t.Errorf("%v %q", found, r.Body)
				}
			})
		})
	}
}

// lose makes links between two groups lose a share, both ways.
func (f *fleet) lose(some, others []string, share float64) {
	f.t.Helper()
	for _, a := range some {
		for _, b := range others {
			if a == b {
				continue
			}
			l := network.Link{Jitter: time.Millisecond, Loss: share}
			ok(f.t, f.n.SetLink(a, b, l))
			ok(f.t, f.n.SetLink(b, a, l))
		}
	}
}
