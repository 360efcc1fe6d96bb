// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/quantile"
)

// Hedger knows how long to wait before a copy of a call is sent. Safe for concurrent use; make
// one with [New]. It must not be copied. It has no goroutine of its own, those that [Do] runs copies on aside.
type Hedger struct {
	wait   atomic.Int64 // nanoseconds; negative: no copy
	live   atomic.Pointer[quantile.Live]
	copies atomic.Int64 // beside the first
	counts counts
	clock  *fuseboard.Clock // of who brings none
	crew   crew

	mu     sync.Mutex // held by who changes wait; guards policy
	policy Policy
}

// none is the wait where no copy is sent.
const none = -1

// New returns a Hedger that has recorded nothing. Fields of p that are out of range count as the nearest value
// that is not, and a policy that is off as all defaults; [Policy.Validate] tells.
func New(p Policy) *Hedger {
	h := &Hedger{clock: fuseboard.NewClock()}
	h.Reshape(p)
	return h
}

// Wait returns how long to wait before the next copy of a call is sent. It is false where none is to be
// sent: the quantile is not known, and there is no After. One atomic load.
func (h *Hedger) Wait() (time.Duration, bool) {
	w := h.wait.Load()
	return time.Duration(max(w, 0)), w >= 0
}

// Copies returns how many copies may be sent beside the first.
func (h *Hedger) Copies() int { return int(h.copies.Load()) }

// Record is told how long a first copy took that has ended now with an answer. It is not told of
// further copies. It allocates nothing, but for the first duration of each doubling, and waits for nobody.
func (h *Hedger) Record(now fuseboard.Instant, elapsed time.Duration) {
	if l := h.live.Load(); l != nil && l.Record(now, elapsed) {
		h.settle()
	}
}

// Lost is told how long a first copy had run whose true time nobody will know: it lost, its
// caller left, or it failed. It counts as taking so long if that is at least the wait, and else not at all.
func (h *Hedger) Lost(now fuseboard.Instant, elapsed time.Duration) {
	if w, ok := h.Wait(); ok && elapsed >= w {
		h.Record(now, elapsed)
	}
}

// Reshape puts h under another policy from now on, moved into its ranges as by [New]. With the
// same window what was recorded stays. Calls under way go on with the copies that they have, and send further
// ones by the new policy.
func (h *Hedger) Reshape(p Policy) {
	p = p.clamped()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.policy = p
	h.copies.Store(int64(p.Copies))
	switch l := h.live.Load(); {
	case p.Quantile == 0:
		h.live.Store(nil)
	case l == nil:
		h.live.Store(quantile.New(p.Window, p.MinCalls, p.Quantile))
	default:
		l.Reshape(p.Window, p.MinCalls, p.Quantile)
	}
	h.renew()
}

// settle puts the wait where the quantile is now.
func (h *Hedger) settle() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.renew()
}

// renew works the wait out. Caller holds mu.
func (h *Hedger) renew() {
	wait, _ := h.policy.wait(h.live.Load())
	h.wait.Store(int64(wait))
}

// wait is the decision: how long to wait, none if no copy is to be sent, and whether that is a live wait.
func (p Policy) wait(l *quantile.Live) (wait time.Duration, live bool) {
	if l != nil {
		if v, ok := l.Value(0); ok {
			return min(max(v, p.Min), p.Max), true
		}
	}
	if p.After == 0 {
		return none, false
	}
	return p.After, false
}
