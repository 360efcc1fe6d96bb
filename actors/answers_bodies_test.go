// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// response is an answer that must be closed: a response with its body.
type response struct {
	status int
	body   *body
	held   Held
}

type body struct{ closed atomic.Int32 }

// close is what a reader does at the end, and what Discard does.
func (r response) close() {
	if r.body != nil {
		r.body.closed.Add(1)
	}
	r.held.End(nil)
}

// responder keeps every body that was opened.
type responder struct {
	mu     sync.Mutex
	bodies []*body
	status func(n int) int
	take   time.Duration
}

func (s *responder) serve(context.Context, string) (response, error) {
	s.mu.Lock()
	b := &body{}
	s.bodies = append(s.bodies, b)
	status := s.status(len(s.bodies))
	s.mu.Unlock()
	if s.take > 0 {
		time.Sleep(s.take)
	}
	return response{status: status, body: b}, nil
}

func (s *responder) wantClosed(t *testing.T, what string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.bodies) == 0 {
		t.Errorf("%s: no body was opened", what)
	}
	for i, b := range s.bodies {
		if n := b.closed.Load(); n != 1 {
			t.Errorf("%s: body %d of %d was closed %d times", what, i+1, len(s.bodies), n)
		}
	}
}

func always(status int) func(int) int { return func(int) int { return status } }

func byStatus(r response, err error) fuseboard.Outcome {
	if err == nil && r.status >= 500 {
		return fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError}
	}
	return fuseboard.Outcome{}
}

// responses are the hooks of such an operation.
func responses(holds bool) With[string, response] {
	w := With[string, response]{Safe: Always[string], Classify: byStatus, Discard: response.close}
	if holds {
		w.Hold = func(r response, h Held) response { r.held = h; return r }
	}
	return w
}

var waysOfResponses = map[string]func(ctx context.Context, r *Ref[string, response]) (response, error){
	"call": func(ctx context.Context, r *Ref[string, response]) (response, error) { return r.Call(ctx, "A") },
	"ask": func(ctx context.Context, r *Ref[string, response]) (response, error) {
		return r.Ask(ctx, "A").Wait(context.Background())
	},
	"message": func(ctx context.Context, r *Ref[string, response]) (response, error) {
		got, err := r.sys.root.RequestFuture(r.PID(), r.Message(ctx, "A"), time.Hour).Result()
		if err != nil {
			return response{}, err
		}
		reply, _ := got.(Reply[string, response])
		return reply.Value, reply.Err
	},
}

// An answer that is a failure without an error is the caller's, unless another takes its place: then it is
// discarded, once, and what it held is given back.
func TestAnAnswerThatAnotherReplacesIsDiscardedOnce(t *testing.T) {
	value := Fallback{Steps: []FallbackStep{{Value: `{}`}}}
	declined := Fallback{Steps: []FallbackStep{{MaxAge: time.Minute}}}
	for _, c := range []struct {
		name     string
		fallback Fallback
		status   func(int) int
		retry    Retry
		replaced bool // by the fallback
	}{
		{"good", value, always(200), twice, false},
		{"bad", value, always(503), Retry{}, true},
		{"bad twice", value, always(503), twice, true},
		{"good at last", value, func(n int) int { return 503 - 303*(n/2) }, twice, false},
		{"bad, and no fallback", Fallback{}, always(503), twice, false},
		{"bad, and the fallback has nothing", declined, always(503), twice, false},
	} {
		for _, mode := range []PolicyMode{EnforcePolicy, ShadowPolicy} {
			for _, holds := range []bool{false, true} {
				for _, workers := range []Workers{{}, {Max: 2}} {
					for way, call := range waysOfResponses {
						synctest.Test(t, func(t *testing.T) {
							name := fmt.Sprintf("%s, %s, %s, holds %t, workers %t", c.name, way, mode, holds, workers.On())
							s := &responder{status: c.status}
							w := responses(holds)
							p := Policy{Mode: mode, Bulkhead: Bulkhead{Concurrency: 1}, Retry: c.retry, Workers: workers, Fallback: c.fallback}
							r := spawn(t, start(t), p, s.serve, w)
							got, err := call(t.Context(), r)
							if err != nil {
								t.Errorf("%s: %v", name, err)
							}
							if replaced := c.replaced && mode == EnforcePolicy; replaced != (got.body == nil) {
								t.Errorf("%s: answer %+v", name, got)
							}
							if got.body != nil && got.body.closed.Load() != 0 {
								t.Errorf("%s: the caller's own body is closed", name)
							}
							got.close()
							synctest.Wait()
							s.wantClosed(t, name)
							if st := r.Stats(); st.Gate.InUse != 0 || st.Fallback.Running != 0 || r.posted.count() != 0 {
								t.Errorf("%s: left %+v", name, st.Gate)
							}
						})
					}
				}
			}
		}
	}
}

// With a cache: a stale answer, or a fallback's, takes the place of one that is a failure; so does nobody, where all have left.
func TestAnAnswerThatWasLoadedForNobodyIsDiscardedOnce(t *testing.T) {
	key := func(string) (string, bool) { return "k", true }
	for _, c := range []struct {
		name   string
		cache  Cache
		steps  []FallbackStep
		leaves time.Duration
		source Source
	}{
		{"stale", Cache{TTL: time.Minute, StaleIfError: time.Hour, Jitter: 0.001}, nil, 0, FromStaleOnError},
		{"stale before a fallback", Cache{TTL: time.Minute, StaleIfError: time.Hour, Jitter: 0.001}, []FallbackStep{{Value: `{}`}}, 0, FromStaleOnError},
		{"fallback", Cache{TTL: time.Minute, Jitter: 0.001}, []FallbackStep{{Value: `{}`}}, 0, FromFallback},
		{"fallback, not shared", Cache{TTL: time.Minute, Jitter: 0.001, Coalesce: 1}, []FallbackStep{{Value: `{}`}}, 0, FromFallback},
		{"refresh", Cache{TTL: time.Minute, StaleWhileRevalidate: time.Hour, Jitter: 0.001}, nil, 0, FromStale},
		{"all have left", Cache{TTL: time.Minute, Jitter: 0.001}, nil, time.Second, ""},
		{"all have left, with a fallback", Cache{TTL: time.Minute, Jitter: 0.001}, []FallbackStep{{Value: `{}`}}, time.Second, FromFallback},
	} {
		for way, call := range waysOfResponses {
			synctest.Test(t, func(t *testing.T) {
				s := &responder{status: func(n int) int { return 200 + 303*min(n-1, 1) }, take: 2 * time.Second}
				w := responses(false)
				w.Key = key
				r := spawn(t, start(t), Policy{Cache: c.cache, Fallback: Fallback{Steps: c.steps}, Bulkhead: Bulkhead{Concurrency: 1}}, s.serve, w)
				good, err := call(t.Context(), r)
				if err != nil || good.status != 200 {
					t.Fatal(good, err)
				}
				time.Sleep(2 * time.Minute)
				ctx, end := context.WithCancel(t.Context())
				if c.leaves > 0 {
					ctx, end = context.WithTimeout(ctx, c.leaves)
				}
				defer end()
				var info Info
				got, err := call(WithInfo(ctx, &info), r)
				if (err != nil) != (c.source == "") || info.Source != c.source || got.status == 503 {
					t.Errorf("%s, %s: %+v %v %+v", c.name, way, got, err, info)
				}
				time.Sleep(time.Minute)
				good.close() // the one that is kept
				s.wantClosed(t, c.name+", "+way)
			})
		}
	}
}

// A failing answer that nobody replaces goes to its caller, also where it is of a class that the fallback is not for.
func TestAFailingAnswerStaysItsCallersWhereNoStepIsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &responder{status: always(503)}
		p := Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: `{}`, On: []fuseboard.Class{fuseboard.ClassTimeout}}}}}
		r := spawn(t, start(t), p, s.serve, responses(true))
		got, err := r.Call(t.Context(), "A")
		if err != nil || got.status != 503 || got.body.closed.Load() != 0 || r.Stats().Gate.InUse != 1 {
			t.Errorf("%+v %v", got, err)
		}
		got.close()
		s.wantClosed(t, "not for it")
	})
}

// A Discard that panics or ends its goroutine costs neither the answer nor a permit.
func TestADiscardThatBreaksCostsNoFallback(t *testing.T) {
	for _, how := range []string{"panic", "goexit"} {
		for way, call := range waysOfResponses {
			synctest.Test(t, func(t *testing.T) {
				s := &responder{status: always(503)}
				w := responses(true)
				w.Discard = func(r response) { r.close(); breakage(how) }
				r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}, Fallback: Fallback{Steps: []FallbackStep{{Value: `{}`}}}}, s.serve, w)
				done := make(chan struct{})
				go func() {
					defer close(done)
					if got, err := call(t.Context(), r); how == "panic" && (err != nil || got.body != nil) || how == "goexit" && !errors.Is(err, ErrGoexit) {
						t.Errorf("%s, %s: %+v %v", way, how, got, err)
					}
				}()
				<-done
				synctest.Wait()
				s.wantClosed(t, how)
				if st := r.Stats(); st.Gate.InUse != 0 || r.posted.count() != 0 {
					t.Errorf("%s, %s: left %+v", way, how, st.Gate)
				}
			})
		}
	}
}
