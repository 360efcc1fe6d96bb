// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
)

func check(t *testing.T, h http.Handler) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	return w.Code, w.Body.String()
}

func TestReadinessNeverFlipsOnAnOpenCircuit(t *testing.T) {
	sys := start(t)
	payments, err := actors.Protect(sys, "payments", actors.Policy{Breaker: actors.Breaker{Consecutive: 1}})
	if err != nil {
		t.Fatal(err)
	}
	ready := httpserver.Ready(sys)
	if code, body := check(t, ready); code != http.StatusOK || body != `{"ready":true,"dependencies":{"payments":{"state":"closed","mode":"enforce"}}}`+"\n" {
		t.Errorf("%d, %s", code, body)
	}
	if err := payments.Command(t.Context(), actors.Command{Mode: actors.HoldOpen, By: "test", Reason: "test", TTL: time.Minute}); err != nil {
		t.Fatal(err)
	}
	if code, body := check(t, ready); code != http.StatusOK || body != `{"ready":true,"dependencies":{"payments":{"state":"closed","mode":"hold-open"}}}`+"\n" {
		t.Errorf("held open: %d, %s", code, body)
	}
	if err := payments.Command(t.Context(), actors.Command{Mode: actors.Enforce, By: "test", Reason: "test"}); err != nil {
		t.Fatal(err)
	}
	_, _ = actors.Do(t.Context(), payments, func(context.Context) (int, error) { return 0, io.ErrUnexpectedEOF })
	if code, body := check(t, ready); code != http.StatusOK || body != `{"ready":true,"dependencies":{"payments":{"state":"open","mode":"enforce"}}}`+"\n" {
		t.Errorf("open: %d, %s", code, body)
	}
}

func TestReadinessEndsWithADrainAndWithAShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		s, err := httpserver.New(sys, httpserver.Options{})
		if err != nil {
			t.Fatal(err)
		}
		running := s.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Second) }))
		go running.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		synctest.Wait()

		drained := httpserver.Ready(sys)
		drained.Drain()
		if code, _ := check(t, drained); code != http.StatusServiceUnavailable {
			t.Errorf("drained: %d", code)
		}
		ready := httpserver.Ready(sys)
		if code, _ := check(t, ready); code != http.StatusOK {
			t.Errorf("before: %d", code)
		}
		done := make(chan error)
		go func() { done <- sys.Shutdown(t.Context()) }()
		synctest.Wait()
		if code, body := check(t, ready); code != http.StatusServiceUnavailable || !sys.Stopping() {
			t.Errorf("while it stops: %d, %s", code, body)
		}
		if code, body := check(t, http.HandlerFunc(httpserver.Live)); code != http.StatusOK || body != "ok\n" {
			t.Errorf("alive: %d, %q", code, body)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if code, _ := check(t, ready); code != http.StatusServiceUnavailable {
			t.Errorf("after: %d", code)
		}
	})
}

func TestNoSystemIsNeverReady(t *testing.T) {
	if code, body := check(t, httpserver.Ready(nil)); code != http.StatusServiceUnavailable || body != `{"ready":false}`+"\n" {
		t.Errorf("%d, %s", code, body)
	}
}
