// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // cases wait, on few processors, too; who names another number has it
	goleak.VerifyTestMain(m)
}

func start(t testing.TB) *actors.System {
	t.Helper()
	sys, err := actors.Start(actors.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sys.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return sys
}

// protect returns a client and its transport. Its connections are closed at the end of the test.
func protect(t testing.TB, o httpclient.Options) (*http.Client, *httpclient.Transport) {
	t.Helper()
	tr, err := httpclient.NewTransport(start(t), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}, tr
}

func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

// quick repeats without waiting, and bounds nothing else but time.
var quick = actors.Policy{
	Retry:    actors.Retry{Attempts: 3, Backoff: actors.Backoff{Base: time.Millisecond, Max: time.Millisecond}},
	Deadline: actors.Deadline{Total: 20 * time.Second, Attempt: 10 * time.Second},
	Bulkhead: actors.Bulkhead{Concurrency: 10},
	Breaker:  actors.Breaker{Consecutive: 1000},
}

func read(t testing.TB, resp *http.Response) string {
	t.Helper()
	all, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Errorf("read the body: %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Errorf("close the body: %v", err)
	}
	return string(all)
}

// stats are the numbers of the only dependency.
func stats(t testing.TB, tr *httpclient.Transport) actors.Stats {
	t.Helper()
	for _, g := range tr.Keyring().All() {
		return g.Stats()
	}
	t.Fatal("no dependency was called")
	return actors.Stats{}
}
