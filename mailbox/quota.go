// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// Quota bounds what several gates and pools hold of one thing together, and
// remembers the most that they held. It is exact: never is more taken than its
// limit, and who is told that there is no room found it taken at that moment.
// Safe for concurrent use, without a lock; make one with [NewQuota]. A nil Quota
// has room for everything and counts nothing.
type Quota struct {
	limit   int64 // 0: none
	used    atomic.Int64
	most    atomic.Int64
	reached atomic.Bool // an episode is under way
}

// NewQuota returns an empty quota. A limit of 0 or less is none: it only counts.
func NewQuota(limit int64) *Quota { return &Quota{limit: max(limit, 0)} }

// Take takes n of what the quota bounds, or nothing if there is no room for all
// of it. True obliges to give n back. An n of 0 or less is always there.
func (q *Quota) Take(n int64) bool {
	if q == nil || n <= 0 {
		return true
	}
	for {
		used := q.used.Load()
		if q.limit > 0 && n > q.limit-used {
			return false
		}
		if q.used.CompareAndSwap(used, used+n) {
			q.note(used + n)
			return true
		}
	}
}

// note remembers the most.
func (q *Quota) note(used int64) {
	for most := q.most.Load(); used > most; most = q.most.Load() {
		if q.most.CompareAndSwap(most, used) {
			return
		}
	}
}

// Give gives n back. More than was taken is a bug of the caller and panics,
// because it would let in too many.
func (q *Quota) Give(n int64) {
	if q == nil || n <= 0 {
		return
	}
	used := q.used.Add(-n)
	if used < 0 {
		panic("mailbox: Give of more than was taken; give back what each granted Take took, once")
	}
	if used <= q.limit/2 && q.reached.Load() {
		q.reached.Store(false)
	}
}

// Spent reports whether there is no room for one more.
func (q *Quota) Spent() bool { return q != nil && q.limit > 0 && q.used.Load() >= q.limit }

// Episode tells that somebody was refused, and reports whether that begins an
// episode: the first time, and again once half of the limit was free since. So
// who writes a line for each episode does not write one for each refusal.
func (q *Quota) Episode() (begins bool) {
	return q != nil && !q.reached.Load() && q.reached.CompareAndSwap(false, true)
}

// Limit returns the most that may be taken; 0 means no limit.
func (q *Quota) Limit() int64 {
	if q == nil {
		return 0
	}
	return q.limit
}

// Used returns what is taken now.
func (q *Quota) Used() int64 {
	if q == nil {
		return 0
	}
	return q.used.Load()
}

// Most returns the most that was ever taken at once.
func (q *Quota) Most() int64 {
	if q == nil {
		return 0
	}
	return q.most.Load()
}

// Quotas are what a gate and its pool share with others. A nil one bounds nothing.
type Quotas struct {
	// Queued bounds the callers and jobs that wait in the queues of all the gates.
	// Who finds it spent is refused with [ErrLimit] where it would have queued.
	Queued *Quota
	// Goroutines bounds the goroutines of all the pools, idle ones included, and
	// whatever else its owner counts there; see [Pool.Reserve].
	Goroutines *Quota
}

// noQuotas are those of a gate that stands alone. Never written to.
var noQuotas = &Quotas{}

// NewGateUnder is [NewGate] of a gate that shares quotas with others. q must not
// change afterwards; nil is the same as none.
func NewGateUnder(b Bulkhead, clock *fuseboard.Clock, q *Quotas) *Gate {
	if q == nil {
		q = noQuotas
	}
	g := &Gate{clock: clock, shared: q}
	g.shape(b)
	return g
}
