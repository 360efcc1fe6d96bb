// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"bytes"
	"context"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// asleep is how many hands wait for something to run.
func (s *hands) asleep() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.idle)
}

// ran is a runner made of a function.
type ran func()

func (r ran) Run() { r() }

func TestAGoroutineIsKeptForTheNextWithoutACaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, fullPolicy, echo)
		for range 50 {
			if _, err := r.Ask(t.Context(), 1).Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := r.Tell(t.Context(), 1); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if n := sys.hands.running.count(); n != 1 && n != 2 { // the next may come while the last one is ending
			t.Errorf("%d goroutines for one call at a time", n)
		}
		sys.root.Send(r.PID(), r.Message(t.Context(), 1))
		synctest.Wait()
		if n := sys.hands.running.count(); n > 2 {
			t.Errorf("%d goroutines with a worker of its own", n)
		}
	})
}

// A new goroutine takes its profiler labels from whoever begins it, and a handler may set
// others. The next request is another's.
func TestAKeptGoroutineForgetsTheLabelsOfWhatItRan(t *testing.T) {
	labels := func() string {
		var page bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&page, 1); err != nil {
			t.Error(err)
		}
		return page.String()
	}
	sys := start(t)
	var seen string
	r := spawn(t, sys, Policy{}, func(ctx context.Context, n int) (int, error) {
		switch seen = labels(); n {
		case 2:
			pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("handler", "second")))
		}
		return n, nil
	})
	ask := func(ctx context.Context, n int) {
		_, _ = r.Ask(ctx, n).Wait(context.Background())
		for sys.hands.asleep() == 0 {
			runtime.Gosched()
		}
	}
	pprof.Do(t.Context(), pprof.Labels("asker", "first"), func(ctx context.Context) { ask(ctx, 1) })
	if !strings.Contains(seen, `"first"`) {
		t.Error("the first request has not the labels of who asked: this test sees none")
	}
	ask(t.Context(), 2)
	if strings.Contains(seen, `"first"`) {
		t.Error("the second request is told as the first one's")
	}
	ask(t.Context(), 3)
	if strings.Contains(seen, `"second"`) {
		t.Error("the third request is told as the second one's")
	}
	if n := sys.hands.running.count(); n != 1 {
		t.Errorf("%d goroutines, want the one that is kept", n)
	}
}

func TestGoroutinesThatNobodyNeedsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		release := make(chan struct{})
		r := spawn(t, sys, Policy{}, func(ctx context.Context, _ int) (int, error) {
			<-release
			return 0, nil
		})
		const burst = 100
		for range burst {
			r.Ask(t.Context(), 1)
		}
		synctest.Wait()
		if n := sys.hands.running.count(); n != burst {
			t.Fatalf("%d goroutines run %d calls", n, burst)
		}
		close(release)
		synctest.Wait()
		if n := sys.hands.asleep(); n != burst {
			t.Fatalf("%d are kept, want %d", n, burst)
		}
		for range 25 { // steady traffic, one call at a time
			time.Sleep(handIdle / 10)
			_, _ = r.Ask(t.Context(), 1).Wait(t.Context())
		}
		synctest.Wait()
		if n := sys.hands.running.count(); n != 1 {
			t.Errorf("%d goroutines are left, want the one that is used", n)
		}
		time.Sleep(2 * handIdle)
		if n := sys.hands.running.count(); n != 0 {
			t.Errorf("%d goroutines are left when nothing came for long", n)
		}
		sys.hands.mu.Lock()
		defer sys.hands.mu.Unlock()
		if sys.hands.sweeper != nil {
			t.Error("a timer is set for nobody")
		}
	})
}

func TestNoMoreGoroutinesAreKeptThanTheMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s hands
		release := make(chan struct{})
		for range handsKept + 10 {
			s.run(ran(func() { <-release }))
		}
		close(release)
		synctest.Wait()
		if n, all := s.asleep(), s.running.count(); n != handsKept || all != handsKept {
			t.Errorf("%d of %d are kept, want %d", n, all, handsKept)
		}
		s.close()
		s.wait(t.Context())
		if n := s.running.count(); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}

func TestAHandlerThatEndsItsGoroutineTakesNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, Policy{}, func(_ context.Context, n int) (int, error) {
			if n == 0 {
				runtime.Goexit()
			}
			return n, nil
		})
		for range 10 {
			_, err := r.Ask(t.Context(), 0).Wait(t.Context())
			wantIs(t, err, ErrGoexit)
			if n, err := r.Ask(t.Context(), 7).Wait(t.Context()); n != 7 || err != nil {
				t.Fatalf("%d, %v", n, err)
			}
		}
		synctest.Wait()
		if n, asleep := sys.hands.running.count(), sys.hands.asleep(); n != asleep || n > 2 {
			t.Errorf("%d goroutines, %d wait", n, asleep)
		}
	})
}

func TestShutdownWaitsForTheGoroutinesThatAreKept(t *testing.T) {
	sys, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := spawn(t, sys, Policy{}, echo)
	_, _ = r.Ask(t.Context(), 1).Wait(t.Context())
	sys.root.Send(r.PID(), r.Message(t.Context(), 1))
	if err := sys.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := sys.hands.running.count(); n != 0 {
		t.Errorf("%d goroutines are left", n)
	}
	done := make(chan struct{})
	sys.hands.run(ran(func() { close(done) })) // a stopped actor may still be told something
	<-done
	sys.hands.wait(t.Context())
	if n := sys.hands.running.count(); n != 0 {
		t.Errorf("%d goroutines are kept after the end", n)
	}
}

func TestStorm_HandsRunEverythingOnceAndNoneIsLeft(t *testing.T) {
	const callers, each = 8, 2000
	var (
		s    hands
		runs atomic.Int64
		all  sync.WaitGroup
	)
	for i := range callers {
		all.Go(func() {
			for n := range each {
				s.run(ran(func() {
					runs.Add(1)
					if (n+i)%97 == 0 {
						runtime.Goexit()
					}
				}))
				switch {
				case n%64 == 0:
					s.sweep()
				case i == 0 && n == each/2:
					s.close()
				}
			}
		})
	}
	all.Wait()
	if err := s.running.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := runs.Load(); n != callers*each {
		t.Errorf("%d of %d were run", n, callers*each)
	}
	if n, asleep := s.running.count(), s.asleep(); n != 0 || asleep != 0 {
		t.Errorf("%d goroutines are left, %d asleep", n, asleep)
	}
}

func TestActorsOfUsersRunOnTheSystemsGoroutines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		seen := 0
		pid, err := sys.SpawnActor("user", actor.PropsFromFunc(func(ctx actor.Context) {
			if _, is := ctx.Message().(int); is {
				seen++
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // for its beginning: what comes meanwhile may have a goroutine of its own
		before := sys.hands.running.count()
		for n := range 100 {
			sys.root.Send(pid, n)
			synctest.Wait()
		}
		if n := sys.hands.running.count(); n != before || before > 2 || seen != 100 {
			t.Errorf("%d goroutines and then %d for %d messages of 100, one after the other", before, n, seen)
		}
	})
}

// counting is a dispatcher of a user's own.
type counting struct {
	actor.Dispatcher
	n *atomic.Int64
}

func (c counting) Schedule(run func()) {
	c.n.Add(1)
	c.Dispatcher.Schedule(run)
}

func TestADispatcherOfTheUsersOwnStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		var n atomic.Int64
		props := actor.PropsFromFunc(func(actor.Context) {}, actor.WithDispatcher(counting{actor.NewDefaultDispatcher(1), &n}))
		if _, err := sys.SpawnActor("user", props); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n.Load() == 0 || sys.hands.running.count() != 0 {
			t.Errorf("the dispatcher was used %d times, and ours runs %d", n.Load(), sys.hands.running.count())
		}
	})
}
