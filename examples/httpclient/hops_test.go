// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
	"github.com/fuseboard/fuseboard/clients/httpserver"
)

// hop is one service of a chain: a protected server that asks the next one.
type hop struct {
	url  string
	seen atomic.Int32
}

// saw is what the last service tells of a request.
type saw struct {
	Meta fuseboard.Meta
	Left time.Duration
}

// serve starts a service; next is where it asks, empty for the last, which fails as told.
func serve(t *testing.T, name, next string, retry actors.Retry, fails int32) *hop {
	t.Helper()
	sys, err := actors.Start(actors.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := httpserver.New(sys, httpserver.Options{Trust: func(*http.Request) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	client, err := httpclient.New(sys, httpclient.Options{
		Name: "from-" + name, Propagate: true,
		Policy: actors.Policy{Retry: retry, Deadline: actors.Deadline{Total: 5 * time.Second}},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &hop{}
	server := httptest.NewServer(guard.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := h.seen.Add(1)
		if next == "" {
			answerLast(w, r, n <= fails)
			return
		}
		if err := ask(r.Context(), client, next, w); err != nil {
			httpserver.Error(w, r, err)
		}
	})))
	h.url = server.URL
	t.Cleanup(func() {
		server.Close()
		client.CloseIdleConnections()
		_ = sys.Shutdown(context.Background())
	})
	return h
}

func answerLast(w http.ResponseWriter, r *http.Request, fails bool) {
	if fails {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	s := saw{Meta: fuseboard.MetaOf(r.Context())}
	if until, has := r.Context().Deadline(); has {
		s.Left = time.Until(until)
	}
	_ = json.NewEncoder(w).Encode(s)
}

// ask passes the next service's answer on. A failure of it becomes one of ours.
func ask(ctx context.Context, client *http.Client, url string, w io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("it answered %s", resp.Status)
	}
	_, err = io.Copy(w, resp.Body)
	return err
}

var quickly = actors.Retry{Attempts: 3, Backoff: actors.Backoff{Base: time.Millisecond, Max: time.Millisecond}}

func TestMetaAndDeadlineCrossThreeHops(t *testing.T) {
	last := serve(t, "last", "", quickly, 1)
	middle := serve(t, "middle", last.url, quickly, 0)
	first := serve(t, "first", middle.url, quickly, 0)

	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	ctx = fuseboard.WithMeta(ctx, fuseboard.Meta{Tenant: "acme", Request: "r-1", Priority: fuseboard.Critical})
	sys, err := actors.Start(actors.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	client, err := httpclient.New(sys, httpclient.Options{Name: "user", Propagate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()
	defer client.CloseIdleConnections()
	var out strings.Builder
	if err := ask(ctx, client, first.url, &out); err != nil {
		t.Fatal(err)
	}
	var got saw
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatal(err)
	}
	m := got.Meta
	if m.Tenant != "acme" || m.Request != "r-1" || m.Priority != fuseboard.Critical || m.Attempt != 2 {
		t.Errorf("the last hop knows %+v", m)
	}
	if chain := strings.Join(m.Chain, " "); chain != "user from-first from-middle" {
		t.Errorf("the chain is %q", chain)
	}
	if got.Left <= 0 || got.Left > 3*time.Second {
		t.Errorf("it has %v left", got.Left)
	}
}

func TestRetriesDoNotMultiplyOverHops(t *testing.T) {
	last := serve(t, "last", "", quickly, 1000)
	middle := serve(t, "middle", last.url, quickly, 0)
	first := serve(t, "first", middle.url, quickly, 0)
	resp, err := http.Get(first.url) //nolint:noctx // a test on loopback
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode < 500 {
		t.Errorf("%s", resp.Status)
	}
	if n := last.seen.Load(); n != 3 {
		t.Errorf("three attempts at each of two hops reached the last %d times, want 3", n)
	}
}
