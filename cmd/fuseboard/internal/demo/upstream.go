// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The upstream's size: at 20ms a request, 16 workers do 800 a second.
const (
	workers = 16
	places  = 500 // in the queue before them; who finds none gets a 503
)

// Upstream is an HTTP server on loopback with few workers and a queue, which
// behaves as its script says. What it has taken up it finishes, whether or not
// the caller still waits.
type Upstream struct {
	script   Script
	elapsed  func() time.Duration // since the run's start
	url      string
	server   *http.Server
	closing  chan struct{}
	ended    sync.WaitGroup
	requests atomic.Int64
	waiting  atomic.Int64
	slots    chan struct{} // holds one value for each busy worker

	mu   sync.Mutex
	dice *rand.Rand
}

// NewUpstream starts a server that follows the script by that clock. Two with
// the same seed roll the same dice, request by request.
func NewUpstream(script Script, seed uint64, elapsed func() time.Duration) (*Upstream, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // listening on loopback does not wait
	if err != nil {
		return nil, fmt.Errorf("start the demo's upstream: %w", err)
	}
	u := newUpstream(script, seed, elapsed)
	u.url = "http://" + listener.Addr().String()
	u.server = &http.Server{
		Handler:           http.HandlerFunc(u.serve),
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // callers leave all the time here
	}
	u.ended.Go(func() { _ = u.server.Serve(listener) }) // always ErrServerClosed, by Close
	return u, nil
}

// newUpstream makes all but the server.
func newUpstream(script Script, seed uint64, elapsed func() time.Duration) *Upstream {
	return &Upstream{
		script: script, elapsed: elapsed,
		closing: make(chan struct{}),
		slots:   make(chan struct{}, workers),
		dice:    rand.New(rand.NewPCG(seed, 1)), //nolint:gosec // dice, not secrets
	}
}

// URL is where the upstream answers.
func (u *Upstream) URL() string { return u.url }

// Requests is how many have arrived so far.
func (u *Upstream) Requests() int { return int(u.requests.Load()) }

// Close ends the server and waits for its handlers.
func (u *Upstream) Close() error {
	close(u.closing)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	err := u.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = u.server.Close()
	}
	u.ended.Wait()
	return err
}

func (u *Upstream) serve(w http.ResponseWriter, r *http.Request) {
	u.requests.Add(1)
	if u.waiting.Add(1) > places+workers {
		u.waiting.Add(-1)
		http.Error(w, "queue full", http.StatusServiceUnavailable)
		return
	}
	defer u.waiting.Add(-1)
	select {
	case u.slots <- struct{}{}: // first come, first served
	case <-u.closing:
		return
	}
	defer func() { <-u.slots }()
	work, fails := u.roll(u.script.At(u.elapsed()))
	if !u.spend(work) {
		return
	}
	if fails {
		http.Error(w, "failed", http.StatusInternalServerError)
		return
	}
	item, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
	_, _ = io.WriteString(w, answerFor(item)) // the caller may have left
}

// roll draws how long a request takes, half the phase's mean at least with an
// exponential rest, and whether it fails.
func (u *Upstream) roll(p Phase) (work time.Duration, fails bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	work = time.Duration(float64(p.Work) * (0.5 + 0.5*u.dice.ExpFloat64()))
	return work, u.dice.Float64() < p.Fail
}

// spend keeps the worker busy; false if the server closed meanwhile.
func (u *Upstream) spend(work time.Duration) bool {
	timer := time.NewTimer(work)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-u.closing:
		return false
	}
}
