// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/patterns/adaptive"
)

// servers is a dependency that works on so many calls at once, each for an exponential
// time. The others wait in the order they came.
type servers struct {
	mu      sync.Mutex
	random  *rand.Rand
	service time.Duration
	n, busy int
	waiting []chan struct{}
	done    atomic.Int64
}

func newServers(n int, service time.Duration) *servers {
	return &servers{random: rand.New(rand.NewPCG(7, 7)), service: service, n: n}
}

// set changes how many there are.
func (s *servers) set(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n = n
	s.next()
}

// next lets those begin for whom there is a server. Under mu.
func (s *servers) next() {
	for s.busy < s.n && len(s.waiting) > 0 {
		s.busy++
		close(s.waiting[0])
		s.waiting = s.waiting[1:]
	}
}

func (s *servers) bear(context.Context, int) (int, error) {
	s.mu.Lock()
	took, turn := time.Duration(s.random.ExpFloat64()*float64(s.service)), make(chan struct{})
	s.waiting = append(s.waiting, turn)
	s.next()
	s.mu.Unlock()
	<-turn
	time.Sleep(took)
	s.mu.Lock()
	s.busy--
	s.next()
	s.mu.Unlock()
	s.done.Add(1)
	return 0, nil
}

// press keeps so many callers calling until the time is over, and returns the mean of the permits
// over the second half of it, and the share of the servers' time that was used in that.
func (s *servers) press(ctx context.Context, r *Ref[int, int], callers int, d time.Duration) (permits, used float64) {
	var all sync.WaitGroup
	end := time.Now().Add(d)
	for range callers {
		all.Go(func() {
			for time.Now().Before(end) {
				if _, err := r.Call(ctx, 1); err != nil {
					time.Sleep(s.service)
				}
			}
		})
	}
	time.Sleep(d / 2)
	done, seconds := s.done.Load(), int(d/2/time.Second)
	for range seconds {
		permits += float64(r.Stats().Gate.Limit) / float64(seconds)
		time.Sleep(time.Second)
	}
	used = float64(s.done.Load()-done) * s.service.Seconds() / float64(seconds*s.n)
	all.Wait()
	return permits, used
}

// settles fails where the permits are more than 15% from the servers, or these idle.
func (s *servers) settles(t *testing.T, what string, permits, used float64) {
	t.Helper()
	t.Logf("%s: %.1f permits for %d servers, %.1f%% busy", what, permits, s.n, 100*used)
	if math.Abs(permits/float64(s.n)-1) > 0.15 || used < 0.93 {
		t.Errorf("%s: %.1f permits for %d servers, %.1f%% busy", what, permits, s.n, 100*used)
	}
}

// What is set is nothing but that there is an adaptive limit, and a queue before it.
func TestPermitsSettleAtTheCapacityOverStepsDownAndUp(t *testing.T) {
	if underRace {
		t.Skip("too many events for the race detector; run without -race")
	}
	for name, policy := range map[string]Policy{
		"gradient2": {Adaptive: Adaptive{Min: adaptive.DefaultMin}},
		"vegas":     {Adaptive: Adaptive{Kind: adaptive.KindVegas}},
		"workers":   {Adaptive: Adaptive{Min: adaptive.DefaultMin}, Workers: Workers{Idle: time.Minute}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				policy.Bulkhead.Queue = 100
				s := newServers(20, 50*time.Millisecond)
				r := spawn(t, start(t), policy, s.bear)
				for _, n := range []int{20, 12, 30} {
					s.set(n)
					permits, used := s.press(t.Context(), r, 60, 3*time.Minute)
					s.settles(t, "over a step", permits, used)
				}
			})
		})
	}
}

// An answer is held for twice as long as it took: as many calls more are inside as that makes. They come to
// the dependency at random, so that some queue before it is full: hence the tolerance.
func TestPermitsOfHeldAnswersSettleAtTheCapacity(t *testing.T) {
	if underRace {
		t.Skip("too many events for the race detector; run without -race")
	}
	synctest.Test(t, func(t *testing.T) {
		const n, times, queue = 20, 2, 1.5
		s := newServers(n, 50*time.Millisecond)
		var all sync.WaitGroup
		r := spawn(t, start(t), Policy{Adaptive: Adaptive{Tolerance: queue}, Bulkhead: Bulkhead{Queue: 200}},
			s.bear, With[int, int]{Hold: func(n int, h Held) int {
				all.Go(func() {
					time.Sleep(times * s.service)
					h.End(nil)
				})
				return n
			}})
		permits, used := s.press(t.Context(), r, 120, 4*time.Minute)
		all.Wait()
		t.Logf("%.1f permits, %.1f%% busy", permits, 100*used)
		if want := float64(n * (queue + times)); math.Abs(permits/want-1) > 0.15 || used < 0.93 {
			t.Errorf("%.1f permits, want %.0f give or take 15%%; %.1f%% busy", permits, want, 100*used)
		}
	})
}

func TestPermitsDoNotDriftInAnHour(t *testing.T) {
	if underRace {
		t.Skip("too many events for the race detector; run without -race")
	}
	synctest.Test(t, func(t *testing.T) {
		s := newServers(20, time.Second) // few calls, so that an hour of them is a second
		r := spawn(t, start(t), Policy{Adaptive: Adaptive{Min: adaptive.DefaultMin, Window: 10 * time.Second}, Bulkhead: Bulkhead{Queue: 100}}, s.bear)
		s.press(t.Context(), r, 40, 20*time.Minute)
		for range 3 {
			permits, used := s.press(t.Context(), r, 40, 20*time.Minute)
			s.settles(t, "in an hour", permits, used)
		}
	})
}
