// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/cache"
)

// quoteAnswer is what became of a call by each way in that gives an answer; a caller that does not come back from
// Call is told by returned.
type quoteAnswer struct {
	value    quote
	info     Info
	err      error
	returned bool
	panicked any
}

// waysOfQuotes are the ways in.
var waysOfQuotes = map[string]func(ctx context.Context, r *Ref[string, quote], pair string) (quote, error){
	"call": func(ctx context.Context, r *Ref[string, quote], pair string) (quote, error) { return r.Call(ctx, pair) },
	"ask": func(ctx context.Context, r *Ref[string, quote], pair string) (quote, error) {
		return r.Ask(ctx, pair).Wait(context.Background())
	},
	"message": func(ctx context.Context, r *Ref[string, quote], pair string) (quote, error) {
		got, err := r.sys.root.RequestFuture(r.PID(), r.Message(ctx, pair), time.Hour).Result()
		if err != nil {
			return quote{}, err
		}
		reply, _ := got.(Reply[string, quote])
		return reply.Value, reply.Err
	},
}

// askIn asks by a way, on a goroutine of its own.
func askIn(ctx context.Context, way string, r *Ref[string, quote], pair string) (got quoteAnswer) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { got.panicked = recover() }()
		got.value, got.err = waysOfQuotes[way](WithInfo(ctx, &got.info), r, pair)
		got.returned = true
	}()
	<-done
	return got
}

// What has stopped answers with ErrStopped, by every way, whatever is kept and whatever would
// answer in its place.
func TestWhatHasStoppedAnswersNothing(t *testing.T) {
	for way := range waysOfQuotes {
		if way == "message" {
			continue // the actor library answers when the actor is gone
		}
		for _, p := range []Policy{
			{Cache: Cache{TTL: time.Minute}},
			{Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}}},
			{Cache: Cache{TTL: time.Minute, StaleIfError: time.Hour}, Fallback: Fallback{Steps: []FallbackStep{{MaxAge: time.Hour}}}},
		} {
			synctest.Test(t, func(t *testing.T) {
				m := &market{}
				r := spawn(t, start(t), p, m.quote, With[string, quote]{Key: byPair})
				if got := askIn(t.Context(), way, r, "EURUSD"); got.err != nil {
					t.Fatal(got.err)
				}
				if err := r.Stop(t.Context()); err != nil {
					t.Fatal(err)
				}
				got := askIn(t.Context(), way, r, "EURUSD")
				if e := callError(t, got.err); !errors.Is(got.err, ErrStopped) || e.RejectedBy() != "system" || got.info != (Info{}) {
					t.Errorf("%s: %+v", way, got)
				}
			})
		}
	}
}

// A call that waits for a load when its guard is stopped is answered with ErrStopped.
func TestWhoWaitsForALoadOfWhatStopsIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stubborn := func(context.Context, string) (quote, error) { time.Sleep(time.Hour); return quote{}, nil }
		r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute}}, stubborn, With[string, quote]{Key: byPair})
		answers := make(chan error, 2)
		for range 2 {
			go func() { _, err := r.Call(t.Context(), "EURUSD"); answers <- err }()
		}
		synctest.Wait()
		over, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		if _, left := errors.AsType[*AbandonedError](r.Stop(over)); !left {
			t.Error("the handler was not left behind")
		}
		for range 2 {
			if err := <-answers; !errors.Is(err, ErrStopped) || callError(t, err).RejectedBy() != "system" {
				t.Error(err)
			}
		}
		time.Sleep(2 * time.Hour)
	})
}

// breakage is what a handler or a stage does instead of returning.
func breakage(how string) { //nolint:unparam // both are used
	if how == "panic" {
		panic("boom")
	}
	runtime.Goexit()
}

// What does not return is answered alike, whoever it was, with a cache or without one: an error of class
// panicked with PanicError or ErrGoexit inside; only a Call whose goroutine it is feels it.
func TestWhatDoesNotReturnIsTheCallsFailure(t *testing.T) {
	for _, how := range []string{"panic", "goexit"} {
		for _, where := range []string{"handler", "protection"} {
			for way := range waysOfQuotes {
				for _, c := range []Cache{{}, {TTL: time.Minute}, {TTL: time.Minute, NegativeTTL: time.Second, NegativeOn: []fuseboard.Class{fuseboard.ClassPanicked}}} {
					synctest.Test(t, func(t *testing.T) {
						w := With[string, quote]{Key: byPair}
						h := func(context.Context, string) (quote, error) { breakage(how); return quote{}, nil }
						if where == "protection" {
							h = (&market{}).quote
							w.Stages = []Stage[string, quote]{{Name: "x", At: AroundProtection, Around: func(context.Context, string, Handler[string, quote]) (quote, error) {
								breakage(how)
								return quote{}, nil
							}}}
						}
						r := spawn(t, start(t), Policy{Cache: c, Bulkhead: Bulkhead{Concurrency: 1}}, h, w)
						for range 2 { // the second time perhaps remembered
							wantBroken(t, askIn(t.Context(), way, r, "EURUSD"), how, where, way == "call" && !c.On())
						}
						synctest.Wait()
						if s := r.Stats(); s.Gate.InUse != 0 || r.posted.count() != 0 {
							t.Errorf("left: %+v", s.Gate)
						}
					})
				}
			}
		}
	}
}

// wantBroken: own says that it was the caller's own goroutine.
func wantBroken(t *testing.T, got quoteAnswer, how, where string, own bool) {
	t.Helper()
	if own && how == "goexit" {
		if got.returned || got.panicked != nil {
			t.Errorf("goexit on the caller's goroutine: %+v", got)
		}
		return
	}
	if own && where == "protection" {
		if got.panicked != "boom" {
			t.Errorf("a panic of a stage at an outer seam: %+v", got)
		}
		return
	}
	e := callError(t, got.err)
	if e.Class() != fuseboard.ClassPanicked || e.Dependency != "payments" || !got.returned {
		t.Errorf("%+v", got)
	}
	broke, is := errors.AsType[*PanicError](got.err)
	if (how == "panic") != (is && broke.Value == "boom" && len(broke.Stack) > 0) || (how == "goexit") != errors.Is(got.err, ErrGoexit) {
		t.Errorf("%s: %T %v", how, e.Cause, got.err)
	}
}

// A load that broke gets a fallback, which is told as for any call.
func TestALoadThatBrokeGetsAFallback(t *testing.T) {
	for _, how := range []string{"panic", "goexit"} {
		synctest.Test(t, func(t *testing.T) {
			var cause error
			w := With[string, quote]{Key: byPair, Fallback: func(_ context.Context, _ string, why error) (quote, error) {
				cause = why
				return quote{Pair: "none"}, nil
			}}
			w.Stages = []Stage[string, quote]{{Name: "x", At: AroundProtection, Around: func(context.Context, string, Handler[string, quote]) (quote, error) {
				breakage(how)
				return quote{}, nil
			}}}
			r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute}}, (&market{}).quote, w)
			if q, info, err := quoted(t, r, "EURUSD"); err != nil || q.Pair != "none" || info.Source != FromFallback || info.Fallback != "computed" {
				t.Errorf("%+v %+v %v", q, info, err)
			}
			if e := callError(t, cause); e.Class() != fuseboard.ClassPanicked {
				t.Errorf("%v", cause)
			}
		})
	}
}

// Who left the load of another cache, further in, has failed there: the call itself has not left.
func TestALoadThatWasLeftFurtherInIsAFailureHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		m.slow(time.Hour)
		sys := start(t)
		cached := Policy{Cache: Cache{TTL: time.Minute}}
		inner, err := Spawn(sys, "inner", m.quote, cached, With[string, quote]{Key: byPair})
		if err != nil {
			t.Fatal(err)
		}
		outer, err := Spawn(sys, "outer", func(ctx context.Context, pair string) (quote, error) {
			ctx, end := context.WithTimeout(ctx, time.Second)
			defer end()
			return inner.Call(ctx, pair)
		}, cached, With[string, quote]{Key: byPair})
		if err != nil {
			t.Fatal(err)
		}
		var info Info
		_, err = outer.Call(WithInfo(t.Context(), &info), "EURUSD")
		e := callError(t, err)
		if _, left := e.Cause.(*cache.LeftError); left || e.Dependency != "outer" || e.Attempts != 1 || info.Attempts != 1 || info.Outcome.Class != fuseboard.ClassTimeout { //nolint:errorlint // bare
			t.Errorf("%v, %+v", err, info)
		}
		if want := "outer: failed: inner: left after 1s while the answer was loaded: context deadline exceeded"; err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	})
}

// A stale answer is counted once, by every way.
func TestAStaleAnswerIsCountedOnce(t *testing.T) {
	for way := range waysOfQuotes {
		synctest.Test(t, func(t *testing.T) {
			m := &market{}
			r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute, StaleWhileRevalidate: time.Hour, Jitter: 0.001}}, m.quote, With[string, quote]{Key: byPair})
			askIn(t.Context(), way, r, "EURUSD")
			time.Sleep(2 * time.Minute)
			got := askIn(t.Context(), way, r, "EURUSD")
			synctest.Wait()
			if s := r.Stats().Cache; s.Stale != 1 || s.Misses != 1 || s.Loads != 2 || got.info.Source != FromStale || got.info.Age != 2*time.Minute {
				t.Errorf("%s: %+v %+v", way, s, got)
			}
		})
	}
}

// A Key hook that ends its goroutine ends that of whoever asks: the request is answered all the same, and
// the key of the guard is free again.
func TestAKeyHookThatEndsItsGoroutineLeavesNothingBehind(t *testing.T) {
	for kind, spawned := range staged {
		synctest.Test(t, func(t *testing.T) {
			w := With[string, quote]{Key: func(pair string) (string, bool) {
				if pair == "broken" {
					breakage("goexit")
				}
				return pair, true
			}}
			r := spawned(t, Policy{Cache: Cache{TTL: time.Minute}, Bulkhead: Bulkhead{Concurrency: 1}}, (&market{}).quote, w)
			before := int64(0)
			if r.key != nil {
				before = r.key.kept.Load()
			}
			answer := make(chan error, 1)
			client, err := r.sys.SpawnActor("client", actor.PropsFromFunc(func(ctx actor.Context) {
				if m, is := ctx.Message().(Reply[string, quote]); is {
					answer <- m.Err
				}
			}))
			if err != nil {
				t.Fatal(err)
			}
			for way, ask := range map[string]func(){
				"call":    func() { _, _ = r.Call(t.Context(), "broken") },
				"ask":     func() { r.Ask(t.Context(), "broken") },
				"tell":    func() { _ = r.Tell(t.Context(), "broken") },
				"message": func() { r.sys.root.RequestWithCustomSender(r.PID(), r.Message(t.Context(), "broken"), client) },
			} {
				returned := false
				done := make(chan struct{})
				go func() {
					defer close(done)
					ask()
					returned = true
				}()
				<-done
				synctest.Wait()
				if returned {
					t.Errorf("%s, %s: its goroutine went on", kind, way)
				}
				if s := r.Stats(); s.Gate.InUse != 0 || r.posted.count() != 0 || r.key != nil && r.key.kept.Load() != before {
					t.Errorf("%s, %s: left %+v", kind, way, s.Gate)
				}
			}
			wantIs(t, <-answer, ErrGoexit)
			if got := askIn(t.Context(), "ask", r, "whole"); got.err != nil {
				t.Error(got.err)
			}
		})
	}
}
