// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// spendingAccount is what is booked, and what is known beside that of repetitions.
type spendingAccount struct {
	ticks[spendingCounts]
	halves [2]atomic.Pointer[half] // nil before the first repetition
}

// spendingCounts are what an account books in one tick.
type spendingCounts struct {
	calls atomic.Int64
	taken atomic.Uint64 // a withdrawal
}

// withdrawal is what repetitions take: in its lower bits hundredths, and above them how many
// they are. So both change at once, and an account takes no more memory than before.
type withdrawal uint64

const (
	withdrawalBits = 36 // of hundredths: more than any budget grants within a window
	oneRepetition  = withdrawal(1) << withdrawalBits
)

func (w withdrawal) hundredths() int64 { return int64(w & (oneRepetition - 1)) } //nolint:gosec // 36 bits
func (w withdrawal) count() int        { return int(w >> withdrawalBits) }       //nolint:gosec // 28 bits

// halfTicks are the ticks of half a window.
const halfTicks = tickCount / 2

// half is what an account knows of the repetitions of half a window, from the first
// one on. It is made when that comes, and never reused; one cache line.
type half struct {
	number            uint32 // its lower bits: only neighbours are compared
	causes            [CausePlaces]atomic.Uint32
	inner, suppressed atomic.Uint32
}

// mostInner is how many repetitions of hops further in one attempt can add: what they tell
// is their word, and a number that nobody can have made would hide all others.
const mostInner = 1000

// half returns that of now, or nil when its place belongs to a later one.
func (a *spendingAccount) half(now fuseboard.Instant) *half {
	number := uint32(a.numberOf(now) / halfTicks) //nolint:gosec // its lower bits
	place := &a.halves[number%2]
	for {
		h := place.Load()
		switch {
		case h != nil && h.number == number:
			return h
		case h != nil && int32(h.number-number) > 0: //nolint:gosec // which is later, whatever they wrap around
			return nil
		}
		place.CompareAndSwap(h, &half{number: number})
	}
}

// Inner books repetitions that hops further in have made. They take nothing of the
// budget, which is not theirs: only [Spending.Amplification] tells them. Of one attempt
// 1000 count at most.
func (s *Spending) Inner(now fuseboard.Instant, repeats int) {
	if repeats <= 0 {
		return
	}
	if h := s.terms.Load().account.half(now); h != nil {
		h.inner.Add(uint32(min(repeats, mostInner))) //nolint:gosec // bounded
	}
}

// note counts a repetition by the place of its cause, or one that was refused.
func (a *spendingAccount) note(now fuseboard.Instant, place int, granted bool) {
	switch h := a.half(now); {
	case h == nil:
	case granted:
		h.causes[place].Add(1)
	default:
		h.suppressed.Add(1)
	}
}

// Amplification returns what repetitions add to the load, lately: it reaches back to the
// beginning of the half of the budget's window before the present one. It
// sums up the window, so it is not for the way of a call.
func (s *Spending) Amplification(now fuseboard.Instant) Amplification {
	account := s.terms.Load().account
	this := account.numberOf(now) / halfTicks
	oldest := max(this-1, 0) * halfTicks
	a := Amplification{
		Within: max(time.Duration(int64(now)-oldest*int64(account.width)), 0),
		Calls:  int(account.inLanes(oldest)),
	}
	for c := range account.since(oldest) {
		a.Calls += int(c.calls.Load())
		a.Repeats += withdrawal(c.taken.Load()).count()
	}
	var causes [CausePlaces]int
	for i := range account.halves {
		h := account.halves[i].Load()
		if h == nil || int32(h.number-uint32(this)) < -1 { //nolint:gosec // their lower bits
			continue
		}
		a.Inner += int(h.inner.Load())
		a.Suppressed += int(h.suppressed.Load())
		for place := range causes {
			causes[place] += int(h.causes[place].Load())
		}
	}
	a.Causes = s.causes.list(causes)
	return a.rated()
}
