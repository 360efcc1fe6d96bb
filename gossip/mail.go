// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"sync"
)

// mostPending is how many different things wait for a watcher at most.
const mostPending = 8192

// subject is what changes are about: those of one subject are told as one.
type subject struct {
	what  What
	owner string // or the member's name
	key   string
	boot  uint64
}

func (c *Change) subject() subject {
	switch c.What {
	case RecordChanged:
		return subject{what: c.What, owner: c.Record.Owner, key: c.Record.Key}
	case MemberChanged:
		return subject{what: c.What, owner: c.Member.Name, boot: c.Member.Boot}
	case IsolationChanged, Missed:
	}
	return subject{what: c.What}
}

// Watcher sees what changes at a node, from when it was made. What nobody takes waits: the newest of each thing, and of 8192
// things at most; then the watcher is told [Missed] instead. One goroutine at a time calls Next.
type Watcher struct {
	mail  *mail
	ready chan struct{} // holds one

	mu      sync.Mutex
	pending []Change
	at      map[subject]int // in pending
	closed  bool
}

// Next waits until something is different, and returns all of it, the oldest first. What changes again before it is taken is
// told once, in its newest form. It returns ctx's error when that ends first, and [ErrClosed] after Close of watcher or node.
func (w *Watcher) Next(ctx context.Context) ([]Change, error) {
	for {
		if changes, err := w.take(); err != nil || len(changes) > 0 {
			return changes, err
		}
		select {
		case <-w.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (w *Watcher) take() ([]Change, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	changes := w.pending
	w.pending, w.at = nil, map[subject]int{}
	if len(changes) == 0 && w.closed {
		return nil, ErrClosed
	}
	return changes, nil
}

// Close ends the watcher: what waits can be taken yet. It may be called again, and never fails.
func (w *Watcher) Close() error {
	w.mail.drop(w)
	w.end()
	return nil
}

func (w *Watcher) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.ring()
}

func (w *Watcher) ring() {
	select {
	case w.ready <- struct{}{}:
	default: // it will look anyway
	}
}

func (w *Watcher) put(c Change) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	s := c.subject()
	i, waits := w.at[s]
	switch {
	case waits:
		c.Merged = w.pending[i].Merged + 1
		w.pending[i] = c
	case len(w.pending) < mostPending:
		w.at[s] = len(w.pending)
		w.pending = append(w.pending, c)
	default:
		missed := Change{What: Missed, Merged: len(w.pending)}
		w.pending = append(w.pending[:0:0], missed)
		w.at = map[subject]int{missed.subject(): 0}
	}
	w.ring()
}

// mail brings changes to watchers, and waits for none.
type mail struct {
	mu       sync.Mutex
	watchers map[*Watcher]struct{}
	closed   bool
}

func (m *mail) watch() *Watcher {
	w := &Watcher{mail: m, ready: make(chan struct{}, 1), at: map[subject]int{}}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		w.closed = true
	} else {
		m.watchers[w] = struct{}{}
	}
	return w
}

func (m *mail) drop(w *Watcher) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.watchers, w)
}

func (m *mail) tell(c Change) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for w := range m.watchers {
		w.put(c)
	}
}

func (m *mail) members(changed []Member) {
	for _, c := range changed {
		m.tell(Change{What: MemberChanged, Member: c})
	}
}

func (m *mail) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	for w := range m.watchers {
		w.end()
	}
	m.watchers = nil
}
