// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

func TestSafeHookThatEndsItsGoroutineLosesNoMessage(t *testing.T) {
	for _, h := range []Handler[int, int]{fail, func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil }} {
		synctest.Test(t, func(t *testing.T) {
			r := spawn(t, start(t), Policy{Retry: twice, Bulkhead: Bulkhead{Concurrency: 1, Queue: 1}}, h,
				With[int, int]{Safe: func(int) bool { runtime.Goexit(); return true }})
			for range 2 { // the second needs the worker and the permit of the first
				reply := replyOf[int, int](t, messaged(t.Context(), r, 1))
				if e := callError(t, reply.Err); e.Attempts != 1 {
					t.Errorf("%v", reply.Err)
				}
			}
			synctest.Wait() // the reply comes before the request is counted out
			if s := r.Stats(); s.Gate.InUse != 0 || s.Failures != 2 || r.posted.count() != 0 {
				t.Errorf("%+v, %d posted", s, r.posted.count())
			}
		})
	}
}

func TestFirstMessageWhosePermitCameJustBeforeAStopIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}}, echo)
		answer := actor.NewFuture(r.sys.actors, time.Hour)
		d := &delivery[int, int]{ref: r, req: 1, sender: answer.PID()}
		d.envelope.Message = d
		if err := d.call.begin(t.Context(), r.op); err != nil || d.call.admit() != nil || !r.gate.TryEnter() {
			t.Fatal(err)
		}
		r.posted.add()
		r.sys.root.Stop(r.PID()) // before the goroutine that came with the permit runs
		<-r.done.wait()
		d.Run()
		wantIs(t, replyOf[int, int](t, answer).Err, ErrStopped)
		if r.gate.Depth().InUse != 0 || r.posted.count() != 0 {
			t.Errorf("%+v, %d posted", r.gate.Depth(), r.posted.count())
		}
	})
}

// Its envelope may still be on its way to the worker that is gone, and would be another's.
func TestRequestWhoseWorkerIsGoneIsNotUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}}, echo)
		answer := actor.NewFuture(r.sys.actors, time.Hour)
		d := &delivery[int, int]{ref: r, req: 7, sender: answer.PID(), straight: true}
		d.envelope.Message = d
		if err := d.call.begin(t.Context(), r.op); err != nil || d.call.admit() != nil || !r.gate.TryEnter() {
			t.Fatal(err)
		}
		r.posted.add()
		r.staff().lose(&worker{crew: r.staff(), next: d})
		if got := replyOf[int, int](t, answer); got.Value != 7 || got.Err != nil {
			t.Errorf("%+v", got)
		}
		synctest.Wait()
		if d.req != 7 || d.envelope.Message != any(d) {
			t.Error("it was kept for the next request")
		}
	})
}

// hollow is an error whose methods work on no value, as of a nil pointer in an interface.
type hollow struct{ cause error }

func (h *hollow) Error() string { return h.cause.Error() }
func (h *hollow) Unwrap() error { return h.cause }

func TestErrorWhoseMethodsPanicBreaksNoGuard(t *testing.T) {
	for _, way := range []string{"call", "ask", "message"} {
		synctest.Test(t, func(t *testing.T) {
			r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}}, func(context.Context, int) (int, error) {
				var nothing *hollow
				return 0, nothing
			}, With[int, int]{Classify: func(int, error) fuseboard.Outcome { return fuseboard.Outcome{Kind: fuseboard.Failure} }})
			var err error
			switch way {
			case "call":
				_, err = r.Call(t.Context(), 1)
			case "ask":
				_, err = r.Ask(t.Context(), 1).Wait(t.Context())
			case "message":
				err = replyOf[int, int](t, messaged(t.Context(), r, 1)).Err
			}
			if s := r.Stats(); callError(t, err).Attempts != 1 || s.Failures != 1 || s.Gate.InUse != 0 || s.Gate.Suspended {
				t.Errorf("%s: %+v", way, s)
			}
		})
	}
}
