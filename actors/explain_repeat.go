// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/supervision"
)

// Operation is what an Explanation tells of a bound operation: of its calls in the context and the
// attempt that [Guard.ExplainCall] was asked about; in [Guard.Explain], of those that no other
// cases match than such as name the operation and nothing else.
type Operation struct {
	// Name is the operation's; empty for that of [Spawn].
	Name string
	// Safe reports whether it has a Safe hook, which is asked about each failed request.
	Safe bool
	// Repeated says in words which failures are repeated, after what wait, and
	// what stands against it now.
	Repeated string
	// Classes says the same class by class.
	Classes []Repetition
}

// Repetition is what would become of a first attempt that failed in one way, if
// the call has time enough and the dependency names no Retry-After.
type Repetition struct {
	// Class is the way of the failure.
	Class fuseboard.Class
	// Repeated: another attempt would be made. IfSafe: only where the Safe hook
	// agrees; without IfSafe the hook is not asked.
	Repeated, IfSafe bool
	// Least and Most bound the backoff before it.
	Least, Most time.Duration
	// Why is why not; empty if Repeated.
	Why string
}

// failureClasses are those in which an attempt can fail, as far as the default
// classifier tells them.
var failureClasses = []fuseboard.Class{
	fuseboard.ClassError, fuseboard.ClassTimeout, fuseboard.ClassRefused,
	fuseboard.ClassReset, fuseboard.ClassThrottled, fuseboard.ClassPanicked,
}

func (s sight) operations() []Operation {
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	bound := s.guard.ops.list()
	ops := make([]Operation, len(bound))
	for i, op := range bound {
		its := s
		its.plan = s.planOf(op.name)
		classes := its.repetitions(op.safe)
		ops[i] = Operation{Name: op.name, Safe: op.safe, Classes: classes, Repeated: its.repeatedWords(op.name, classes)}
	}
	return ops
}

// repetitions asks the decision itself about each class that can come or that the policy
// names, with the least and the most of its dice.
func (s sight) repetitions(hook bool) (all []Repetition) {
	classes := slices.Clone(failureClasses)
	for _, class := range slices.Concat(s.plan.retry.Only, slices.Sorted(maps.Keys(s.plan.retry.Classes))) {
		out := class == fuseboard.ClassDownstream || class == fuseboard.ClassCancelled
		if !out && !slices.Contains(classes, class) {
			classes = append(classes, class)
		}
	}
	for _, class := range classes {
		ask := func(safe bool, u float64) supervision.Decision {
			return supervision.Decide(s.now, supervision.Fault{
				Outcome: fuseboard.Outcome{Kind: fuseboard.Failure, Class: class}, Attempt: 1,
				Safe: safe, Until: fuseboard.Never, U: u,
			}, s.plan.retry, supervision.Restart{})
		}
		least, most := ask(hook, 0), ask(hook, 1)
		r := Repetition{Class: class, Repeated: least.Verb == supervision.Again, Least: least.After, Most: most.After}
		if r.Repeated {
			r.IfSafe = ask(false, 0).Verb != supervision.Again
		} else {
			r.Why = least.Why.Error()
		}
		all = append(all, r)
	}
	return all
}

// repeatedWords joins the classes of one answer, in the order of their first.
func (s sight) repeatedWords(op string, all []Repetition) string {
	if !s.plan.repeats {
		if (s.plan.applied == nil || s.asked == nil) && s.basePolicy().repeatsOf(op) {
			return "no failure is repeated, except where a case says otherwise: the policy makes one attempt"
		}
		return "no failure is repeated: the policy makes one attempt"
	}
	var answers []string
	names := map[string][]string{}
	some := false
	for _, r := range all {
		answer := s.answer(r)
		if names[answer] == nil {
			answers = append(answers, answer)
		}
		names[answer] = append(names[answer], string(r.Class))
		some = some || r.Repeated
	}
	var words strings.Builder
	for _, answer := range answers {
		fmt.Fprintf(&words, "%s: %s; ", strings.Join(names[answer], ", "), answer)
	}
	if !some {
		return strings.TrimSuffix(words.String(), "; ")
	}
	return words.String() + s.repetitionsNow()
}

func (s sight) answer(r Repetition) string {
	wait := plain.Duration(r.Most)
	if r.Least != r.Most {
		wait = plain.Duration(r.Least) + " to " + wait
	}
	if attempts := s.plan.retry.For(r.Class).Attempts; attempts != s.plan.retry.Attempts {
		wait += " (up to " + plain.Count(attempts, "attempt", "attempts") + ")"
	}
	switch {
	case r.Repeated && r.IfSafe:
		return "repeated after " + wait + " if the Safe hook agrees"
	case r.Repeated:
		return "repeated after " + wait + ", as it did not reach the dependency"
	case r.Why == supervision.ErrUnsafe.Error():
		return "not repeated, as it may have been done and there is no Safe hook"
	case r.Why == supervision.ErrClassAttempts.Error():
		return "not repeated, as retry.classes gives it one attempt"
	case r.Why == supervision.ErrAttempts.Error():
		return "not repeated: it has one attempt"
	case len(s.plan.retry.Only) > 0:
		return "not repeated, as retry.only does not name it"
	}
	return "never repeated"
}

// repetitionsNow says what budget, circuit and guard allow at this moment.
func (s sight) repetitionsNow() string {
	left, _ := s.budget()
	switch {
	case s.stopped:
		return "none now: the guard has stopped"
	case left == 0:
		return "none now: the budget is used up"
	case !s.circuit.Admits:
		return "none now: the circuit would refuse it"
	}
	return "now the budget allows " + plain.Count(left, "repetition", "repetitions")
}

// budget is how many repetitions are left, of how many.
func (s sight) budget() (left, allowed int) {
	_, repeats, allowed := s.guard.spent.Balance(s.now)
	return max(allowed-repeats, 0), allowed
}
