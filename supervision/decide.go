// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"math"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Fault is what [Decide] is told about a failure.
type Fault struct {
	// Outcome is how the attempt ended. Unclassified counts as not failed: ask a
	// classifier first.
	Outcome fuseboard.Outcome
	// Attempt is how many attempts were made, the failed one included; less than 1 counts as 1.
	Attempt int
	// Repeats is how often hops further in have repeated attempts of this call, those of
	// Outcome included; less than that counts as that. They count as attempts.
	Repeats int
	// Last is the wait before the attempt that failed, as the decision about the one
	// before said it, without the RetryAfter in it; zero after a first attempt. Only
	// decorrelated jitter looks at it.
	Last time.Duration
	// Safe says that the request may be repeated although it may have been done.
	Safe bool
	// Until is the call's deadline; fuseboard.Never if it has none. Beware that the
	// zero instant is a deadline that has passed.
	Until fuseboard.Instant
	// U is this decision's randomness in [0,1), see [Uniform].
	U float64
	// Broken says that the actor itself broke and not one request. Then only U, Last
	// and Restarts count.
	Broken bool
	// Restarts is how often the actor was restarted within Restart.Within before this.
	Restarts int
}

// Verb is what to do about a failure.
type Verb uint8

// What [Decide] may say.
const (
	// GiveUp: answer the caller with the failure. The zero value.
	GiveUp Verb = iota
	// Again: make another attempt after the wait.
	Again
	// Rebuild: restart the broken actor after the wait.
	Rebuild
	// Escalate: the restart budget is spent; the supervisor itself has failed.
	Escalate
)

var verbWords = [...]string{"give-up", "again", "rebuild", "escalate"}

// String returns the verb's word: "give-up", "again", "rebuild" or "escalate".
func (v Verb) String() string { return plain.WordAt(verbWords[:], int(v)) }

// Decision is what to do about a failure, and why not more.
type Decision struct {
	// Verb is what to do.
	Verb Verb
	// After is the wait before it is done; zero for GiveUp and Escalate.
	After time.Duration
	// Why is nil for Again and Rebuild, ErrRestarts for Escalate, and for GiveUp one
	// of ErrNotFailed, ErrInnermost, ErrAttempts, ErrClassAttempts, ErrClass, ErrFinal, ErrUnsafe, ErrRetryAfter and ErrNoTime.
	Why error
}

// Decide says what to do about a failure at this instant. It is a pure function
// and may be called from anywhere. It applies defaults itself, so a Retry or
// Restart need not be prepared; a Retry that is off allows one attempt.
//
// A request is given up for the first of these reasons that holds: there is
// nothing to repeat, a hop further in has repeated it and Innermost says that this
// is enough, the attempts are spent, the class is not repeated, it
// cannot be made again, it is not safe, the dependency asks to be left alone for longer than MaxRetryAfter,
// or the wait does not end before the deadline. Otherwise it is Again.
//
// The wait before Again is never shorter than the outcome's RetryAfter. Where
// there is one, a backoff with jitter is added to it instead of starting at zero, and a
// backoff without jitter is the longer of the two. Attempts and backoff are those of the
// failure's class, see [Retry.For].
//
// Decide does not know the budget, which is shared by all calls: who gets Again
// asks [Spending.Withdraw] next and gives up with [ErrBudget] when it says no.
// Nor does it know the circuit: whoever repeats asks for admission again.
func Decide(now fuseboard.Instant, f Fault, r Retry, s Restart) Decision {
	if f.Broken {
		return decideRestart(f, s.WithDefaults())
	}
	if r.On() {
		r = r.section()
	}
	treatment, attempts := TreatmentOf(f.Outcome.Class), r.Attempts
	if len(r.Classes) > 0 {
		if said, named := r.named(f.Outcome.Class); named {
			attempts, r.Backoff, treatment.Scale = said.Attempts, said.Backoff, 1 // its base has the scale already
		}
	}
	if why := whyNot(f, r, attempts, treatment); why != nil {
		return Decision{Why: why}
	}
	after := waitAgain(f, r.Backoff, treatment.Scale)
	if f.Until != fuseboard.Never && now.Add(after) >= f.Until {
		return Decision{Why: ErrNoTime}
	}
	return Decision{Verb: Again, After: after}
}

func decideRestart(f Fault, s Restart) Decision {
	if f.Restarts >= s.Max {
		return Decision{Verb: Escalate, Why: ErrRestarts}
	}
	if f.Restarts <= 0 {
		f.Restarts, f.Last = 0, 0
	}
	return Decision{Verb: Rebuild, After: s.Backoff.Next(f.Last, f.Restarts+1, 1, f.U)}
}

// whyNot says why the request is not repeated that may have so many attempts, whatever
// the time; nil if it is.
func whyNot(f Fault, r Retry, attempts int, treatment Treatment) error {
	switch {
	case f.Outcome.Kind != fuseboard.Failure:
		return ErrNotFailed
	case r.Innermost && f.repeats() > 0:
		return ErrInnermost
	case max(f.Attempt, 1)+f.repeats() >= attempts:
		return r.spentAttempts(f)
	case !r.repeats(f.Outcome.Class, treatment):
		return ErrClass
	case f.Outcome.Final:
		return ErrFinal
	case treatment.Repeat != Always && !f.Safe:
		return ErrUnsafe
	case f.Outcome.RetryAfter > r.MaxRetryAfter:
		return ErrRetryAfter
	}
	return nil
}

// spentAttempts says whose attempts are spent: the class's, where the section has more.
func (r Retry) spentAttempts(f Fault) error {
	if max(f.Attempt, 1)+f.repeats() < r.Attempts {
		return ErrClassAttempts
	}
	return ErrAttempts
}

// repeats is how often hops further in have repeated.
func (f Fault) repeats() int { return max(f.Repeats, f.Outcome.Repeats, 0) }

// repeats reports whether failures of the class are repeated, if that is safe.
func (r Retry) repeats(class fuseboard.Class, treatment Treatment) bool {
	if class == "" {
		class = fuseboard.ClassError
	}
	switch {
	case treatment.Weight == 0: // never this dependency's failure
		return false
	case len(r.Only) == 0:
		return treatment.Repeat != Never
	}
	return slices.Contains(r.Only, class)
}

// waitAgain returns the wait before the next attempt: the backoff, moved so that
// it does not begin before the dependency's Retry-After ends.
func waitAgain(f Fault, b Backoff, scale float64) time.Duration {
	wait, asked := b.Next(f.Last, max(f.Attempt, 1), scale, f.U), f.Outcome.RetryAfter
	switch {
	case asked <= 0:
		return wait
	case b.Jitter == NoJitter:
		return max(wait, asked)
	case asked > math.MaxInt64-wait:
		return math.MaxInt64
	}
	return asked + wait
}
