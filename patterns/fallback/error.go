// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Error is how a call ended to which no step had an answer. errors.Is and errors.As find
// the cause, and nothing of the steps: who judges the error (a circuit, a retry) must see
// what became of the call and not of its fallback.
type Error struct {
	// Cause is the error of the call.
	Cause error
	// Steps tells what became of each step, in their order.
	Steps []StepError
}

// StepError is what became of one step.
type StepError struct {
	// Step is its number, from 1.
	Step int
	// Use is where the answer would have come from.
	Use Use
	// Guard is who was asked; empty for other uses.
	Guard string
	// Result says why there is no answer.
	Result Result
	// Err is what the step returned; nil where it was not run.
	Err error

	policy *Policy // in force, with its defaults; nil in one that nobody here made
}

// Error tells the cause, and of each step why it gave no answer.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v (no fallback: ", e.Cause)
	for i, s := range e.Steps {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(s.Error())
	}
	b.WriteByte(')')
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Error tells the step and why it gave no answer: "3 guard payments-eu: timed out after
// 1s: context deadline exceeded".
func (s StepError) Error() string {
	who := fmt.Sprintf("%d %s", s.Step, s.Use)
	if s.Guard != "" {
		who += " " + s.Guard
	}
	return who + ": " + s.why()
}

// Unwrap returns what the step returned.
func (s StepError) Unwrap() error { return s.Err }

func (s StepError) why() string {
	p, step := s.said()
	switch s.Result {
	case NotFor:
		return "only for " + words(step.On)
	case NothingKept:
		return "nothing is kept that is at most " + plain.Duration(step.MaxAge) + " old"
	case TimedOut:
		return "no answer within " + plain.Duration(p.Timeout) + " (fallback.timeout): " + fmt.Sprint(s.Err)
	case Full:
		return "passed over, " + plain.Count(p.Concurrency, "fallback runs", "fallbacks run") + " already (fallback.concurrency)"
	case Circle, NoSource, NoTime:
		return passedWords[s.Result]
	case Answered, Failed, Declined:
	}
	if s.Err == nil {
		return s.Result.String()
	}
	return s.Err.Error()
}

var passedWords = map[Result]string{
	Circle:   "passed over, it is on the way of this call already",
	NoSource: "passed over, nothing is bound that it could use",
	NoTime:   "the caller's time is over",
}

// said returns the policy that was in force, and what it says of the step.
func (s StepError) said() (Policy, Step) {
	if s.policy == nil || s.Step < 1 || s.Step > len(s.policy.Steps) {
		return Policy{}, Step{}
	}
	return *s.policy, s.policy.Steps[s.Step-1]
}

func words(on []fuseboard.Class) string {
	list := make([]string, len(on))
	for i, class := range on {
		list[i] = string(class)
	}
	return strings.Join(list, ", ")
}

// misses is what became of the steps of one answer, before anybody asks for words.
type misses struct {
	results [MaxSteps]Result
	errs    [MaxSteps]error
}

// error returns the cause itself where no step is for the fault: there was no fallback
// that could have failed.
func (m *misses) error(f Fault, p *Policy) error {
	meant := false
	for i := range p.Steps {
		meant = meant || m.results[i] != NotFor
	}
	if !meant {
		return f.cause()
	}
	e := &Error{Cause: f.cause(), Steps: make([]StepError, len(p.Steps))}
	for i, s := range p.Steps {
		e.Steps[i] = StepError{Step: i + 1, Use: s.Use, Guard: s.Guard, Result: m.results[i], Err: m.errs[i], policy: p}
	}
	return e
}
