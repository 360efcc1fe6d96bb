// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/cluster/verdict"
	"github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/simulations/network"
)

// spreads measures how long a transition of one node takes to reach all, while all tell what moves at three dependencies.
func spreads(t *testing.T, nodes int, seed uint64, loss float64, times int) (took []time.Duration) {
	t.Helper()
	s := scene{nodes: nodes, seed: seed, link: network.Link{Jitter: time.Millisecond}, deps: []string{"a", "b", "c"}, every: 300 * time.Millisecond}
	play(t, s, func(w *world) {
		w.lose(w.all, w.all, loss)
		time.Sleep(12 * time.Second) // all have a vote
		for i := range times {
			for d := range s.deps { // shares that move, and hold nobody
				fail(w.all, d, float64((i+d)%3)*0.15)
			}
			from := w.all[i%len(w.all)]
			body := verdict.Cell{Phase: verdict.Hold, Vote: verdict.VoteFail, Wanted: uint32(i) + 1}.Append(nil) //nolint:gosec // few
			w.ok(from.node.Gossip().Put(record.Transition, "cell/probe", body))
			took = append(took, w.until("all have it", 4*time.Second, 5*time.Millisecond, func() bool {
				for _, to := range w.all {
					if r, found := to.node.Gossip().Record(from.name, "cell/probe"); !found || !bytes.Equal(r.Body, body) {
						return false
					}
				}
				return true
			}))
			time.Sleep(200 * time.Millisecond)
		}
	})
	return took
}

func TestATransitionReachesAll(t *testing.T) {
	quietly(t)
	nodes, times := 20, 20
	if thorough() {
		nodes, times = 50, 100
	}
	for _, c := range []struct {
		loss     float64
		p50, p99 time.Duration
	}{
		{0, 250 * time.Millisecond, 500 * time.Millisecond},
		{0.3, 500 * time.Millisecond, time.Second},
	} {
		t.Run(fmt.Sprintf("loss %v", c.loss), func(t *testing.T) {
			var took []time.Duration
			for _, seed := range seeds(1, 1, 3) {
				took = append(took, spreads(t, nodes, seed, c.loss, times)...)
			}
			p50, p99 := quantile(took, 0.5), quantile(took, 0.99)
			t.Logf("%d transitions among %d nodes: p50 %v, p99 %v, max %v", len(took), nodes, p50, p99, quantile(took, 1))
			if p50 > c.p50 || p99 > c.p99 {
				t.Errorf("p50 %v, p99 %v (accepted: %v, %v)", p50, p99, c.p50, c.p99)
			}
		})
	}
}
