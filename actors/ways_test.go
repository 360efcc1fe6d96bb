// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

func TestAskAnswersThroughAFuture(t *testing.T) {
	r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 2, Queue: 8}}, echo)
	var futures []*Future[int]
	for i := range 8 {
		futures = append(futures, r.Ask(t.Context(), i))
	}
	for i, f := range futures {
		if got, err := f.Wait(t.Context()); got != i || err != nil {
			t.Errorf("answer %d: got %d, %v", i, got, err)
		}
		<-f.Done()
	}
}

func TestWaitEndsWithItsContextWhileTheCallGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		r := spawn(t, start(t), Policy{}, func(context.Context, int) (int, error) { <-release; return 1, nil })
		f := r.Ask(t.Context(), 1)
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		_, err := f.Wait(ctx)
		wantIs(t, err, context.DeadlineExceeded)
		close(release)
		if got, err := f.Wait(t.Context()); got != 1 || err != nil {
			t.Errorf("got %d, %v", got, err)
		}
	})
}

func TestTellReportsOnlyARefusalAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}}, func(context.Context, int) (int, error) {
			<-release
			return 0, errDown
		})
		if err := r.Tell(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		wantIs(t, r.Tell(t.Context(), 2), ErrFull)
		close(release)
		synctest.Wait()
		if s := r.Stats(); s.Failures != 1 || s.Rejected.Bulkhead != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestMessageOfAnyActorIsAnsweredWithAReply(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1}}, func(_ context.Context, n int) (int, error) {
		if n < 0 {
			return 0, errDown
		}
		return n * n, nil
	})
	replies := make(chan Reply[int, int], 2)
	client, err := sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
		switch m := ctx.Message().(type) {
		case int:
			ctx.Request(r.PID(), r.Message(context.Background(), m))
		case Reply[int, int]:
			replies <- m
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	sys.root.Send(client, 12)
	if got := <-replies; got.Request != 12 || got.Value != 144 || got.Err != nil {
		t.Errorf("got %+v", got)
	}
	sys.root.Send(client, -1)
	got := <-replies
	wantIs(t, got.Err, errDown)
}

func TestMessageThatIsNoneIsAnsweredNotSwallowed(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{}, echo)
	other, err := Spawn(sys, "other", echo, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	for _, message := range []any{"hello", 42, nil, struct{}{}} {
		got, err := sys.root.RequestFuture(r.PID(), message, time.Minute).Result()
		reply, ok := got.(Reply[any, any])
		if err != nil || !ok {
			t.Fatalf("%v: got %T %v, %v", message, got, got, err)
		}
		wantIs(t, reply.Err, ErrUnknownRequest)
	}
	got, err := sys.root.RequestFuture(r.PID(), other.Message(t.Context(), 5), time.Minute).Result()
	reply, ok := got.(Reply[int, int])
	if err != nil || !ok || reply.Request != 5 {
		t.Fatalf("got %T, %v", got, err)
	}
	wantIs(t, reply.Err, ErrUnknownRequest)
	sys.root.Send(r.PID(), nil)
	if got, err := r.Call(t.Context(), 3); got != 3 || err != nil {
		t.Errorf("the guard is stuck: %v", err)
	}
}

func TestCallsAsksAndMessagesQueueInOneOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		var order []int
		release := make(chan struct{})
		r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 16, MaxWait: time.Minute}}, func(_ context.Context, n int) (int, error) {
			order = append(order, n) // one permit: never two at once
			if n == 0 {
				<-release
			}
			return n, nil
		})
		var wait sync.WaitGroup
		for n := range 10 {
			switch n % 3 {
			case 0:
				wait.Go(func() { _, _ = r.Call(t.Context(), n) })
			case 1:
				f := r.Ask(t.Context(), n)
				wait.Go(func() { _, _ = f.Wait(t.Context()) })
			case 2:
				f := sys.root.RequestFuture(r.PID(), r.Message(t.Context(), n), time.Hour)
				wait.Go(func() { _, _ = f.Result() })
			}
			synctest.Wait() // it holds its place now
		}
		close(release)
		wait.Wait()
		if !slices.IsSorted(order) || len(order) != 10 {
			t.Errorf("ran in order %v", order)
		}
	})
}

func TestRepeatedMessageIsAnsweredOnceAfterTheBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		sys := start(t)
		r := spawn(t, sys, Policy{Retry: twice, Deadline: Deadline{Total: time.Minute}}, func(_ context.Context, n int) (int, error) {
			if attempts++; attempts == 1 {
				return 0, errDown
			}
			return n, nil
		}, With[int, int]{Safe: Always[int]})
		begin := time.Now()
		got, err := sys.root.RequestFuture(r.PID(), r.Message(t.Context(), 9), time.Hour).Result()
		if reply, ok := got.(Reply[int, int]); !ok || err != nil || reply.Value != 9 || reply.Err != nil || attempts != 2 {
			t.Fatalf("got %v, %v after %d attempts", got, err, attempts)
		}
		if d := time.Since(begin); d != 100*time.Millisecond {
			t.Errorf("took %v, want the backoff of 100ms", d)
		}
	})
}

// The model of the mixed load: never more handlers at once than permits, every
// operation answered exactly once, the guard's numbers are the model's, and with
// one permit the requests of each sender run in the order in which it sent them.
func TestMixedLoadOfCallsAndMessagesKeepsOnePeakAndAnswersAll(t *testing.T) {
	for _, permits := range []int{8, 1} {
		t.Run(fmt.Sprintf("permits %d", permits), func(t *testing.T) {
			mixedLoad(t, permits, mixedOperations*(permits+1)/11) // 9 and 2 of 11 parts
		})
	}
}

func mixedLoad(t *testing.T, permits, total int) {
	const workers = 16
	sys := start(t)
	var running, peak, handled atomic.Int64
	var order []int // of what ran, where it is one at a time
	r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: permits, Queue: 200, MaxWait: time.Minute}}, func(_ context.Context, n int) (int, error) {
		now := running.Add(1)
		for p := peak.Load(); now > p && !peak.CompareAndSwap(p, now); p = peak.Load() {
		}
		handled.Add(1)
		if permits == 1 {
			order = append(order, n)
		}
		runtime.Gosched() // so that the permits are contended even on one core
		running.Add(-1)
		if n%10 == 0 {
			return 0, errDown
		}
		return n, nil
	})
	answers := make([]atomic.Int32, total)
	var ok, failed, refused atomic.Int64
	answered := func(n, got int, err error) error {
		answers[n].Add(1)
		switch e, isCall := err.(*CallError); { //nolint:errorlint // Call returns it bare
		case err == nil && got == n && n%10 != 0:
			ok.Add(1)
		case isCall && e.RejectedBy() == "bulkhead":
			refused.Add(1)
		case isCall && e.Cause == errDown && n%10 == 0: //nolint:errorlint // the handler's own
			failed.Add(1)
		default:
			return fmt.Errorf("operation %d: got %d, %w", n, got, err)
		}
		return nil
	}
	var wait sync.WaitGroup
	for w := range workers {
		if w%2 == 0 {
			wait.Go(func() {
				for n := w; n < total; n += workers {
					got, err := r.Call(context.Background(), n)
					if err := answered(n, got, err); err != nil {
						t.Error(err)
					}
				}
			})
			continue
		}
		window := make(chan struct{}, 32) // requests of this client on their way
		client, err := sys.SpawnActor(fmt.Sprintf("client-%d", w), actor.PropsFromFunc(func(ctx actor.Context) {
			if m, isReply := ctx.Message().(Reply[int, int]); isReply {
				if err := answered(m.Request, m.Value, m.Err); err != nil {
					t.Error(err)
				}
				<-window
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		wait.Go(func() {
			for n := w; n < total; n += workers {
				window <- struct{}{}
				sys.root.RequestWithCustomSender(r.PID(), r.Message(context.Background(), n), client)
			}
			for range cap(window) { // until the last reply has come
				window <- struct{}{}
			}
		})
	}
	wait.Wait()
	for n := range answers {
		if got := answers[n].Load(); got != 1 {
			t.Fatalf("operation %d was answered %d times", n, got)
		}
	}
	s := r.Stats()
	if peak.Load() > int64(permits) || s.Gate.InUse != 0 || s.Gate.Waiting != 0 {
		t.Errorf("peak %d of %d permits, left %+v", peak.Load(), permits, s.Gate)
	}
	if int64(s.Successes) != ok.Load() || int64(s.Failures) != failed.Load() || int64(s.Rejected.Bulkhead) != refused.Load() ||
		handled.Load() != ok.Load()+failed.Load() || int(s.Calls) != total {
		t.Errorf("the guard counts %+v, the model %d ok, %d failed, %d refused, %d handled", s, ok.Load(), failed.Load(), refused.Load(), handled.Load())
	}
	var last [workers]int
	for _, n := range order {
		if w := n % workers; n < last[w] {
			t.Fatalf("sender %d: operation %d ran after %d", w, n, last[w])
		}
		last[n%workers] = n
	}
	t.Logf("%d operations: %d ok, %d failed, %d refused, peak %d", total, ok.Load(), failed.Load(), refused.Load(), peak.Load())
}
