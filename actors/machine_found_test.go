// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// What the machine has found, each by itself.

func TestStopOfAGuardThatWaitsForItsRestartIsNoDeadLetter(t *testing.T) {
	for _, how := range []string{"stop", "shutdown"} {
		synctest.Test(t, func(t *testing.T) {
			var lines atomic.Int32
			sys := logging(t, func(r slog.Record) {
				if r.Message == "[DeadLetter]" {
					lines.Add(1)
				}
			})
			r := spawn(t, sys, Policy{}, echo)
			r.breakOnce()
			synctest.Wait()
			if how == "stop" {
				if err := r.Stop(t.Context()); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Minute) // its restart would be due
			}
			if err := sys.Shutdown(t.Context()); err != nil || lines.Load() > 0 {
				t.Errorf("%s: %d dead letters, %v", how, lines.Load(), err)
			}
		})
	}
}

func TestBuilderThatHasStoppedIsNotRestarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		builds := 0
		r, err := Rebuild(start(t), "db", func(context.Context) (Handler[int, int], error) {
			builds++
			<-release
			return echo, nil
		}, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		pid := r.generations.pid.Load()
		process, _ := r.sys.actors.ProcessRegistry.Get(pid)
		process.SendSystemMessage(pid, &actor.Stop{}) // its guard restarts
		process.SendSystemMessage(pid, &actor.Restart{})
		close(release)
		synctest.Wait()
		if builds != 2 { // and that of its successor
			t.Errorf("%d builds, one of them by a builder that had stopped", builds)
		}
	})
}

func TestGuardThatIsRestartedWhileItStopsIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		release := make(chan struct{})
		r := spawn(t, sys, Policy{}, func(context.Context, int) (int, error) {
			<-release
			return 1, nil
		})
		reply := messaged(t.Context(), r, 1)
		synctest.Wait()
		r.breakOnce()
		synctest.Wait()
		sys.root.Stop(r.PID()) // waits for its worker, and its restart becomes due
		time.Sleep(time.Minute)
		close(release)
		_, _ = reply.Result()
		synctest.Wait()
		if _, there := sys.actors.ProcessRegistry.Get(r.PID()); there {
			t.Error("it lives on without a guard")
		}
	})
}

func TestMessageThatGetsItsPermitWhenItsKeyringHasStoppedIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		k := keyed(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}}, KeyLimits{}, func(ctx context.Context, n int) (int, error) {
			<-ctx.Done()
			return n, nil
		})
		f := k.Ask(t.Context(), "a", 1)
		synctest.Wait()
		reply := sys.root.RequestFuture(k.PID(), k.Message(t.Context(), "a", 2), time.Hour)
		synctest.Wait()
		sys.root.Stop(k.PID()) // cancels the first, which hands its permit over
		got := replyOf[int, int](t, reply)
		wantIs(t, got.Err, ErrStopped)
		_, _ = f.Wait(t.Context())
		synctest.Wait()
		if e := k.entries()[0]; e.kept.Load() != 0 || e.guard.posted.count() != 0 {
			t.Errorf("kept %d times, %d posted", e.kept.Load(), e.guard.posted.count())
		}
	})
}

func TestStoppedGuardSaysSoThoughItHasLeftTooMuchBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		r := spawn(t, start(t), Policy{Workers: Workers{Max: 2, MaxAbandoned: 1}}, func(context.Context, int) (int, error) {
			<-release
			return 0, nil
		})
		ctx, leave := context.WithCancel(t.Context())
		f := r.Ask(ctx, 1)
		synctest.Wait()
		leave()
		_, _ = f.Wait(t.Context())
		_, err := r.Call(t.Context(), 2)
		wantIs(t, err, ErrAbandoned)
		over, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		if r.Stop(over) == nil {
			t.Error("a handler hangs")
		}
		_, err = r.Call(t.Context(), 3)
		wantIs(t, err, ErrStopped)
		if got := r.Stats().Rejected; got.Stopped != 1 || got.Workers != 1 {
			t.Errorf("%+v", got)
		}
		close(release)
	})
}

func TestStopCountsAHangingBuildBesideHangingCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		builds := 0
		r, err := Rebuild(start(t), "db", func(context.Context) (Handler[string, int], error) {
			if builds++; builds > 1 {
				<-release
			}
			return func(_ context.Context, req string) (int, error) {
				if req == "tear" {
					return 0, Broken(errTorn)
				}
				<-release
				return 0, nil
			}, nil
		}, Policy{Restart: steady})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = r.Call(t.Context(), "hang") }()
		synctest.Wait()
		_, err = r.Call(t.Context(), "tear")
		wantIs(t, err, errTorn)
		time.Sleep(time.Minute) // the next build hangs
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		if left, _ := errors.AsType[*AbandonedError](r.Stop(ctx)); left == nil || left.Guards[0].Running != 2 {
			t.Errorf("%v, want two running", left)
		}
		close(release)
	})
}

func TestShutdownHasOneGraceForAllGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		release := make(chan struct{})
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			r := member(t, group(t, sys, name, GroupPolicy{}), name, Policy{}, func(context.Context, int) (int, error) {
				<-release
				return 0, nil
			})
			sys.root.Send(r.PID(), r.Message(t.Context(), 1))
		}
		synctest.Wait()
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		begun := time.Now()
		if left, _ := errors.AsType[*AbandonedError](sys.Shutdown(ctx)); left == nil || len(left.Guards) != 5 {
			t.Errorf("%v, want five", left)
		}
		if took := time.Since(begun); took > time.Second+3*cancelGrace {
			t.Errorf("took %s", took)
		}
		close(release)
	})
}
