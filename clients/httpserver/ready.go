// SPDX-License-Identifier: Apache-2.0

package httpserver

import (
	"encoding/json"
	"net/http"
	"sync/atomic"

	"github.com/fuseboard/fuseboard/actors"
)

// Readiness answers whether this process wants requests. Make it with [Ready]. Safe
// for concurrent use.
type Readiness struct {
	sys     *actors.System
	drained atomic.Bool
}

// Ready makes the handler of a readiness check: 200 while the System takes calls, 503
// after [Readiness.Drain] or once its Shutdown has begun. An open circuit never makes
// it 503: a dependency that is down is down for all replicas, and taking all
// of them away would turn a part that fails into a whole that does. The body lists
// the state of each dependency for people to read; serve it where only your platform
// can ask. A nil System is never ready.
func Ready(sys *actors.System) *Readiness { return &Readiness{sys: sys} }

// Drain makes the process unready from now on, while it still serves: call it first
// when the process is to end, give the platform the time to see it, then shut down.
func (r *Readiness) Drain() { r.drained.Store(true) }

// dependency is what the body says of one guard.
type dependency struct {
	State string `json:"state"`
	Mode  string `json:"mode"`
}

// readiness is the body. A keyring is not listed: it has as many states as keys.
type readiness struct {
	Ready        bool                  `json:"ready"`
	Dependencies map[string]dependency `json:"dependencies,omitempty"`
}

// ServeHTTP answers the check.
func (r *Readiness) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	body := readiness{Ready: r.sys != nil && !r.drained.Load() && !r.sys.Stopping(), Dependencies: map[string]dependency{}}
	for _, g := range r.sys.Guards() {
		s := g.Stats()
		body.Dependencies[g.Name()] = dependency{State: s.State.String(), Mode: s.Mode.String()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !body.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(body) // who left hears nothing
}

// Live is the handler of a liveness check: 200, always. That it answers is all that it
// says; a restart heals neither an open circuit nor an overload.
func Live(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n")) // who left hears nothing
}
