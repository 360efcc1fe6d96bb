// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// existing starts an actor that hands its messages, except those of its life, to receive.
func existing(t testing.TB, sys *System, receive func(ctx actor.Context)) *actor.PID {
	t.Helper()
	pid, err := sys.SpawnActor("existing", actor.PropsFromFunc(func(ctx actor.Context) {
		switch ctx.Message().(type) {
		case actor.SystemMessage, actor.AutoReceiveMessage:
		default:
			receive(ctx)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func forwardError(t testing.TB, err error) *ForwardError {
	t.Helper()
	e, ok := errors.AsType[*ForwardError](err)
	if !ok {
		t.Fatalf("want a *ForwardError, got %T: %v", err, err)
	}
	return e
}

func classOf(err error) fuseboard.Class { return supervision.Classify(err, false).Class }

func TestForwardReadsEachReply(t *testing.T) {
	sys := start(t)
	var reply any
	to := existing(t, sys, func(ctx actor.Context) { ctx.Respond(reply) })
	forward := Forward[string, int](sys, to)
	for _, c := range []struct {
		reply any
		want  int
		fails error // nil: an answer
	}{
		{7, 7, nil},
		{errDown, 0, errDown},
		{Reply[string, int]{Value: 8}, 8, nil},
		{Reply[string, int]{Err: errDown}, 0, errDown},
		{Reply[any, any]{Err: ErrUnknownRequest}, 0, ErrUnknownRequest},
		{Reply[any, any]{Value: 9}, 0, ErrReplyType},
		{"seven", 0, ErrReplyType},
		{int64(7), 0, ErrReplyType},
		{nil, 0, ErrReplyType},
		{&actor.DeadLetterResponse{}, 0, ErrDeadLetter},
	} {
		reply = c.reply
		got, err := forward(t.Context(), "n")
		if got != c.want || !errors.Is(err, c.fails) {
			t.Errorf("reply %#v: got %d, %v, want %d, %v", c.reply, got, err, c.want, c.fails)
		}
	}
}

func TestForwardTakesAnErrorForTheFailureWhateverTheAnswersType(t *testing.T) {
	sys := start(t)
	var reply any = errDown
	to := existing(t, sys, func(ctx actor.Context) { ctx.Respond(reply) })
	_, err := Forward[int, any](sys, to)(t.Context(), 1)
	wantIs(t, err, errDown)
	_, err = Forward[int, error](sys, to)(t.Context(), 1)
	wantIs(t, err, errDown)
	reply = Reply[int, int]{Value: 5}
	if got, err := Forward[string, Reply[int, int]](sys, to)(t.Context(), "x"); got.Value != 5 || err != nil {
		t.Errorf("a Resp that is a Reply: got %+v, %v", got, err)
	}
}

func TestForwardOfAWrongReplyNamesBothTypesAndTheActor(t *testing.T) {
	sys := start(t)
	to := existing(t, sys, func(ctx actor.Context) { ctx.Respond("seven") })
	_, err := Forward[int, time.Duration](sys, to)(t.Context(), 1)
	e := forwardError(t, err)
	if text := e.Error(); !strings.Contains(text, "got string, want time.Duration") || !strings.Contains(text, "user/existing") {
		t.Error(text)
	}
	if c := classOf(err); c != fuseboard.ClassError {
		t.Errorf("class %q", c)
	}
}

func TestForwardToAnActorThatIsGoneIsSafeToRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		to := existing(t, sys, func(ctx actor.Context) { ctx.Respond(1) })
		_ = sys.actors.Root.StopFuture(to).Wait()
		synctest.Wait()
		r := spawn(t, sys, Policy{Retry: twice, Deadline: Deadline{Total: time.Minute}}, Forward[int, int](sys, to)) // not Safe
		_, err := r.Call(t.Context(), 1)
		e := callError(t, err)
		wantIs(t, err, ErrDeadLetter)
		if c := classOf(e.Cause); e.Attempts != 2 || c != fuseboard.ClassRefused {
			t.Errorf("%d attempts, class %q: %v", e.Attempts, c, err)
		}
		if s := r.Stats(); s.Failures != 2 {
			t.Errorf("the circuit was not told: %+v", s)
		}
	})
}

func TestForwardThatWasPassedOnToNobodyIsNotSafeToRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		done := 0
		to := existing(t, sys, func(ctx actor.Context) {
			done++ // it has done its part
			ctx.Forward(sys.actors.NewLocalPID("nobody"))
		})
		r := spawn(t, sys, Policy{Retry: twice, Deadline: Deadline{Total: time.Minute}}, Forward[int, int](sys, to))
		_, err := r.Call(t.Context(), 1)
		wantIs(t, err, ErrDeadLetter)
		if c := classOf(callError(t, err).Cause); done != 1 || c != fuseboard.ClassError {
			t.Errorf("done %d times, class %q", done, c)
		}
	})
}

// A dead letter of a reply would start the actor library's ticker, which the
// bubble would find running at its end, and would be logged.
func TestForwardEndsWithItsContextAndDropsLateReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		sys, err := Start(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		var lost atomic.Int32
		sys.actors.EventStream.Subscribe(func(event any) {
			if _, is := event.(*actor.DeadLetterEvent); is {
				lost.Add(1)
			}
		})
		to := existing(t, sys, func(ctx actor.Context) {
			time.Sleep(time.Second)
			ctx.Respond(1)
			ctx.Respond(errDown)
		})
		r := spawn(t, sys, Policy{Deadline: Deadline{Attempt: 100 * time.Millisecond}}, Forward[int, int](sys, to))
		begin := time.Now()
		_, err = r.Call(t.Context(), 1)
		wantIs(t, err, context.DeadlineExceeded)
		e := callError(t, err)
		if d := time.Since(begin); d != 100*time.Millisecond || !e.Timeout() || !strings.Contains(e.Error(), "deadline.attempt = 100ms") {
			t.Errorf("after %v: %v", d, err)
		}
		time.Sleep(time.Second)
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, leave)
		_, err = r.Call(ctx, 2)
		wantIs(t, err, context.Canceled)
		if s := r.Stats(); s.Failures != 1 || s.Voids != 1 {
			t.Errorf("a caller that left is nobody's failure: %+v", s)
		}
		time.Sleep(5 * time.Second)
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if lost.Load() != 0 || strings.Contains(log.String(), "DeadLetter") {
			t.Errorf("%d dead letters\n%s", lost.Load(), log.String())
		}
	})
}

func TestForwardToAnActorThatStopsOrFailsOnTheRequestEndsWithItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, receive := range map[string]func(ctx actor.Context){
			"fails": func(actor.Context) { panic("boom") },
			"stops": func(ctx actor.Context) { ctx.Stop(ctx.Self()) },
			"waits": func(actor.Context) {},
		} {
			sys := start(t)
			to := existing(t, sys, receive)
			r := spawn(t, sys, Policy{Deadline: Deadline{Attempt: time.Second}}, Forward[int, int](sys, to))
			begin := time.Now()
			_, err := r.Call(t.Context(), 1)
			if c := classOf(callError(t, err).Cause); c != fuseboard.ClassTimeout || time.Since(begin) != time.Second {
				t.Errorf("%s: class %q after %v: %v", name, c, time.Since(begin), err)
			}
		}
	})
}

func TestForwardTakesTheFirstReplyOnly(t *testing.T) {
	sys := start(t)
	var replying sync.WaitGroup
	to := existing(t, sys, func(ctx actor.Context) {
		n, _ := ctx.Message().(int)
		sender := ctx.Sender()
		replying.Add(2) // before the caller can go on
		ctx.Respond(n)
		for _, again := range []any{n + 1, errDown} {
			go func() {
				defer replying.Done()
				sys.actors.Root.Send(sender, again)
			}()
		}
	})
	forward := Forward[int, int](sys, to)
	var wait sync.WaitGroup
	for w := range 4 {
		wait.Go(func() {
			for n := range 500 {
				if got, err := forward(t.Context(), w+10*n); got != w+10*n || err != nil {
					t.Errorf("got %d, %v", got, err)
				}
			}
		})
	}
	wait.Wait()
	replying.Wait()
}

// Replies and the end of the context meet in every order.
func TestForwardStormOfRepliesAndLeavingCallersAnswersEach(t *testing.T) {
	sys := start(t)
	before := registered(sys)
	to := existing(t, sys, func(ctx actor.Context) {
		ctx.Respond(ctx.Message())
		ctx.Respond(ctx.Message())
	})
	forward := Forward[int, int](sys, to)
	var answered, left atomic.Int32
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for n := range 500 {
				ctx, leave := context.WithCancel(context.Background())
				go leave()
				switch got, err := forward(ctx, n); {
				case err == nil && got == n:
					answered.Add(1)
				case errors.Is(err, context.Canceled):
					left.Add(1)
				default:
					t.Errorf("got %d, %v", got, err)
				}
				leave()
			}
		})
	}
	wait.Wait()
	if sum := answered.Load() + left.Load(); sum != 2000 {
		t.Errorf("%d of 2000 ended as they should", sum)
	}
	if after := registered(sys); after != before+1 { // the actor itself
		t.Errorf("%d processes before, %d after", before, after)
	}
	t.Logf("%d answered, %d left", answered.Load(), left.Load())
}

func registered(sys *System) (n int) {
	for _, bucket := range sys.actors.ProcessRegistry.LocalPIDs.LocalPIDs {
		n += bucket.Count()
	}
	return n
}

func TestForwardWithoutSystemActorOrTimeSaysWhichAndSendsNothing(t *testing.T) {
	sys := start(t)
	var received atomic.Int32
	to := existing(t, sys, func(ctx actor.Context) { received.Add(1); ctx.Respond(1) })
	for path, forward := range map[string]Handler[int, int]{
		"sys": Forward[int, int](nil, to),
		"to":  Forward[int, int](sys, nil),
	} {
		_, err := forward(t.Context(), 1)
		if p, ok := errors.AsType[fuseboard.Problem](err); !ok || p.Path != path {
			t.Errorf("%s: got %v", path, err)
		}
	}
	_, err := Forward[int, int](&System{}, to)(t.Context(), 1)
	if _, ok := errors.AsType[fuseboard.Problem](err); !ok {
		t.Errorf("a System that Start did not make: %v", err)
	}
	_, err = Forward[int, int](sys, to)(nil, 1) //nolint:staticcheck // what a careless caller does
	if p, ok := errors.AsType[fuseboard.Problem](err); !ok || p.Path != "ctx" {
		t.Errorf("got %v", err)
	}
	over, end := context.WithCancel(t.Context())
	end()
	_, err = Forward[int, int](sys, to)(over, 1)
	wantIs(t, err, context.Canceled)
	_, err = Forward[int, int](sys, &actor.PID{})(t.Context(), 1)
	wantIs(t, err, ErrDeadLetter)
	if _, err := Forward[int, int](sys, to)(t.Context(), 1); err != nil || received.Load() != 1 {
		t.Errorf("got %v after %d messages, want this one alone", err, received.Load())
	}
	if err := sys.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = Forward[int, int](sys, to)(t.Context(), 1)
	wantIs(t, forwardError(t, err), ErrStopped)
	if n := received.Load(); n != 1 {
		t.Errorf("%d messages were sent", n)
	}
}

// A queued call that a Shutdown lets finish still reaches its actor.
func TestForwardWorksWhileItsSystemShutsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		to := existing(t, sys, func(ctx actor.Context) { time.Sleep(time.Second); ctx.Respond(ctx.Message()) })
		r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}}, Forward[int, int](sys, to))
		first, second := r.Ask(t.Context(), 1), r.Ask(t.Context(), 2)
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		for n, f := range []*Future[int]{first, second} {
			if got, err := f.Wait(t.Context()); got != n+1 || err != nil {
				t.Errorf("got %d, %v", got, err)
			}
		}
	})
}

func TestForwardToAGuardsPIDIsAnUnknownRequest(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{}, echo)
	_, err := Forward[int, int](sys, r.PID())(t.Context(), 1)
	wantIs(t, err, ErrUnknownRequest)
	got, err := Forward[any, int](sys, r.PID())(t.Context(), r.Message(t.Context(), 3))
	if _, ok := errors.AsType[*ForwardError](err); !ok || got != 0 { // a Reply[int, int] is not a Reply[any, int]
		t.Errorf("got %d, %v", got, err)
	}
}

func TestReplyToAnAskerThatHasLeftIsNotLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		sys, err := Start(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		r := spawn(t, sys, Policy{}, func(context.Context, int) (int, error) { time.Sleep(time.Second); return 1, nil })
		_, err = sys.root.RequestFuture(r.PID(), r.Message(t.Context(), 1), time.Millisecond).Result()
		wantIs(t, err, actor.ErrTimeout)
		if err := sys.Shutdown(t.Context()); err != nil { // at once: a ticker would outlive it
			t.Error(err)
		}
		if strings.Contains(log.String(), "DeadLetter") {
			t.Error(log.String())
		}
	})
}

func TestActorReentersWithTheReplyOfItsMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 8}}, func(_ context.Context, n int) (int, error) {
			time.Sleep(time.Second)
			if n < 0 {
				return 0, errDown
			}
			return n * n, nil
		})
		var told []string // by the actor alone
		client := existing(t, sys, func(ctx actor.Context) {
			n, _ := ctx.Message().(int)
			future := ctx.RequestFuture(r.PID(), r.Message(context.Background(), n), time.Minute)
			ctx.ReenterAfter(future, func(res any, err error) {
				reply, isReply := res.(Reply[int, int])
				told = append(told, fmt.Sprint(ctx.Message(), isReply, reply.Value, reply.Err != nil, err))
			})
		})
		sys.root.Send(client, 3)
		time.Sleep(2 * time.Second)
		sys.root.Send(client, -4)
		time.Sleep(2 * time.Second)
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // its workers have stopped, and with them its actor
		sys.root.Send(client, 5)
		synctest.Wait()
		want := []string{"3 true 9 false <nil>", "-4 true 0 true <nil>", "5 false 0 false future: dead letter"}
		if got := strings.Join(told, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("got\n%s", got)
		}
	})
}

func BenchmarkForward(b *testing.B) {
	sys := start(b)
	to := existing(b, sys, func(ctx actor.Context) { ctx.Respond(ctx.Message()) })
	bg := context.Background()
	r := spawn(b, sys, fullPolicy, Forward[int, int](sys, to))
	b.Run("forward", func(b *testing.B) {
		h := Forward[int, int](sys, to)
		b.ReportAllocs()
		for b.Loop() {
			_, _ = h(bg, 1)
		}
	})
	b.Run("forward-in-a-full-guard", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = r.Call(bg, 1)
		}
	})
	b.Run("RequestFuture", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = sys.root.RequestFuture(to, 1, time.Minute).Result()
		}
	})
}
