// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
)

func explode(value any) http.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) { panic(value) }
}

func TestPanicGoesOnAsItWas(t *testing.T) {
	type custom struct{ list []int } // that cannot be compared
	for _, c := range []struct {
		what  string
		value any
		told  bool
	}{
		{"a text", "boom", true},
		{"an error", errors.New("boom"), true},
		{"anything", custom{[]int{1}}, true},
		{"an abort", http.ErrAbortHandler, false},
	} {
		var stack string
		told := false
		s := guard(t, httpserver.Options{Panicked: func(_ *http.Request, p *actors.PanicError) { told, stack = true, string(p.Stack) }})
		h := s.Middleware(explode(c.value))
		func() {
			defer func() {
				got := recover()
				if x, ok := got.(custom); ok && len(x.list) == 1 {
					got = c.what
					c.value = c.what
				}
				if got != c.value {
					t.Errorf("%s: got %v", c.what, got)
				}
			}()
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
			t.Errorf("%s: it did not go on", c.what)
		}()
		if told != c.told || told && !strings.Contains(stack, "explode") {
			t.Errorf("%s: told %v with the stack\n%s", c.what, told, stack)
		}
		if n := s.Guard().Stats(); n.Failures != 1 || n.Gate.InUse != 0 {
			t.Errorf("%s: %+v", c.what, n)
		}
	}
}

func TestClientThatLeavesIsNobodysFailure(t *testing.T) {
	both(t, func(t *testing.T, two bool) {
		for what, handler := range map[string]http.HandlerFunc{
			"it goes":    func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			"it says so": func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done(); http.Error(w, "gone", 500) },
			"it aborts":  func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done(); panic(http.ErrAbortHandler) },
		} {
			synctest.Test(t, func(t *testing.T) {
				s := guard(t, httpserver.Options{})
				client := serve(t, s.Middleware(handler), two)
				ctx, leave := context.WithTimeout(t.Context(), time.Second)
				defer leave()
				r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://service/", nil)
				if resp, err := client.Do(r); err == nil {
					_ = resp.Body.Close()
					t.Error("it was answered")
				}
				synctest.Wait()
				if n := s.Guard().Stats(); n.Voids != 1 || n.Failures != 0 || n.Gate.InUse != 0 {
					t.Errorf("%s: %+v", what, n)
				}
			})
		}
	})
}

func TestClientThatLeavesTheQueueIsNoRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := guard(t, httpserver.Options{Policy: actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}}})
		h := s.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) }))
		go h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		synctest.Wait()
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, leave)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
		if n := s.Guard().Stats(); w.Code != httpserver.StatusClientClosedRequest || n.Left != 1 {
			t.Errorf("%d, %+v", w.Code, n)
		}
		time.Sleep(time.Second)
	})
}

// A policy with workers is not accepted, but an Update may bring one.
func TestHandlerIsWaitedForEvenIfThePolicyGetsWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := guard(t, httpserver.Options{})
		p := actors.Policy{Workers: actors.Workers{Max: 10}, Deadline: actors.Deadline{Total: time.Second}}
		if _, err := s.Guard().Update(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		running := false
		client := serve(t, s.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			running = true
			time.Sleep(time.Minute)
			running = false
			if r.URL.RawQuery != "" {
				panic("late")
			}
			w.WriteHeader(http.StatusTeapot)
		})), false)
		resp, _ := ask(t, client, http.MethodGet)
		if resp.StatusCode != http.StatusTeapot || running {
			t.Errorf("%d, running %v", resp.StatusCode, running)
		}
		synctest.Wait()
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://service/?late", nil)
		if resp, err := client.Do(r); err == nil {
			_ = resp.Body.Close()
			t.Errorf("half an answer was taken for a whole one: %d", resp.StatusCode)
		}
	})
}

func TestOwnServerErrorsAreFailures(t *testing.T) {
	for status, failed := range map[int]uint64{200: 0, 404: 0, 429: 0, 499: 0, 500: 1, 501: 1, 503: 1, 504: 1} {
		s := guard(t, httpserver.Options{})
		h := s.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		if n := s.Guard().Stats(); n.Failures != failed || n.Attempts != 1 {
			t.Errorf("%d: %+v", status, n)
		}
	}
}
