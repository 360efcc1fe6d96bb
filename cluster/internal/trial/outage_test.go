// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/simulations/network"
	"github.com/fuseboard/fuseboard/supervision"
)

// outages are the sizes and seeds to play.
func outages() (list []scene) {
	for _, n := range []int{3, 5, 20, 50} {
		few, all := uint64(1), uint64(10)
		switch {
		case n == 5:
			few, all = 3, 200
		case n == 50:
			few, all = 0, 3
		case n == 20 && testing.Short():
			few = 0
		}
		for _, seed := range seeds(few, all, all) {
			list = append(list, scene{nodes: n, seed: seed, link: network.Link{Jitter: time.Millisecond}})
		}
	}
	return list
}

// fellAt is when a node's own calls had failed for its own window to say so, if all failed from began on: as many again as were good.
// With calls that come evenly and a threshold of one half that is half a window.
func fellAt(began time.Time) time.Time { return began.Add(5 * time.Second) }

func TestAConstantOutageIsOneHoldAndOneRelease(t *testing.T) {
	var mu sync.Mutex
	var late, way []time.Duration
	t.Run("all", func(t *testing.T) {
		for _, s := range outages() {
			t.Run(fmt.Sprintf("%d nodes, seed %d", s.nodes, s.seed), func(t *testing.T) {
				t.Parallel()
				l, w := oneOutage(t, s)
				mu.Lock()
				defer mu.Unlock()
				late, way = append(late, l...), append(way, w...)
			})
		}
	})
	if len(late) == 0 || len(way) == 0 {
		return
	}
	t.Logf("held p50 %v, p99 %v, max %v after the windows cross; clear p50 %v, p99 %v, max %v after the outage",
		quantile(late, .5), quantile(late, .99), quantile(late, 1), quantile(way, .5), quantile(way, .99), quantile(way, 1))
	if usual, most := quantile(late, .99), quantile(late, 1); usual > time.Second || most > 1500*time.Millisecond {
		t.Errorf("held %v (p99) and %v (max) after the windows cross, accepted 1s and 1.5s", usual, most)
	}
}

// course is how long an outage lasts, before its probes are counted and while they are, and how long it is looked at after it.
type course struct{ begins, goesOn, after time.Duration }

// courses is an outage of three quarters of a minute, and a longer one where hours are no matter.
func courses() course {
	if thorough() {
		return course{time.Minute, time.Minute, 90 * time.Second}
	}
	return course{15 * time.Second, 30 * time.Second, 30 * time.Second}
}

// oneOutage is a quiet start, an outage and the recovery. It returns how long after the windows crossed nodes held, and
// how long after the outage they were clear.
func oneOutage(t *testing.T, s scene) (late, way []time.Duration) {
	t.Helper()
	c := courses()
	play(t, s, func(w *world) {
		time.Sleep(12 * time.Second)
		began := time.Now()
		fail(w.all, 0, 1)
		time.Sleep(c.begins)
		var tries int64
		for _, n := range w.all {
			turns := n.turns(0)
			if len(turns) != 1 || turns[0].to != supervision.FleetHold {
				t.Errorf("%s in the outage: %v", n.name, turns)
				continue
			}
			late = append(late, turns[0].at.Sub(fellAt(began)))
			tries -= n.tries[0].Load()
		}
		time.Sleep(c.goesOn)
		for _, n := range w.all {
			tries += n.tries[0].Load()
		}
		rate := float64(tries) / c.goesOn.Seconds()
		t.Logf("%.2f probes a second", rate)
		if rate > 1.05*fleetRate {
			t.Errorf("%.2f probes a second", rate)
		}
		over := time.Now()
		fail(w.all, 0, 0)
		w.recovers(c.after)
		for _, n := range w.all {
			turns := n.turns(0)
			if count(turns, supervision.FleetHold) != 1 || count(turns, supervision.FleetRamp) != 1 || len(turns) != 3 {
				t.Errorf("%s after the outage: %v", n.name, turns)
				continue
			}
			way = append(way, turns[2].at.Sub(over))
		}
	})
	return late, way
}

// fleetRate is how many probes a second the fleet has, and pulse the most in any one: places are half a second apart, and those
// who have them began to hold within a second.
const (
	fleetRate = 2.0
	pulse     = 1.5*fleetRate + 1
)

// recovers waits for a time, and bounds what comes to the dependency: until the first release the fleet's probes, and from then on
// no more than those and what one ramp lets in.
func (w *world) recovers(lasts time.Duration) {
	w.t.Helper()
	usual := float64(len(w.all)) * float64(time.Second) / float64(w.scene.every)
	before, released, peak, first := w.tried(), -1, 0.0, 0.0
	for second := range int(lasts / time.Second) {
		time.Sleep(time.Second)
		now := w.tried()
		load := float64(now - before)
		before = now
		if released < 0 && w.anyRamps() {
			released = second
		}
		share := 0.0
		if released >= 0 {
			share = min(1, 0.1+0.09*float64(second-released+1))
		}
		peak = max(peak, load/usual)
		if released < 0 {
			first = max(first, load)
		}
		if most := usual*share*1.1 + pulse; load > most {
			w.t.Errorf("second %d after the outage, %d after the first release: %.0f attempts, accepted %.0f", second, second-released, load, most)
		}
	}
	w.t.Logf("first release %d s after the outage, at most %.0f probes in a second before; at most %.2f of the usual load", released, first, peak)
}

// tried is how many attempts there were.
func (w *world) tried() (all int64) {
	for _, s := range w.all {
		all += s.tries[0].Load()
	}
	return all
}

// anyRamps reports whether somebody is on the way back.
func (w *world) anyRamps() bool {
	for _, s := range w.all {
		if count(s.turns(0), supervision.FleetRamp) > 0 {
			return true
		}
	}
	return false
}
