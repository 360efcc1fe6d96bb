// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// picker picks one call in so many, and no more than so many a second. Where the second
// is used up, which is where calls are many, a call costs it one load of a word that is
// seldom written; only the others are counted.
type picker struct {
	clock *fuseboard.Clock
	every uint64
	gap   int64        // nanoseconds between two of those a second has; zero: as many as there are
	slack int64        // how far they may be drawn together: a second has all its own at once
	spent atomic.Int64 // the Instant to which what was picked lasts, at one each gap
	_     [64]byte     // it is read by every call, and calls is written
	calls atomic.Uint64
	next  atomic.Uint64 // of the calls: it is picked
}

// init makes the picker of one call in every, at most perSecond a second; 0: no bound.
func (p *picker) init(clock *fuseboard.Clock, every, perSecond int) {
	p.clock = clock
	p.every = uint64(max(every, 1))
	p.next.Store(1)
	if perSecond > 0 {
		p.gap = max(int64(time.Second)/int64(perSecond), 1)
		p.slack = int64(time.Second) - p.gap
	}
}

// chosen reports whether a call that ended now is picked. A now of zero is one that nobody
// has read: it is read where it matters.
func (p *picker) chosen(now fuseboard.Instant) bool {
	return (now == 0 || p.spent.Load()-p.slack <= int64(now)) && p.among(now) // so that it is inlined
}

// among is chosen while the second has one left, as far as is known.
func (p *picker) among(now fuseboard.Instant) bool {
	if !p.counted() {
		return false
	}
	if p.gap == 0 {
		return true
	}
	if now == 0 {
		now = p.clock.Now()
	}
	return p.take(now)
}

// counted counts a call, and reports whether it is the one in so many.
func (p *picker) counted() bool {
	if p.every == 1 {
		return true
	}
	n := p.calls.Add(1)
	for next := p.next.Load(); n >= next; next = p.next.Load() {
		if p.next.CompareAndSwap(next, next+p.every) {
			return true
		}
	}
	return false
}

// take takes one of the second's.
func (p *picker) take(now fuseboard.Instant) bool {
	for {
		spent := p.spent.Load()
		if spent-p.slack > int64(now) {
			return false
		}
		if p.spent.CompareAndSwap(spent, max(spent, int64(now))+p.gap) {
			return true
		}
	}
}
