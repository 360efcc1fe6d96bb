// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"sync"
	"sync/atomic"
)

// Family is the contexts of one owner, which can be cancelled together: a guard
// that stops. The zero Family is ready; it must not be copied. Safe for
// concurrent use. It holds only contexts that were looked at and not ended.
type Family struct {
	cancelled atomic.Bool // set under mu, read without it
	mu        sync.Mutex
	first     *made // guarded by mu, as the links of every member
}

// Cancel ends every context of the family with context.Canceled: those looked
// at already before it returns, every other at its first look. It can't be undone;
// a second Cancel does nothing. A context passed through is its caller's, not
// the family's, and goes on.
func (f *Family) Cancel() {
	// The cancel functions run without the lock: they call into foreign contexts.
	for _, cancel := range f.close() {
		cancel()
	}
}

// Cancelled reports whether Cancel was called. A nil Family never is.
func (f *Family) Cancelled() bool { return f != nil && f.cancelled.Load() }

func (f *Family) close() []context.CancelFunc {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancelled.Swap(true) {
		return nil
	}
	var cancels []context.CancelFunc
	for m := f.first; m != nil; m = m.next {
		cancels = append(cancels, m.cancel)
	}
	return cancels
}

// add makes m a member, or cancels it when the family is cancelled already:
// each context is either in the list that Cancel walks, or sees cancelled here. One that
// was added or removed already, by who built or ended it meanwhile, is not added.
func (f *Family) add(m *made) {
	if f == nil {
		return
	}
	f.mu.Lock()
	if f.first == m || m.before != nil {
		f.mu.Unlock()
		return
	}
	late := f.cancelled.Load()
	if !late {
		if m.next = f.first; m.next != nil {
			m.next.before = m
		}
		f.first = m
	}
	f.mu.Unlock()
	if late {
		m.cancel()
	}
}

// remove takes m out of the list, for good.
func (f *Family) remove(m *made) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case m.before == m:
		return
	case m.before != nil:
		m.before.next = m.next
	case f.first == m:
		f.first = m.next
	}
	if m.next != nil {
		m.next.before = m.before
	}
	m.before, m.next = m, nil
}
