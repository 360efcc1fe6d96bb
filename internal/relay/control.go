// SPDX-License-Identifier: Apache-2.0

package relay

import "slices"

// Set has connections that are accepted from now on suffer f, once the script is used up.
func (r *Relay) Set(f Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fault = f
}

// Script has the next connections suffer these faults, one each, in order; those after
// them what Set said. It replaces what was left of an earlier script.
func (r *Relay) Script(faults ...Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.script = slices.Clone(faults)
}

// Freeze stops all bytes, both ways, on open connections and on new ones; nobody is
// told. Bytes wait, as behind a network that is down.
func (r *Relay) Freeze() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.thaw == nil {
		r.thaw = make(chan struct{})
	}
}

// Thaw lets bytes go on after Freeze.
func (r *Relay) Thaw() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.thaw != nil {
		close(r.thaw)
		r.thaw = nil
	}
}

// frozen returns what is closed by Thaw, or nil where bytes may pass.
func (r *Relay) frozen() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.thaw
}

// ResetAll breaks all connections that are open now, on both sides.
func (r *Relay) ResetAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.conns {
		c.reset()
	}
}
