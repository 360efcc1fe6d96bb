// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// messaged sends the request as a message and returns the future of its reply.
func messaged[Req, Resp any](ctx context.Context, r *Ref[Req, Resp], req Req) *actor.Future {
	return r.sys.root.RequestFuture(r.PID(), r.Message(ctx, req), 24*time.Hour)
}

func replyOf[Req, Resp any](t testing.TB, f *actor.Future) Reply[Req, Resp] {
	t.Helper()
	got, err := f.Result()
	reply, ok := got.(Reply[Req, Resp])
	if err != nil || !ok {
		t.Fatalf("got %T %v, %v", got, got, err)
	}
	return reply
}

// workersOf counts the guard's workers that have not stopped.
func workersOf(g *Guard) (n int) {
	c := g.crew.Load()
	if c == nil {
		return 0
	}
	c.mu.Lock()
	made := c.made
	c.mu.Unlock()
	for i := range made {
		if _, there := g.sys.actors.ProcessRegistry.GetLocal(fmt.Sprintf("%s/worker-%d", g.PID().Id, i+1)); there {
			n++
		}
	}
	return n
}

func TestWorkersAreMadeOnDemandUpToThePermitsAndStopWhenIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 3, Queue: 20, MaxWait: time.Minute}}, func(_ context.Context, n int) (int, error) {
			time.Sleep(time.Second)
			return n, nil
		})
		if _, err := r.Call(t.Context(), 1); err != nil || workersOf(r.Guard) != 0 {
			t.Fatalf("a call needs no worker: %d, %v", workersOf(r.Guard), err)
		}
		replyOf[int, int](t, messaged(t.Context(), r, 1))
		if n := workersOf(r.Guard); n != 1 {
			t.Errorf("%d workers for one request", n)
		}
		var futures []*actor.Future
		for n := range 12 {
			futures = append(futures, messaged(t.Context(), r, n))
		}
		synctest.Wait()
		if n := workersOf(r.Guard); n != 3 {
			t.Errorf("%d workers under 3 permits", n)
		}
		for n, f := range futures {
			if got := replyOf[int, int](t, f); got.Value != n || got.Err != nil {
				t.Errorf("%+v", got)
			}
		}
		if n := workersOf(r.Guard); n != 3 {
			t.Errorf("%d workers of 3 are left", n)
		}
		time.Sleep(workerIdle - time.Second)
		replyOf[int, int](t, messaged(t.Context(), r, 1)) // keeps one of them, the last one used
		time.Sleep(time.Second)
		synctest.Wait()
		if n := workersOf(r.Guard); n != 1 {
			t.Errorf("%d workers after %v, want the one that was used", n, workerIdle)
		}
		time.Sleep(workerIdle)
		synctest.Wait()
		if n := workersOf(r.Guard); n != 0 {
			t.Errorf("%d idle workers", n)
		}
		if got := replyOf[int, int](t, messaged(t.Context(), r, 7)); got.Value != 7 {
			t.Errorf("%+v", got)
		}
	})
}

func TestFailureOfAMessageIsRecordedByTheStrategy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Breaker: Breaker{Consecutive: 2, OpenFor: time.Minute}}, fail)
		wantIs(t, replyOf[int, int](t, messaged(t.Context(), r, 1)).Err, errDown)
		if s := r.Stats(); s.Failures != 1 || s.Window.Consecutive != 1 || r.State() != Closed {
			t.Errorf("%+v", s)
		}
		wantIs(t, replyOf[int, int](t, messaged(t.Context(), r, 2)).Err, errDown)
		if r.State() != Open {
			t.Errorf("the circuit is %v after two failures", r.State())
		}
		wantIs(t, replyOf[int, int](t, messaged(t.Context(), r, 3)).Err, ErrOpen)
	})
}

func TestMessageIsRepeatedAfterTheBackoffWithItsCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		begin := time.Now()
		p := Policy{Retry: Retry{Attempts: 4, Backoff: Backoff{Base: time.Second, Max: 3 * time.Second, Jitter: twice.Backoff.Jitter}}, Deadline: Deadline{Total: time.Minute}}
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) {
			at = append(at, time.Since(begin))
			return len(at), errDown
		}, With[int, int]{Safe: Always[int]})
		got := replyOf[int, int](t, messaged(t.Context(), r, 1))
		wantIs(t, got.Err, errDown)
		if want := []time.Duration{0, time.Second, 3 * time.Second, 6 * time.Second}; fmt.Sprint(at) != fmt.Sprint(want) {
			t.Errorf("attempts at %v, want %v", at, want)
		}
		if e := callError(t, got.Err); e.Attempts != 4 || got.Value != 4 {
			t.Errorf("%+v", got)
		}
	})
}

func TestRepeatedMessageHoldsNeitherPermitNorWorkerInTheBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first := true
		p := Policy{Retry: twice, Bulkhead: Bulkhead{Concurrency: 1}, Deadline: Deadline{Total: time.Minute}}
		r := spawn(t, start(t), p, func(_ context.Context, n int) (int, error) {
			if n == 1 && first {
				first = false
				return 0, errDown
			}
			return n, nil
		}, With[int, int]{Safe: Always[int]})
		waiting := messaged(t.Context(), r, 1)
		synctest.Wait()
		if got := replyOf[int, int](t, messaged(t.Context(), r, 2)); got.Value != 2 || got.Err != nil {
			t.Errorf("%+v", got)
		}
		if n := workersOf(r.Guard); n != 1 {
			t.Errorf("%d workers under one permit", n)
		}
		if got := replyOf[int, int](t, waiting); got.Value != 1 || got.Err != nil {
			t.Errorf("%+v", got)
		}
	})
}

func TestOpenCircuitStopsTheWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Breaker: Breaker{Consecutive: 1, OpenFor: time.Second, Probes: 1}, Bulkhead: Bulkhead{Concurrency: 2}}, func(ctx context.Context, n int) (int, error) {
			if n < 0 {
				return 0, errDown
			}
			time.Sleep(time.Duration(n) * time.Millisecond)
			return n, nil
		})
		busy := messaged(t.Context(), r, 500)
		synctest.Wait()
		_ = replyOf[int, int](t, messaged(t.Context(), r, -1))
		synctest.Wait()
		if n := workersOf(r.Guard); r.State() != Open || n != 1 {
			t.Errorf("%v: %d workers, want the busy one", r.State(), n)
		}
		if got := replyOf[int, int](t, busy); got.Err != nil {
			t.Error(got.Err)
		}
		synctest.Wait()
		if n := workersOf(r.Guard); n != 0 {
			t.Errorf("%d workers while open", n)
		}
		time.Sleep(time.Second)
		if got := replyOf[int, int](t, messaged(t.Context(), r, 1)); got.Err != nil || r.State() != Closed {
			t.Errorf("probe: %+v, %v", got, r.State())
		}
	})
}

// A stock mailbox would stay marked as running for ever.
func TestHandlerThatPanicsOrEndsItsGoroutineCostsOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		restarts := 0
		sys.actors.EventStream.Subscribe(func(event any) {
			if e, ok := event.(*actor.SupervisorEvent); ok && e.Directive == actor.RestartDirective {
				restarts++
			}
		})
		r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1}}, func(_ context.Context, n int) (int, error) {
			switch n {
			case 1:
				panic(errDown)
			case 2:
				runtime.Goexit()
			}
			return n, nil
		})
		for n := range 9 {
			got := replyOf[int, int](t, messaged(t.Context(), r, n%3))
			switch n % 3 {
			case 0:
				wantIs(t, got.Err, nil)
			case 1:
				wantIs(t, got.Err, errDown)
				if broke, ok := errors.AsType[*PanicError](got.Err); !ok || !strings.Contains(string(broke.Stack), "worker_test") {
					t.Errorf("%v", got.Err)
				}
			case 2:
				wantIs(t, got.Err, ErrGoexit)
			}
		}
		if s := r.Stats(); restarts != 6 || s.Failures != 6 || workersOf(r.Guard) != 1 || s.Gate.InUse != 0 {
			t.Errorf("%d restarts, %d workers, %+v", restarts, workersOf(r.Guard), s)
		}
	})
}

func TestFailedMessagesAreNotInTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		sys, err := Start(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		r := spawn(t, sys, Policy{Deadline: Deadline{Total: time.Minute}}, fail)
		_ = replyOf[int, int](t, messaged(t.Context(), r, 1))
		broken := existing(t, sys, func(actor.Context) { panic("a user's own") })
		sys.root.Send(broken, 1)
		synctest.Wait()
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if text := log.String(); strings.Contains(text, errDown.Error()) || !strings.Contains(text, "a user's own") {
			t.Error(text)
		}
	})
}

// Half of the workers' requests are under way when the guard stops in one of four
// ways; the rest comes during it. Each sender gets exactly one reply.
func TestStorm_EveryMessageIsAnsweredOnceHoweverItsGuardStops(t *testing.T) {
	for round := range 60 {
		synctest.Test(t, func(t *testing.T) {
			sys := start(t)
			p := Policy{Bulkhead: Bulkhead{Concurrency: 4, Queue: 30, MaxWait: time.Minute}, Retry: twice, Deadline: Deadline{Total: 10 * time.Second}}
			r := spawn(t, sys, p, func(ctx context.Context, n int) (int, error) {
				switch n % 5 {
				case 1:
					panic("boom")
				case 2:
					runtime.Goexit()
				case 3:
					<-ctx.Done()
					return 0, ctx.Err()
				case 4:
					return n, errDown
				}
				return n, nil
			}, With[int, int]{Safe: Always[int]})
			const total = 60
			var replies [total]atomic.Int32
			var wait sync.WaitGroup
			wait.Add(total)
			client, err := sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
				switch m := ctx.Message().(type) {
				case int:
					ctx.Request(r.PID(), r.Message(context.Background(), m))
				case Reply[int, int]:
					if replies[m.Request].Add(1) == 1 {
						wait.Done()
					}
				case *actor.DeadLetterResponse: // the guard was gone: that is an answer too
					wait.Done()
				}
			}))
			if err != nil {
				t.Fatal(err)
			}
			for n := range total {
				if n == total/2 {
					time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
					go stopSomehow(r.Guard, round)
				}
				sys.root.Send(client, n)
			}
			wait.Wait()
			time.Sleep(time.Minute)
			for n := range replies {
				if got := replies[n].Load(); got > 1 {
					t.Errorf("round %d: request %d was answered %d times", round, n, got)
				}
			}
			if s := r.Stats(); s.Gate.InUse != 0 || s.Gate.Waiting != 0 || r.posted.count() != 0 {
				t.Errorf("round %d: left %+v, %d posted", round, s.Gate, r.posted.count())
			}
		})
	}
}

func stopSomehow(g *Guard, round int) {
	switch round % 4 {
	case 0:
		ctx, over := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer over()
		_ = g.Stop(ctx)
	case 1:
		g.sys.root.Stop(g.PID())
	case 2:
		g.sys.root.Poison(g.PID())
	case 3: // restarted, twice, as a group does
		parent := restarter{g.sys}
		parent.restart(g.PID())
		parent.restart(g.PID())
	}
}

// restarter restarts an actor as its supervisor would.
type restarter struct{ sys *System }

func (r restarter) restart(pid *actor.PID) {
	process, _ := r.sys.actors.ProcessRegistry.Get(pid)
	process.SendSystemMessage(pid, &actor.Restart{})
}

// The actor library waits for a worker whose handler never returns; its guard does not.
func TestStopDoesNotWaitForAWorkerWhoseHandlerHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		release := make(chan struct{})
		r := spawn(t, sys, Policy{}, func(context.Context, int) (int, error) { <-release; return 1, nil })
		late := messaged(t.Context(), r, 1)
		synctest.Wait()
		ctx, over := context.WithTimeout(t.Context(), time.Second)
		defer over()
		left, ok := errors.AsType[*AbandonedError](r.Stop(ctx))
		if !ok || left.Guards[0].Running != 1 {
			t.Fatalf("%+v", left)
		}
		if _, there := sys.Guard("payments"); there {
			t.Error("the guard is still there")
		}
		again, err := Spawn(sys, "payments", echo, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		if got := replyOf[int, int](t, messaged(t.Context(), again, 5)); got.Value != 5 {
			t.Errorf("%+v", got)
		}
		if err := r.Command(t.Context(), Command{Mode: HoldOpen, Reason: "late", By: "test", TTL: time.Minute}); !errors.Is(err, ErrStopped) {
			t.Errorf("a command to the stopped guard: %v", err)
		}
		close(release)
		if got := replyOf[int, int](t, late); got.Value != 1 || got.Err != nil {
			t.Errorf("%+v", got)
		}
	})
}

// A thousand panics a second: for a minute here, for ten in `make soak`.
func TestStorm_PanicsLeaveMemoryFlat(t *testing.T) {
	minutes := 1
	if os.Getenv("FUSEBOARD_SOAK") != "" {
		minutes = 10
	}
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 2}}, func(context.Context, int) (int, error) { panic("boom") })
		heap := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		answered := make(chan struct{}, 1)
		client, err := r.sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
			if m, ok := ctx.Message().(Reply[int, int]); ok {
				if _, broke := errors.AsType[*PanicError](m.Err); !broke {
					t.Errorf("%v", m.Err)
				}
				answered <- struct{}{}
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		var first uint64
		for n := range minutes * 60_000 {
			r.sys.root.RequestWithCustomSender(r.PID(), r.Message(t.Context(), n), client)
			<-answered
			time.Sleep(time.Millisecond)
			if n == 20_000 {
				first = heap()
			}
		}
		if last := heap(); last > first+1<<20 {
			t.Errorf("the heap grew from %d to %d KiB", first>>10, last>>10)
		}
		if s := r.Stats(); s.Failures != uint64(minutes*60_000) || workersOf(r.Guard) != 1 {
			t.Errorf("%d workers, %+v", workersOf(r.Guard), s)
		}
	})
}

var _ strategy.Request = (*delivery[int, int])(nil)
