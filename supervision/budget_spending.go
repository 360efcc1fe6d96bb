// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// spendingRounding keeps 29% of 100 calls at 29: the product is 28.999999999999996.
const spendingRounding = 1e-9

// hundred is what a repetition of weight 1 takes: weights are counted in hundredths, so
// that they add up exactly.
const hundred = 100

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
	terms  atomic.Pointer[spendingTerms]
	causes *Causes
	lanes  atomic.Int32 // that the account is spread over; 0: not
}

// spendingTerms is immutable; the account it points to outlives a Reshape that
// keeps the window.
type spendingTerms struct {
	budget  Budget
	floor   int64 // repetitions allowed per window without any call
	account *spendingAccount
}

// NewSpending opens an empty account. Defaults are applied, and a budget outside
// its ranges is moved into them.
func NewSpending(budget Budget) *Spending { return NewSpendingBy(budget, new(Causes)) }

// NewSpendingBy is NewSpending for accounts that are added up, which count the classes of
// failures in the same places. causes must not be nil.
func NewSpendingBy(budget Budget, causes *Causes) *Spending {
	s := &Spending{causes: causes}
	s.terms.Store(s.termsOf(budget.clamped()))
	return s
}

func (s *Spending) termsOf(b Budget) *spendingTerms {
	account := &spendingAccount{}
	account.width = b.Window / tickCount
	account.spread(int(s.lanes.Load()))
	return &spendingTerms{budget: b, floor: b.floor(), account: account}
}

// Causes are the places in which the account counts the classes of failures.
func (s *Spending) Causes() *Causes { return s.causes }

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

// Withdraw books one repetition that takes 1 of the budget; see [Spending.WithdrawFor].
func (s *Spending) Withdraw(now fuseboard.Instant) bool {
	return s.withdraw(now, fuseboard.ClassError, hundred)
}

// WithdrawFor books one repetition after a failure of the class, and reports whether the
// budget allows it; if not, nothing is taken. What it takes is the class's weight, counted in
// hundredths: it adds up exactly. However many goroutines withdraw at once, what was
// granted in a window never exceeds what its calls allow at that moment. Where
// several meet at the last one, all may be refused.
func (s *Spending) WithdrawFor(now fuseboard.Instant, class fuseboard.Class) bool {
	return s.withdraw(now, class, s.terms.Load().budget.hundredths(class))
}

func (s *Spending) withdraw(now fuseboard.Instant, class fuseboard.Class, weight int64) bool {
	t := s.terms.Load()
	k := t.account.at(now)
	if k == nil {
		return false
	}
	c, this := &k.counts, uint64(oneRepetition)+uint64(weight) //nolint:gosec // never negative
	c.taken.Add(this)                                          // first book, then look: two that meet see each other
	calls, taken := t.sum(now)
	granted := taken <= t.allowed(calls)*hundred
	if !granted {
		c.taken.Add(-this)
	}
	t.account.note(now, s.causes.Place(class), granted)
	return granted
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

// Balance returns what the window holds: calls, what was taken for repetitions (rounded up
// to whole ones of weight 1), and how many of these the calls allow in all. While others
// withdraw, a repetition that is about to be refused may be seen.
func (s *Spending) Balance(now fuseboard.Instant) (calls, repeats, allowed int) {
	t := s.terms.Load()
	c, taken := t.sum(now)
	return int(c), int((taken + hundred - 1) / hundred), int(t.allowed(c))
}

func (t *spendingTerms) allowed(calls int64) int64 {
	return t.floor + int64(t.budget.Ratio*float64(calls)+spendingRounding)
}

// sum is how many calls the window has, and how much was taken, in hundredths.
func (t *spendingTerms) sum(now fuseboard.Instant) (calls, taken int64) {
	oldest := t.account.oldest(now)
	calls = t.account.inLanes(oldest)
	for c := range t.account.since(oldest) {
		calls += c.calls.Load()
		taken += withdrawal(c.taken.Load()).hundredths()
	}
	return calls, taken
}
