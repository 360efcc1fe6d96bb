// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// awake reports whether the guard has an actor.
func awake(g *Guard) bool {
	pid := g.pid.Load()
	if pid == nil {
		return false
	}
	_, there := g.sys.actors.ProcessRegistry.GetLocal(pid.Id)
	return there
}

func TestGuardThatOnlyAnswersCallsHasNoActor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, fullPolicy, echo)
		named, err := Bind(r.Guard, "named", echo)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 10 {
			_, _ = r.Call(t.Context(), n)
			_, _ = named.Ask(t.Context(), n).Wait(t.Context())
			_ = r.Tell(t.Context(), n)
			_, _ = Do(t.Context(), r.Guard, func(context.Context) (int, error) { return n, nil })
		}
		synctest.Wait()
		_, _, _, _ = r.Stats(), r.Explain(), r.Policy(), r.Warnings()
		if awake(r.Guard) || len(sys.Guards()) != 1 {
			t.Error("it has an actor")
		}
	})
}

// Whatever wakes a guard finds it as if it had been awake all the time.
func TestWhatIsSaidToAGuardWakesIt(t *testing.T) {
	hold := Command{Mode: HoldOpen, Reason: "test", By: "me", TTL: time.Minute}
	for what, wake := range map[string]func(*testing.T, *Ref[int, int]) EventKind{
		"a command": func(t *testing.T, r *Ref[int, int]) EventKind {
			if err := r.Command(t.Context(), hold); err != nil || r.State() != Closed || r.circuit.Mode() != HoldOpen {
				t.Errorf("%v, %v", err, r.circuit.Mode())
			}
			return EventTransition
		},
		"a policy": func(t *testing.T, r *Ref[int, int]) EventKind {
			change, err := r.Update(t.Context(), Policy{Bulkhead: Bulkhead{Concurrency: 3}})
			if err != nil || change.Version != 2 || r.gate.Depth().Limit != 3 {
				t.Errorf("%v, %+v", err, change)
			}
			return EventUpdated
		},
		"a message": func(t *testing.T, r *Ref[int, int]) EventKind {
			got, err := r.sys.root.RequestFuture(r.PID(), r.Message(t.Context(), 5), time.Minute).Result()
			if reply, ok := got.(Reply[int, int]); err != nil || !ok || reply.Request != 5 {
				t.Errorf("%v, %v", got, err)
			}
			return ""
		},
		"a move of its circuit": func(t *testing.T, r *Ref[int, int]) EventKind {
			for r.State() == Closed {
				_, _ = r.Call(t.Context(), -1)
			}
			return EventTransition
		},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sys := start(t)
				sub := sys.Subscribe(16)
				r := spawn(t, sys, Policy{Breaker: Breaker{Consecutive: 2}}, func(_ context.Context, n int) (int, error) {
					if n < 0 {
						return 0, errDown
					}
					return n, nil
				})
				synctest.Wait()
				if e := <-sub.C(); e.Kind != EventStarted || e.Seq != 1 || awake(r.Guard) {
					t.Fatalf("event %d %q, awake %v", e.Seq, e.Kind, awake(r.Guard))
				}
				kind := wake(t, r)
				synctest.Wait()
				if !awake(r.Guard) {
					t.Error("it has no actor")
				}
				if e := next(sub); e.Kind != kind || (kind != "" && e.Seq != 2) {
					t.Errorf("event %d %q, want %q", e.Seq, e.Kind, kind)
				}
				err := r.Stop(t.Context())
				synctest.Wait() // the actor ends after its guard
				if err != nil || awake(r.Guard) {
					t.Errorf("%v, awake %v", err, awake(r.Guard))
				}
			})
		})
	}
}

// A group stops, holds and restarts its children: a member is one from the start.
func TestMemberOfAGroupHasItsActorFromTheStart(t *testing.T) {
	eu := group(t, start(t), "eu", GroupPolicy{})
	if r := member(t, eu, "payments", fullPolicy, echo); !awake(r.Guard) {
		t.Error("it has none")
	}
}

// next is the next event if there is one.
func next(sub *Subscription) Event {
	select {
	case e := <-sub.C():
		return e
	default:
		return Event{}
	}
}

func TestGuardStopsWithoutAnActorAsWithOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(16)
		r := spawn(t, sys, fullPolicy, echo)
		if err := r.Stop(t.Context()); err != nil || awake(r.Guard) {
			t.Fatalf("%v, awake %v", err, awake(r.Guard))
		}
		for i, kind := range []EventKind{EventStarted, EventStopped, ""} {
			if e := next(sub); e.Kind != kind || (kind != "" && e.Seq != uint64(i+1)) {
				t.Errorf("event %d %q, want %d %q", e.Seq, e.Kind, i+1, kind)
			}
		}
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrStopped)
		if err := r.Stop(t.Context()); err != nil || len(sys.Guards()) != 0 {
			t.Errorf("the second stop: %v, %d guards", err, len(sys.Guards()))
		}
		again := spawn(t, sys, fullPolicy, echo)
		if old, next := r.PID(), again.PID(); old == nil || old != r.PID() || old.Equal(next) || awake(r.Guard) {
			t.Errorf("addresses %v and %v", old, next)
		}
		got, err := sys.root.RequestFuture(r.PID(), r.Message(t.Context(), 1), time.Minute).Result()
		if _, dead := got.(*actor.DeadLetterResponse); !dead && !errors.Is(err, actor.ErrDeadLetter) {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

// However many wake it while it stops: each hears one of both, and nobody waits for ever.
func TestStormOfWakersAndAStop(t *testing.T) {
	hold := Command{Mode: HoldClosed, Reason: "test", By: "me", TTL: time.Minute}
	for range 100 {
		sys := start(t)
		sub := sys.Subscribe(1000)
		r := spawn(t, sys, fullPolicy, echo)
		var all sync.WaitGroup
		begin := make(chan struct{})
		do := func(f func()) {
			all.Go(func() {
				<-begin
				f()
			})
		}
		var pids [2]*actor.PID
		for i := range pids {
			do(func() { pids[i] = r.PID() })
			do(func() {
				if err := r.Command(context.Background(), hold); err != nil && !errors.Is(err, ErrStopped) {
					t.Error(err)
				}
			})
			do(func() {
				if _, err := r.Update(context.Background(), Policy{}); err != nil && !errors.Is(err, ErrStopped) {
					t.Error(err)
				}
			})
			do(func() {
				if err := r.Stop(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		close(begin)
		all.Wait()
		if pids[0] == nil || !pids[0].Equal(pids[1]) {
			t.Fatalf("addresses %v and %v", pids[0], pids[1])
		}
		for awake(r.Guard) { // the actor ends after its guard
			runtime.Gosched()
		}
		if err := sys.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		var seq uint64
		var last EventKind
		for e := range sub.C() {
			if seq++; e.Seq != seq || (e.Kind == EventStarted) != (seq == 1) {
				t.Fatalf("event %d %q at place %d", e.Seq, e.Kind, seq)
			}
			last = e.Kind
		}
		if last != EventStopped {
			t.Fatalf("the last event is %q", last)
		}
	}
}
