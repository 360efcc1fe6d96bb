// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"fmt"
	"math"
	"testing"
	"time"
)

// What is called capacity here is the knee: c calls for a dependency with c servers. With fewer the
// servers idle; with more, calls queue and nothing is won. Every policy but the last is all defaults.
// Aimd sees no queue, but where the dependency drops what its short queue can't take.
var settling = []struct {
	name   string
	policy Policy
	queue  int // of the dependency, as a share 1/n of its servers; 0: without bound
	stands func(c float64) float64
}{
	{"gradient2", Policy{Kind: KindGradient2, Min: DefaultMin}, 0, capacity},
	{"vegas", Policy{Kind: KindVegas}, 0, capacity},
	{"aimd", Policy{Kind: KindAIMD}, 10, capacity},
	{"gradient2, tolerance 1.5", Policy{Kind: KindGradient2, Tolerance: 1.5}, 0, func(c float64) float64 { return 1.5 * c }},
}

func capacity(c float64) float64 { return c }

// steps are the servers of a dependency that loses half of them, and gets four times
// as many as it had left.
var steps = []int{40, 20, 80}

func TestLimitSettlesAtTheCapacityOverStepsDownAndUp(t *testing.T) {
	alone(t)
	for _, s := range settling {
		t.Run(s.name, func(t *testing.T) {
			w := newWorld(s.policy, dependency{servers: steps[0], service: 50 * time.Millisecond}, load{clients: 500}, 7)
			for _, c := range steps {
				w.servers = c
				if s.queue > 0 {
					w.queue = c / s.queue
				}
				w.run(4 * time.Minute)
				done := w.done
				w.run(2 * time.Minute)
				got, want := w.last(120), s.stands(float64(c))
				used := float64(w.done-done) / 120 * w.service.Seconds() / float64(c)
				t.Logf("%d servers: limit %.1f, which is %+.0f%%; %.1f%% busy", c, got, 100*(got/want-1), 100*used)
				if math.Abs(got/want-1) > 0.15 {
					t.Errorf("%d servers: limit %.1f, want %.1f give or take 15%%", c, got, want)
				}
				if used < 0.95 {
					t.Errorf("%d servers: %.1f%% of what they can do", c, 100*used)
				}
			}
		})
	}
}

// Little's law says how many are inside where nobody does.
func TestLimitSettlesWhereNobodySaysHowManyAreInside(t *testing.T) {
	alone(t)
	for _, s := range settling {
		t.Run(s.name, func(t *testing.T) {
			const c = 40
			d := dependency{servers: c, service: 50 * time.Millisecond}
			if s.queue > 0 {
				d.queue = c / s.queue
			}
			w := newWorld(s.policy, d, load{clients: 500, silent: true}, 7)
			w.run(6 * time.Minute)
			if got, want := w.last(120), s.stands(c); math.Abs(got/want-1) > 0.15 {
				t.Errorf("limit %.1f, want %.1f give or take 15%%", got, want)
			}
		})
	}
}

// meanEach returns the means of n parts of all.
func meanEach(all []float64, n int) (means []float64) {
	for i := range n {
		means = append(means, mean(all[i*len(all)/n:(i+1)*len(all)/n]))
	}
	return means
}

// Of many worlds none has a limit that chance has lowered.
func TestALimitDoesNotFallBelowTheCapacityByChance(t *testing.T) {
	alone(t)
	for _, s := range settling[:2] {
		for i, c := range []int{20, 40, 80} {
			for seed := range 4 {
				w := newWorld(s.policy, dependency{servers: c, service: 25 * time.Millisecond}, load{clients: 300}, uint64(100*i+seed+1))
				w.run(3 * time.Minute)
				if got := w.last(60) / float64(c); got < 0.95 {
					t.Errorf("%s, %d servers, world %d: limit %.2f times the capacity", s.name, c, seed, got)
				}
			}
		}
	}
}

func TestLimitDoesNotDriftInAnHour(t *testing.T) {
	alone(t)
	for _, s := range settling {
		t.Run(s.name, func(t *testing.T) {
			const c = 40
			d := dependency{servers: c, service: 100 * time.Millisecond}
			if s.queue > 0 {
				d.queue = c / s.queue
			}
			w := newWorld(s.policy, d, load{clients: 500}, 11)
			w.run(5 * time.Minute)
			from := len(w.limits)
			w.run(time.Hour)
			parts := meanEach(w.limits[from:], 6)
			t.Logf("each ten minutes: %.1f", parts)
			for _, part := range parts {
				if want := s.stands(c); math.Abs(part/want-1) > 0.15 {
					t.Errorf("limit %.1f in ten minutes, want %.1f give or take 15%%", part, want)
				}
			}
		})
	}
}

// The algorithms as they are published, under the same load: what TestLimitDoesNotDriftInAnHour
// is there for.
func TestPublishedGradient2DriftsToItsMost(t *testing.T) {
	alone(t)
	w := newWorld(Policy{Kind: KindGradient2, Min: 1, Max: 400, Published: true},
		dependency{servers: 40, service: 100 * time.Millisecond}, load{clients: 500}, 11)
	w.run(65 * time.Minute)
	if got := w.last(60); got < 399 {
		t.Errorf("limit %.1f: it no longer drifts, and what was mended can go", got)
	}
}

// Calls come by themselves, more than the dependency can work on: the rest is refused here.
func TestLimitSettlesWhenMoreComesThanTheDependencyBears(t *testing.T) {
	alone(t)
	for _, s := range settling {
		t.Run(s.name, func(t *testing.T) {
			const c = 40
			d := dependency{servers: c, service: 50 * time.Millisecond}
			if s.queue > 0 {
				d.queue = c / s.queue
			}
			w := newWorld(s.policy, d, load{rate: 1.5 * c * 20}, 13)
			w.run(6 * time.Minute)
			if got, want := w.last(120), s.stands(c); math.Abs(got/want-1) > 0.15 {
				t.Errorf("limit %.1f, want %.1f give or take 15%%", got, want)
			}
		})
	}
}

// What comes is less than the dependency bears: the looks at how long work takes cost it hardly
// a call.
func TestHardlyACallIsRefusedWhileTheDependencyBearsAll(t *testing.T) {
	alone(t)
	for _, s := range settling {
		for _, share := range []float64{0.5, 0.8} {
			w := newWorld(s.policy, dependency{servers: 40, service: 50 * time.Millisecond}, load{rate: share * 40 * 20}, 3)
			w.run(2 * time.Minute) // it begins with a limit of 20
			before := w.refused
			w.run(10 * time.Minute)
			if refused := float64(w.refused-before) / float64(w.done); refused > 0.001 {
				t.Errorf("%s: %.3f%% refused at %.0f%% of what it bears", s.name, 100*refused, 100*share)
			}
		}
	}
}

// Few are in flight: that all goes well says nothing of more of them.
func TestLimitDoesNotGrowWhileFewAreInside(t *testing.T) {
	alone(t)
	for _, s := range settling {
		for _, l := range []load{{clients: 8}, {rate: 80}, {clients: 8, silent: true}} {
			t.Run(fmt.Sprintf("%s/%+v", s.name, l), func(t *testing.T) {
				w := newWorld(s.policy, dependency{servers: 40, service: 100 * time.Millisecond}, l, 17)
				w.run(30 * time.Minute)
				highest := 0.0
				for _, limit := range w.limits {
					highest = max(highest, limit)
				}
				// Twice as many as were ever inside, and one step.
				if most := float64(max(20, 2*w.most+12)); highest > most {
					t.Errorf("limit %.0f, with %d inside at most", highest, w.most)
				}
				if lowest := w.last(600); lowest < float64(w.most)/2 {
					t.Errorf("limit %.1f holds back %d", lowest, w.most)
				}
			})
		}
	}
}

// The work itself takes three times as long, with as many servers: that is no queue, which a
// probe finds out.
func TestSlowerWorkIsNotTakenForAQueueForLong(t *testing.T) {
	alone(t)
	for _, s := range settling {
		if s.policy.Kind == KindAIMD {
			continue // it does not look at how long calls take, as long as they end
		}
		t.Run(s.name, func(t *testing.T) {
			w := newWorld(s.policy, dependency{servers: 40, service: 50 * time.Millisecond}, load{clients: 500}, 19)
			w.run(5 * time.Minute)
			w.service *= 3
			w.run(5 * time.Minute)
			if got, want := w.last(60), s.stands(40); math.Abs(got/want-1) > 0.15 {
				t.Errorf("limit %.1f, want %.1f give or take 15%%", got, want)
			}
			if base := w.limiter.View(w.now).Baseline.Seconds(); math.Abs(base/0.15-1) > 0.15 {
				t.Errorf("%.0f ms without a queue, want 150", 1000*base)
			}
		})
	}
}

// However far away the next probe is: what lowers the limit five times in a row is looked at.
func TestALimitThatFallsIsProbedSoon(t *testing.T) {
	for _, kind := range []Kind{KindGradient2, KindVegas} {
		a, limit := knowing(t, Policy{Kind: kind, Min: 4, Max: 200}, 40), 40
		windows := func(n int, work time.Duration) (probed int) {
			for i := range n {
				took := work * time.Duration(max(limit, 20)) / 20 // with 20 servers
				m := a.Next(window(100, took, limit))
				if limit = m.Limit; m.Reason == Probing {
					probed = i + 1
				}
				if probed > 0 && work > 10*time.Millisecond {
					break
				}
			}
			return probed
		}
		windows(1000, 10*time.Millisecond)
		for windows(1, 10*time.Millisecond) == 0 && kind == KindGradient2 { // the one just past is the farthest from the next
		}
		windows(1, 10*time.Millisecond)
		if after := windows(60, 40*time.Millisecond); after == 0 || after > 6 {
			t.Errorf("%s: probed after %d windows with work four times as long", kind, after)
		}
	}
}
