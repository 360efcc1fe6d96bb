// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Fate says what became of a call or of its failed attempt.
type Fate string

// The fates that an Explanation counts.
const (
	// Refused: a policy refused the call before its first attempt.
	Refused Fate = "refused"
	// Repeated: the attempt failed, and another one was begun.
	Repeated Fate = "repeated"
	// GivenUp: the attempt failed, and no other one was begun.
	GivenUp Fate = "given-up"
)

// Happening is what became of calls up to now, for one reason, and of the last of
// them. A refusal reads no clock, so nobody knows when the last one was.
type Happening struct {
	// Fate is what became of them, and Count of how many, since the guard was made.
	Fate  Fate
	Count uint64
	// By is who refused, as [CallError.RejectedBy] names it; empty for other fates.
	By string
	// Why is the reason, for a refusal with the numbers of the last one. Empty for
	// Repeated: the Class says it.
	Why string
	// Last: calls were refused for several reasons, and the last one for this.
	Last bool
	// Op is the operation of the last one; empty for that of [Spawn] and for [Do].
	Op string
	// Class is the failure of the last one; empty for a refusal.
	Class fuseboard.Class
	// Attempts is how many attempts the last one had had, that which was begun included.
	Attempts int
	// After is how long the last repetition began after its failure: the backoff,
	// and the wait for a permit.
	After time.Duration
	// At is when the last one was; zero for a refusal.
	At fuseboard.Instant
}

// happened tells what became of calls: refusals in the order in which a call
// meets them, then repetitions, then failures that were given up, the most first.
func (s sight) happened() (all []Happening) {
	past := s.guard.past.Load()
	if past == nil {
		return nil
	}
	latest := past.refused[reasonsToRefuse].Load()
	for reason := range reasonsToRefuse {
		if e := past.refused[reason].Load(); e != nil {
			all = append(all, Happening{
				Fate: Refused, Count: s.guard.count.refused(reason), By: e.by, Op: e.Op, Last: e == latest,
				Why: strings.TrimSuffix(fmt.Sprintf("%v: %s", e.Cause, e.detail), ": "),
			})
		}
	}
	if len(all) == 1 {
		all[0].Last = false
	}
	past.mu.Lock()
	defer past.mu.Unlock()
	if past.repeated.count > 0 {
		all = append(all, past.repeated.happening(Repeated))
	}
	first := len(all)
	for _, e := range past.givenUp {
		all = append(all, e.happening(GivenUp))
	}
	slices.SortStableFunc(all[first:], func(a, b Happening) int { return cmp.Compare(b.Count, a.Count) })
	return all
}

func (e *episode) happening(fate Fate) Happening {
	return Happening{
		Fate: fate, Count: e.count, Why: e.why, Op: e.op, Class: e.class, Attempts: e.attempts, After: e.after, At: e.at,
	}
}

// words tells a happening in one sentence, as seen from now.
func (h Happening) words(dependency string, now fuseboard.Instant) string {
	last := "the last one "
	if h.Op != "" {
		last += "of " + title(dependency, h.Op) + ", "
	}
	ago := short(max(now.Sub(h.At), 0)) + " ago"
	count := int(h.Count) //nolint:gosec // a count of calls
	switch h.Fate {
	case Refused:
		last = strings.TrimSuffix(strings.TrimSuffix(last, " "), ",")
		if h.Last {
			last += ", the last of all"
		}
		return fmt.Sprintf("%s refused by %s; %s: %s", plain.Count(count, "call", "calls"), h.By, last, h.Why)
	case Repeated:
		return fmt.Sprintf("%s repeated; %s%s, as attempt %d, %s after a failure of class %s",
			plain.Count(count, "attempt", "attempts"), last, ago, h.Attempts, short(h.After), h.Class)
	case GivenUp:
	}
	return fmt.Sprintf("%s not repeated (%s); %s%s, after %s, of class %s",
		plain.Count(count, "failure", "failures"), h.Why, last, ago, plain.Count(h.Attempts, "attempt", "attempts"), h.Class)
}
