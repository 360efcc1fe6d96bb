// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"fmt"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/simulations/network"
)

// spreads measures how long transitions take to reach all.
func spreads(t *testing.T, seed uint64, loss float64, count int) (took []time.Duration) {
	t.Helper()
	aFleet(t, large(), network.Options{Seed: seed, Link: network.Link{Jitter: time.Millisecond}}, func(f *fleet) {
		f.lose(f.all, f.all, loss)
		for i := range count {
			body, from := fmt.Sprint(i), f.all[i%len(f.all)]
			f.put(from, "payments", body)
			took = append(took, f.reach(from, "payments", body, 4*time.Second))
			time.Sleep(200 * time.Millisecond)
		}
	})
	return took
}

func TestATransitionReachesAll(t *testing.T) {
	for _, c := range []struct {
		loss     float64
		p50, p99 time.Duration
	}{
		{0, 250 * time.Millisecond, 500 * time.Millisecond},
		{0.3, 500 * time.Millisecond, time.Second},
	} {
		t.Run(fmt.Sprintf("loss %v", c.loss), func(t *testing.T) {
			took := spreads(t, 1, c.loss, 10)
			if thorough() {
				for seed := range uint64(10) {
					took = append(took, spreads(t, seed+2, c.loss, 100)...)
				}
			}
			p50, p99 := quantile(took, 0.5), quantile(took, 0.99)
			t.Logf("%d transitions: p50 %v, p99 %v, max %v", len(took), p50, p99, quantile(took, 1))
			if p50 > c.p50 || p99 > c.p99 {
				t.Errorf("p50 %v, p99 %v (accepted: %v, %v)", p50, p99, c.p50, c.p99)
			}
		})
	}
}
