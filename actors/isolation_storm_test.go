// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/supervision"
)

// deed is what a handler is asked to do in a storm, in virtual milliseconds.
type deed struct {
	takes  int
	heeds  bool // its context
	end    string
	cancel int // when its caller leaves; 0: never
	start  int // when it is called
	way    string
}

func (d deed) String() string {
	return fmt.Sprintf("at %d %s takes %d heeds %v ends %s cancel %d", d.start, d.way, d.takes, d.heeds, d.end, d.cancel)
}

var drawDeed = rapid.Custom(func(t *rapid.T) deed {
	return deed{
		takes:  rapid.IntRange(0, 60).Draw(t, "takes"),
		heeds:  rapid.Bool().Draw(t, "heeds"),
		end:    rapid.SampledFrom([]string{"answer", "answer", "error", "panic", "goexit"}).Draw(t, "end"),
		cancel: rapid.SampledFrom([]int{0, 0, 1, 10, 30}).Draw(t, "cancel"),
		start:  rapid.IntRange(0, 100).Draw(t, "start"),
		way:    rapid.SampledFrom([]string{"call", "ask", "do"}).Draw(t, "way"),
	}
})

// work does the deed as a handler. The odd bit keeps it from ending together
// with a deadline, where either may be first.
func (d deed) work(ctx context.Context) (int, error) {
	takes := time.After(time.Duration(d.takes)*time.Millisecond + 313*time.Microsecond)
	if d.heeds {
		select {
		case <-takes:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	} else {
		<-takes
	}
	switch d.end {
	case "error":
		return 0, errDown
	case "panic":
		panic(errDown)
	case "goexit":
		runtime.Goexit()
	}
	return 1, nil
}

func (d deed) carryOut(r *Ref[*deed, int]) (err error) {
	time.Sleep(time.Duration(d.start) * time.Millisecond)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if d.cancel > 0 {
		time.AfterFunc(time.Duration(d.cancel)*time.Millisecond, cancel)
	}
	switch d.way {
	case "ask":
		_, err = r.Ask(ctx, &d).Wait(context.Background())
	case "do":
		_, err = Do(ctx, r.Guard, d.work)
	default:
		_, err = r.Call(ctx, &d)
	}
	return err
}

func TestStorm_AllPermitsAndPooledGoroutinesAreBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		deeds := rapid.SliceOfN(drawDeed, 1, 40).Draw(rt, "deeds")
		policy := Policy{
			Deadline: Deadline{Attempt: 20 * time.Millisecond, Total: 50 * time.Millisecond},
			Retry:    Retry{Attempts: 2, Backoff: Backoff{Base: time.Millisecond, Jitter: supervision.NoJitter}},
			Bulkhead: Bulkhead{Concurrency: 4, Queue: 8},
			Breaker:  Breaker{Consecutive: 5, OpenFor: 10 * time.Millisecond, Probes: 1},
			Workers:  Workers{Max: rapid.IntRange(1, 5).Draw(rt, "max"), Idle: 10 * time.Millisecond, MaxAbandoned: rapid.IntRange(1, 4).Draw(rt, "abandoned")},
		}
		stopAt := rapid.SampledFrom([]int{0, 20, 60, 1000}).Draw(rt, "stop")
		synctest.Test(t, func(t *testing.T) { blow(t, rt, deeds, policy, stopAt) })
	})
}

func blow(t *testing.T, rt *rapid.T, deeds []deed, policy Policy, stopAt int) {
	sys, err := Start(Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var working, most, discarded atomic.Int64
	r, err := Spawn(sys, "payments", func(ctx context.Context, d *deed) (int, error) {
		if n := working.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer working.Add(-1)
		return d.work(ctx)
	}, policy, With[*deed, int]{Safe: Always[*deed], Discard: func(int) { discarded.Add(1) }})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, d := range deeds {
		all.Go(func() { _ = d.carryOut(r) })
	}
	if stopAt > 0 {
		time.Sleep(time.Duration(stopAt) * time.Millisecond)
		now, end := context.WithCancel(t.Context())
		end()
		_ = r.Stop(now)
	}
	all.Wait()
	time.Sleep(time.Second) // work that ignores everything ends, idle goroutines end
	synctest.Wait()
	s := r.Stats()
	if s.Gate.InUse != 0 || s.Gate.Waiting != 0 || s.Overdue != 0 || s.Calls != uint64(len(deeds)) {
		rt.Errorf("left behind: %+v", s)
	}
	if crew := r.pool.Load().Crew(); crew.Running != 0 || crew.Idle != 0 {
		rt.Errorf("left in the pool: %+v", crew)
	}
	if most.Load() > int64(min(4, policy.Workers.Max)) {
		rt.Errorf("%d worked at once", most.Load())
	}
	if err := sys.Shutdown(t.Context()); err != nil {
		rt.Error(err)
	}
}

// sought is what can be seen of a call and of its guard from outside.
type sought struct {
	err      string
	attempts int
	took     time.Duration
	state    State
	stats    [6]uint64
}

// seen does the deeds one after the other.
func seen(t *testing.T, deeds []deed, policy Policy) (all []sought) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), policy, func(ctx context.Context, d *deed) (int, error) { return d.work(ctx) },
			With[*deed, int]{Safe: Always[*deed]})
		for _, d := range deeds {
			begin := time.Now()
			err := d.carryOut(r)
			synctest.Wait()
			s := r.Stats()
			one := sought{
				err: fmt.Sprint(errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, errDown),
					errors.Is(err, ErrOpen), errors.Is(err, supervision.ErrAttempts)),
				took: time.Since(begin), state: s.State,
				stats: [...]uint64{s.Calls, s.Attempts, s.Successes, s.Failures, s.Voids, s.Rejected.Breaker},
			}
			if e, ok := errors.AsType[*CallError](err); ok {
				one.attempts = e.Attempts
			}
			all = append(all, one)
		}
	})
	return all
}

func TestIsolationChangesNothingForHandlersThatHeedTheirContext(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		deeds := rapid.SliceOfN(drawDeed, 1, 30).Draw(rt, "deeds")
		for i := range deeds {
			deeds[i].heeds = true
			if deeds[i].end == "goexit" { // it ends the goroutine of a caller, who then is not answered
				deeds[i].end = "panic"
			}
		}
		policy := Policy{
			Deadline: Deadline{Attempt: 20 * time.Millisecond, Total: 50 * time.Millisecond},
			Retry:    Retry{Attempts: 2, Backoff: Backoff{Base: 3 * time.Millisecond, Jitter: supervision.NoJitter}},
			Bulkhead: Bulkhead{Concurrency: 4},
			Breaker:  Breaker{Consecutive: rapid.IntRange(1, 5).Draw(rt, "consecutive"), OpenFor: 70 * time.Millisecond, Probes: 1},
		}
		onCallers := seen(t, deeds, policy)
		policy.Workers = Workers{MaxAbandoned: 4}
		onWorkers := seen(t, deeds, policy)
		for i := range deeds {
			if onCallers[i] != onWorkers[i] {
				rt.Fatalf("deed %d: %v\non callers %+v\non workers %+v", i, deeds[i], onCallers[i], onWorkers[i])
			}
		}
	})
}
