// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"fmt"
	"testing"
	"time"
)

// rate is what each node sends in a second, on average over the fleet, packets and streams.
func (w *world) rate(over time.Duration) float64 {
	before := w.net.Stats().Total
	time.Sleep(over)
	after := w.net.Stats().Total
	sent := after.Bytes + after.StreamBytes - before.Bytes - before.StreamBytes
	return float64(sent) / over.Seconds() / float64(len(w.all))
}

func TestTrafficIsBounded(t *testing.T) {
	quietly(t)
	nodes, deps, calm := 20, 5, 10*time.Second
	if thorough() {
		nodes, deps, calm = 100, 20, 20*time.Second
	}
	s := scene{nodes: nodes, seed: 1, every: time.Second}
	for d := range deps {
		s.deps = append(s.deps, fmt.Sprintf("dep%02d", d))
	}
	play(t, s, func(w *world) {
		time.Sleep(25 * time.Second) // beyond what begins
		before := w.net.Stats().Total
		steady := w.rate(calm)
		after := w.net.Stats().Total
		per := func(a, b uint64) float64 { return float64(b-a) / calm.Seconds() / float64(nodes) }
		t.Logf("%d nodes, %d healthy dependencies: %.0f B/s per node (%.0f in %.1f packets, %.0f in streams, %.2f dials)", nodes, deps, steady,
			per(before.Bytes, after.Bytes), per(before.Sent, after.Sent), per(before.StreamBytes, after.StreamBytes), per(before.Dials, after.Dials))
		if steady > 5000 {
			t.Errorf("steady: %.0f B/s per node, accepted 5000", steady)
		}
		fail(w.all, 0, 1)
		var above, longest time.Duration // there are two transitions: circuits open, and then nodes hold
		for i := range 12 {
			r := w.rate(time.Second)
			t.Logf("second %d of the outage: %.0f B/s per node", i+1, r)
			if r > 150e3 {
				t.Errorf("second %d of the outage: %.0f B/s per node, accepted 150000", i+1, r)
			}
			above += time.Second
			if r <= 30e3 {
				above = 0
			}
			longest = max(longest, above)
		}
		t.Logf("above 30 kB/s for %v at a time", longest)
		if longest > 3*time.Second {
			t.Errorf("above 30 kB/s for %v at a time, accepted 3s", longest)
		}
	})
}
