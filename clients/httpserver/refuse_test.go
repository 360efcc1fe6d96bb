// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
)

func TestRefusalSaysWhatAndWhenAgain(t *testing.T) {
	hold := func(t *testing.T, s *httpserver.Server, mode actors.Mode) {
		t.Helper()
		if err := s.Guard().Command(t.Context(), actors.Command{Mode: mode, By: "test", Reason: "test", TTL: time.Minute}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		what    string
		o       httpserver.Options
		accept  string
		status  int
		after   string
		body    string
		content string
	}{
		{"text", httpserver.Options{}, "", 503, "60", "503 Service Unavailable; again in 60s\n", "text/plain; charset=utf-8"},
		{
			"JSON",
			httpserver.Options{},
			"application/json", 503, "60",
			`{"type":"about:blank","title":"Service Unavailable","status":503,"retry_after_s":60}` + "\n", "application/problem+json",
		},
		{"details", httpserver.Options{Details: true}, "", 503, "60", "503 Service Unavailable; again in 60s: inbound: refused by breaker", "text/plain; charset=utf-8"},
		{"a status of its own", httpserver.Options{Status: func(_ *http.Request, r fuseboard.Rejection) int {
			if r.RejectedBy() == "breaker" {
				return http.StatusTooManyRequests
			}
			return 0
		}}, "", 429, "60", "429 Too Many Requests; again in 60s\n", "text/plain; charset=utf-8"},
		{
			"a status that is none",
			httpserver.Options{Status: func(*http.Request, fuseboard.Rejection) int { return 200 }},
			"", 503, "60",
			"503 Service Unavailable; again in 60s\n", "text/plain; charset=utf-8",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := guard(t, c.o)
			client := serve(t, s.Middleware(tellMeta), false)
			hold(t, s, actors.HoldOpen)
			resp, body := ask(t, client, http.MethodGet, "Accept", c.accept)
			h := resp.Header
			if resp.StatusCode != c.status || h.Get("Retry-After") != c.after || !strings.HasPrefix(body, c.body) || h.Get("Content-Type") != c.content {
				t.Errorf("%s: %d, %v, %q", c.what, resp.StatusCode, h, body)
			}
			hold(t, s, actors.Enforce)
			if resp, _ := ask(t, client, http.MethodGet); resp.StatusCode != http.StatusOK {
				t.Errorf("%s: when the command ended: %d", c.what, resp.StatusCode)
			}
		})
	}
}

// rejection is a refusal of whoever may refuse one day.
type rejection struct {
	by    string
	after time.Duration
}

func (r rejection) Error() string             { return "secret: refused by " + r.by }
func (r rejection) RejectedBy() string        { return r.by }
func (r rejection) RetryAfter() time.Duration { return r.after }

// repeated is a failure of a call that was repeated.
type repeated struct{ rejection }

func (repeated) Repeats() int { return 2 }

type timeout struct{ error }

func (timeout) Timeout() bool { return true }

func TestErrorBecomesTheRightStatus(t *testing.T) {
	for _, c := range []struct {
		what           string
		err            error
		status         int
		after, repeats string
	}{
		{"refused", rejection{"breaker", 1500 * time.Millisecond}, 503, "2", ""},
		{"refused, nobody knows until when", rejection{"bulkhead", 0}, 503, "1", ""},
		{"our own rate", rejection{"rate", time.Second}, 503, "1", ""},
		{"a spent deadline", rejection{"deadline", 0}, 504, "", ""},
		{"stopped", errors.Join(actors.ErrStopped, context.Canceled), 503, "1", ""},
		{"a deadline", context.DeadlineExceeded, 504, "", ""},
		{"a timeout", timeout{errors.New("i/o")}, 504, "", ""},
		{"asked to wait", rejection{"", 3 * time.Second}, 503, "3", ""},
		{"failed", rejection{"", 0}, 502, "", ""},
		{"failed, repeated", repeated{rejection{"", 0}}, 502, "", "2"},
		{"anything", errors.New("secret"), 500, "", ""},
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		w.Header().Set("Content-Length", "99")
		httpserver.Error(w, r, c.err)
		h := w.Header()
		if w.Code != c.status || h.Get("Retry-After") != c.after || h.Get("Fuseboard-Repeats") != c.repeats || h.Get("Content-Length") != "" {
			t.Errorf("%s: %d, %v", c.what, w.Code, h)
		}
		if strings.Contains(w.Body.String(), "secret") || w.Body.Len() == 0 {
			t.Errorf("%s: the body is %q", c.what, w.Body)
		}
		w = httptest.NewRecorder()
		httpserver.Answers{Details: true}.Error(w, r, c.err)
		if !strings.Contains(w.Body.String(), c.err.Error()) {
			t.Errorf("%s: in detail it is %q", c.what, w.Body)
		}
	}
	w := httptest.NewRecorder()
	httpserver.Error(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), nil)
	if w.Body.Len() > 0 || len(w.Header()) > 0 {
		t.Error("nothing is answered with something")
	}
	left, leave := context.WithCancel(t.Context())
	leave()
	httpserver.Error(w, httptest.NewRequestWithContext(left, http.MethodGet, "/", nil), context.Canceled)
	if w.Code != httpserver.StatusClientClosedRequest {
		t.Errorf("who has left gets %d", w.Code)
	}
}

// The handler calls through a guard, which repeats: its caller is told.
func TestErrorOfACallTellsItsRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		payments, err := actors.Spawn(sys, "payments", func(context.Context, int) (int, error) { return 0, io.ErrUnexpectedEOF }, actors.Policy{
			Retry: actors.Retry{Attempts: 3}, Deadline: actors.Deadline{Total: time.Minute},
		}, actors.With[int, int]{Safe: actors.Always[int]})
		if err != nil {
			t.Fatal(err)
		}
		s, err := httpserver.New(sys, httpserver.Options{})
		if err != nil {
			t.Fatal(err)
		}
		resp, _ := ask(t, serve(t, s.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, err := payments.Call(r.Context(), 1)
			httpserver.Error(w, r, err)
		})), false), http.MethodGet)
		if resp.StatusCode != http.StatusBadGateway || resp.Header.Get("Fuseboard-Repeats") != "2" {
			t.Errorf("%d, %v", resp.StatusCode, resp.Header)
		}
	})
}

func TestAfterShutdownRequestsAreRefusedAndConnectionsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		s, err := httpserver.New(sys, httpserver.Options{RetryAfter: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		client := serve(t, s.Middleware(tellMeta), false)
		ask(t, client, http.MethodGet)
		_ = sys.Shutdown(t.Context())
		resp, _ := ask(t, client, http.MethodGet)
		if resp.StatusCode != http.StatusServiceUnavailable || !resp.Close || resp.Header.Get("Retry-After") != "5" {
			t.Errorf("%d, close %v, %v", resp.StatusCode, resp.Close, resp.Header)
		}
	})
}
