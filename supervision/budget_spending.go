// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// spendingRounding keeps 29% of 100 calls at 29: the product is 28.999999999999996.
const spendingRounding = 1e-9

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
type Spending struct {
	terms atomic.Pointer[spendingTerms]
	lanes atomic.Int32 // that the account is spread over; 0: not
}

// spendingTerms is immutable; the account it points to outlives a Reshape that
// keeps the window.
type spendingTerms struct {
	budget  Budget
	floor   int64 // repetitions allowed per window without any call
	account *ticks[spendingCounts]
}

type spendingCounts struct{ calls, repeats atomic.Int64 }

// NewSpending opens an empty account. Defaults are applied, and a budget outside
// its ranges is moved into them.
func NewSpending(budget Budget) *Spending {
	s := &Spending{}
	s.terms.Store(s.termsOf(budget.clamped()))
	return s
}

func (s *Spending) termsOf(b Budget) *spendingTerms {
	return &spendingTerms{
		budget:  b,
		floor:   int64(float64(b.MinPerSecond)*b.Window.Seconds() + spendingRounding),
		account: newTicks[spendingCounts](b.Window, int(s.lanes.Load())),
	}
}

// Deposit books one call. It is made once per call, however many attempts the
// call has (a deposit per attempt would let repetitions pay for repetitions).
func (s *Spending) Deposit(now fuseboard.Instant) { s.DepositAt(-1, now) }

// DepositAt is Deposit in a lane of a spread account; see [Spending.Spread]. Where lane is
// negative, or the account is not spread, it is in the word of all.
func (s *Spending) DepositAt(lane int, now fuseboard.Instant) {
	account := s.terms.Load().account
	if k := account.at(now); k != nil && !account.laned(lane, k) {
		k.counts.calls.Add(1)
	}
}

// Spread gives each of so many lanes (a power of two) an account of its own for calls, so
// that processors which all book calls do not write one word: 128 bytes a lane. What is
// booked, and what is allowed, stay the same. It cannot be undone, and a second
// Spread does nothing.
func (s *Spending) Spread(lanes int) {
	if s.lanes.CompareAndSwap(0, int32(lanes)) { //nolint:gosec // a few
		s.terms.Load().account.spread(lanes)
	}
}

// Withdraw books one repetition and reports whether the budget allows it; if not,
// nothing is booked. However many goroutines withdraw at once, the repetitions
// granted in a window never exceed what its calls allow at that moment. Where
// several meet at the last one, all may be refused.
func (s *Spending) Withdraw(now fuseboard.Instant) bool {
	t := s.terms.Load()
	k := t.account.at(now)
	if k == nil {
		return false
	}
	c := &k.counts
	c.repeats.Add(1) // first book, then look: two that meet see each other
	if calls, repeats := t.sum(now); repeats > t.allowed(calls) {
		c.repeats.Add(-1)
		return false
	}
	return true
}

// Reshape puts the account under another budget from now on. With the same window
// everything booked stays; with another window the account starts empty, and
// Reshape reports false.
func (s *Spending) Reshape(budget Budget) (kept bool) {
	next := s.termsOf(budget.clamped())
	for {
		last := s.terms.Load()
		if kept = last.budget.Window == next.budget.Window; kept {
			next.account = last.account
		}
		if s.terms.CompareAndSwap(last, next) {
			next.account.spread(int(s.lanes.Load())) // a Spread since next was made has found last
			return kept
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

func (t *spendingTerms) sum(now fuseboard.Instant) (calls, repeats int64) {
	calls = t.account.inLanes(now)
	for c := range t.account.last(now) {
		calls += c.calls.Load()
		repeats += c.repeats.Load()
	}
	return calls, repeats
}
