// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what would hang for ever; no test waits for it to pass.
const patience = 10 * time.Second

// start relays to upstream until the test ends.
func start(t *testing.T, upstream string) *Relay {
	t.Helper()
	r, err := Start(upstream)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

const answerBody = "0123456789abcdef"

// web is an HTTP server that answers every request with answerBody, behind a relay.
func web(t *testing.T) *Relay {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/chunked" {
			_, _ = io.WriteString(w, answerBody)
			_ = http.NewResponseController(w).Flush()
			return
		}
		w.Header().Set("Content-Length", "16")
		_, _ = io.WriteString(w, answerBody)
	}))
	t.Cleanup(srv.Close)
	return start(t, srv.Listener.Addr().String())
}

// get asks once, on a connection of its own.
func get(t *testing.T, r *Relay, path string) (body string, err error) {
	t.Helper()
	tr := &http.Transport{DisableKeepAlives: true}
	defer tr.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.Addr()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

// dialTo opens a plain connection to r that the test closes.
func dialTo(t *testing.T, r *Relay) *net.TCPConn {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", r.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(patience))
	return c.(*net.TCPConn)
}

// echo is a server that sends back what it reads, in capitals, and then the word "bye".
func echo(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			text, _ := io.ReadAll(c)
			_, _ = io.WriteString(c, strings.ToUpper(string(text))+"bye")
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

func await(t *testing.T, r *Relay, holds func(Counts) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := r.Await(ctx, holds); err != nil {
		t.Fatalf("%v; counts are %+v", err, r.Counts())
	}
}
