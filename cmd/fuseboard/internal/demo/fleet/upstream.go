// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// upstream is an HTTP server on loopback that answers, or fails, and counts who asks.
type upstream struct {
	url      string
	server   *http.Server
	ended    sync.WaitGroup
	requests atomic.Int64
	down     atomic.Bool
}

func newUpstream() (*upstream, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // listening on loopback does not wait
	if err != nil {
		return nil, fmt.Errorf("start the fleet's upstream: %w", err)
	}
	u := &upstream{url: "http://" + listener.Addr().String()}
	u.server = &http.Server{Handler: u, ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	u.ended.Go(func() { _ = u.server.Serve(listener) }) // always ErrServerClosed, by close
	return u, nil
}

// ServeHTTP answers, or fails.
func (u *upstream) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	u.requests.Add(1)
	if u.down.Load() {
		http.Error(w, "down", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "charged") // the caller may have left
}

func (u *upstream) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := u.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = u.server.Close()
	}
	u.ended.Wait()
	return err
}

// deadAddress is one at which nobody listens: it was free a moment ago.
func deadAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // listening on loopback does not wait
	if err != nil {
		return "", fmt.Errorf("find a port for the broken path: %w", err)
	}
	return listener.Addr().String(), listener.Close()
}

// path is a node's way to its upstream. Where it is broken, requests go to a port at which nobody listens.
type path struct {
	base   http.RoundTripper
	dead   string
	broken *atomic.Bool
}

// RoundTrip makes the request, or one that nobody answers.
func (p *path) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.broken.Load() {
		r = r.Clone(r.Context())
		r.URL.Host = p.dead
	}
	return p.base.RoundTrip(r)
}
