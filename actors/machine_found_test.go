// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
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
		if builds != 1 {
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
