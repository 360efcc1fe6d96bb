// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"

	"github.com/fuseboard/fuseboard/supervision"
)

// NotRepeated counts failed calls by why their last failure was not repeated, under a
// policy that repeats. Each such call is counted once, so that the sum is Stats.Failed,
// without those that failed while the policy made one attempt, and those of a policy in
// shadow that would have been repeated.
type NotRepeated struct {
	// Attempts: as many were made as retry.attempts, or retry.classes, allows.
	Attempts uint64
	// Class: failures of this class are not repeated.
	Class uint64
	// Unsafe: the work may have been done, and no Safe hook agreed to do it twice.
	Unsafe uint64
	// Final: the request could not be made again; its handler ended its goroutine, or its
	// answer had begun.
	Final uint64
	// Innermost: a hop further in had repeated it, and that is enough by retry.innermost.
	Innermost uint64
	// RetryAfter: the dependency asked to be left alone for longer than retry.max_retry_after.
	RetryAfter uint64
	// Deadline: the wait would not have ended in time, or the time was over after it.
	Deadline uint64
	// Budget: the retry budget was used up. As many as Stats.Suppressed.
	Budget uint64
	// Breaker: the circuit refused the next attempt, or would have refused it after the wait.
	Breaker uint64
	// Refused: another section, one of the System's limits or a rebuilding refused it.
	Refused uint64
	// Left: the caller went away during the wait.
	Left uint64
	// Stopped: the guard or its System stopped.
	Stopped uint64
}

// The reasons for which failures are not repeated, in the order of NotRepeated.
const (
	keptAttempts = iota
	keptClass
	keptUnsafe
	keptFinal
	keptInnermost
	keptRetryAfter
	keptDeadline
	keptBudget
	keptBreaker
	keptRefused
	keptLeft
	keptStopped
	reasonsToKeep
)

func (n NotRepeated) plus(o NotRepeated) NotRepeated {
	return NotRepeated{
		Attempts: n.Attempts + o.Attempts, Class: n.Class + o.Class, Unsafe: n.Unsafe + o.Unsafe, Final: n.Final + o.Final,
		Innermost: n.Innermost + o.Innermost, RetryAfter: n.RetryAfter + o.RetryAfter, Deadline: n.Deadline + o.Deadline,
		Budget: n.Budget + o.Budget, Breaker: n.Breaker + o.Breaker, Refused: n.Refused + o.Refused,
		Left: n.Left + o.Left, Stopped: n.Stopped + o.Stopped,
	}
}

// notRepeated tells why failures were not repeated.
func (n *rareCounts) notRepeated() NotRepeated {
	return NotRepeated{
		Attempts: n.kept[keptAttempts].Load(), Class: n.kept[keptClass].Load(), Unsafe: n.kept[keptUnsafe].Load(),
		Final: n.kept[keptFinal].Load(), Innermost: n.kept[keptInnermost].Load(), RetryAfter: n.kept[keptRetryAfter].Load(),
		Deadline: n.kept[keptDeadline].Load(), Budget: n.kept[keptBudget].Load(), Breaker: n.kept[keptBreaker].Load(),
		Refused: n.kept[keptRefused].Load(), Left: n.kept[keptLeft].Load(), Stopped: n.kept[keptStopped].Load(),
	}
}

// repeated tells which failures repetitions were made for.
func (n *rareCounts) repeated(causes *supervision.Causes) (all []Repeats) {
	for place := range n.causes {
		if count := n.causes[place].Load(); count > 0 {
			all = append(all, Repeats{Class: causes.Class(place), Count: int(count)}) //nolint:gosec // a count of calls
		}
	}
	return all
}

// keptReasons are those that say everything themselves.
var keptReasons = []struct {
	why    error
	reason int
}{
	{supervision.ErrAttempts, keptAttempts},
	{supervision.ErrClassAttempts, keptAttempts},
	{supervision.ErrClass, keptClass},
	{supervision.ErrUnsafe, keptUnsafe},
	{supervision.ErrFinal, keptFinal},
	{ErrGoexit, keptFinal},
	{errBrokeOff, keptFinal},
	{supervision.ErrInnermost, keptInnermost},
	{supervision.ErrRetryAfter, keptRetryAfter},
	{supervision.ErrNoTime, keptDeadline},
	{supervision.ErrBudget, keptBudget},
	{ErrStopped, keptStopped},
}

// keptFor is the reason for which the failure is not repeated. It counts for nothing where
// nothing would have been repeated anyway.
func (c *call) keptFor(why error) (reason int, counts bool) {
	switch {
	case !c.repeating() || why == errShadow: //nolint:errorlint // our own value, never wrapped
		return 0, false
	case why == nil: // its handler ended its goroutine
		return keptFinal, true
	}
	for _, one := range keptReasons {
		if why == one.why { //nolint:errorlint // our own values, never wrapped
			return one.reason, true
		}
	}
	switch e := why.(type) { //nolint:errorlint // our own values, never wrapped; a caller's cause may be anything
	case *PanicError:
		return keptUnsafe, true
	case *CallError:
		if e.by != "" && e.Dependency == c.guard.name {
			return keptBy(e.by), true
		}
	}
	return keptLeft, true
}

// repeating reports whether its policy repeats: as its first attempt has it, where cases say
// otherwise of later ones. A call whose answer was held has left its plan behind: then it is
// the guard's.
func (c *call) repeating() bool {
	p := cmp.Or(c.plan, c.guard.plan.Load())
	if p.stepped {
		p = p.table.at(p.row, 0)
	}
	return p.repeats
}

// keptBy is the reason of a refusal of the next attempt.
func keptBy(section string) int {
	switch section {
	case byBreaker:
		return keptBreaker
	case byDeadline:
		return keptDeadline
	case bySystem:
		return keptStopped
	}
	return keptRefused
}
