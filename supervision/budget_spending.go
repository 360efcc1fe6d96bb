// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

const (
	spendingSlots = 10
	// spendingRounding keeps 29% of 100 calls at 29: the product is 28.999999999999996.
	spendingRounding = 1e-9
)

// Spending is the running account of one [Budget]: the calls and the repetitions
// of a sliding window, in ten buckets. The newest bucket is still filling, so the
// window reaches back between nine and ten tenths of Budget.Window.
//
// Any goroutine may call anything at any time; nothing blocks. A now somewhat
// older than another caller's is booked where it belongs; one older than the
// window is not booked. The zero Spending is not usable; make one with [NewSpending].
//
// A first attempt is never refused: only repetitions are withdrawn. A repetition
// is booked when it is decided, before its backoff, so that those which wait are
// counted and cannot all be released at once (envoy#30205).
type Spending struct{ terms atomic.Pointer[spendingTerms] }

// spendingTerms is immutable; the buckets it points to outlive a Reshape that
// keeps the window.
type spendingTerms struct {
	budget  Budget
	width   fuseboard.Instant // of a bucket
	floor   int64             // repetitions allowed per window without any call
	buckets *[spendingSlots]atomic.Pointer[spendingBucket]
}

// spendingBucket counts one tick. It is allocated for its tick and never cleared,
// so whoever still holds it writes to the past and not to another tick.
type spendingBucket struct {
	tick           fuseboard.Instant
	calls, repeats atomic.Int64
}

// NewSpending opens an empty account. Defaults are applied, and a budget outside
// its ranges is moved into them.
func NewSpending(budget Budget) *Spending {
	s := &Spending{}
	s.terms.Store(newSpendingTerms(budget.clamped()))
	return s
}

func newSpendingTerms(b Budget) *spendingTerms {
	return &spendingTerms{
		budget: b, width: fuseboard.Instant(b.Window / spendingSlots),
		floor:   int64(float64(b.MinPerSecond)*b.Window.Seconds() + spendingRounding),
		buckets: new([spendingSlots]atomic.Pointer[spendingBucket]),
	}
}

// Deposit books one call. It is made once per call, however many attempts the
// call has (a deposit per attempt would let repetitions pay for repetitions).
func (s *Spending) Deposit(now fuseboard.Instant) {
	if b := s.terms.Load().bucket(now); b != nil {
		b.calls.Add(1)
	}
}

// Withdraw books one repetition and reports whether the budget allows it; if not,
// nothing is booked. However many goroutines withdraw at once, the repetitions
// granted in a window never exceed what its calls allow at that moment. Where
// several meet at the last one, all may be refused.
func (s *Spending) Withdraw(now fuseboard.Instant) bool {
	t := s.terms.Load()
	b := t.bucket(now)
	if b == nil {
		return false
	}
	b.repeats.Add(1) // first book, then look: two that meet see each other
	if calls, repeats := t.sum(now); repeats > t.allowed(calls) {
		b.repeats.Add(-1)
		return false
	}
	return true
}

// Reshape puts the account under another budget from now on. With the same window
// everything booked stays; with another window the account starts empty.
func (s *Spending) Reshape(budget Budget) {
	next := newSpendingTerms(budget.clamped())
	for {
		last := s.terms.Load()
		if last.budget.Window == next.budget.Window {
			next.buckets = last.buckets
		}
		if s.terms.CompareAndSwap(last, next) {
			return
		}
	}
}

// Balance returns what the window holds: calls, repetitions, and how many
// repetitions those calls allow in all. While others withdraw, a repetition that
// is about to be refused may be seen.
func (s *Spending) Balance(now fuseboard.Instant) (calls, repeats, allowed int) {
	t := s.terms.Load()
	c, r := t.sum(now)
	return int(c), int(r), int(t.allowed(c))
}

func (t *spendingTerms) allowed(calls int64) int64 {
	return t.floor + int64(t.budget.Ratio*float64(calls)+spendingRounding)
}

// tick returns the number of the bucket that now belongs to.
func (t *spendingTerms) tick(now fuseboard.Instant) fuseboard.Instant { return max(now, 0) / t.width }

// bucket returns the bucket of now, made if need be; nil if now is older than the window.
func (t *spendingTerms) bucket(now fuseboard.Instant) *spendingBucket {
	tick := t.tick(now)
	slot := &t.buckets[tick%spendingSlots]
	if b := slot.Load(); b != nil && b.tick == tick {
		return b
	}
	return claimBucket(slot, tick)
}

func claimBucket(slot *atomic.Pointer[spendingBucket], tick fuseboard.Instant) *spendingBucket {
	for {
		b := slot.Load()
		switch {
		case b != nil && b.tick == tick:
			return b
		case b != nil && b.tick > tick:
			return nil
		}
		if fresh := (&spendingBucket{tick: tick}); slot.CompareAndSwap(b, fresh) {
			return fresh
		}
	}
}

// sum adds up the buckets that are in the window at now, and any newer ones.
func (t *spendingTerms) sum(now fuseboard.Instant) (calls, repeats int64) {
	oldest := t.tick(now) - spendingSlots + 1
	for i := range t.buckets {
		if b := t.buckets[i].Load(); b != nil && b.tick >= oldest {
			calls += b.calls.Load()
			repeats += b.repeats.Load()
		}
	}
	return calls, repeats
}
