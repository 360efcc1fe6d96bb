// SPDX-License-Identifier: Apache-2.0

package relay

import "context"

// Counts is what a relay saw since its start.
type Counts struct {
	// Accepted counts connections that clients made, those included that were refused
	// after that; connections while the relay is down are not seen.
	Accepted int
	// Open is how many of them are open now. One is open until both sides are done.
	Open int
	// Dialled counts connections that were made to the upstream.
	Dialled int
	// Sent counts bytes that reached the upstream, Received bytes that reached clients.
	Sent, Received int64
}

// Counts returns the numbers of now.
func (r *Relay) Counts() Counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts
}

// Await returns when the counts are such that holds reports true, or with ctx's error.
// It looks at every change, so a test needs no sleep: wait for Open to be 0.
func (r *Relay) Await(ctx context.Context, holds func(Counts) bool) error {
	for {
		r.mu.Lock()
		now, changed := r.counts, r.changed
		r.mu.Unlock()
		if holds(now) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tell wakes who awaits. The lock is held.
func (r *Relay) tell() {
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *Relay) count(change func(*Counts)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.counts)
	r.tell()
}
