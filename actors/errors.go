// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// ErrUnknownRequest answers a message that is none of a guard's operations: not
// made by [Ref.Message], made for another guard, or nil.
var ErrUnknownRequest = errors.New("not a request of this guard")

// ErrGoexit is the cause of a call whose handler ended its own goroutine
// (runtime.Goexit, or t.FailNow outside the test's goroutine).
var ErrGoexit = errors.New("handler ended its goroutine (runtime.Goexit)")

// Who refused, as RejectedBy names it: the sections of a Policy, or the System.
const (
	byShedding = "shedding"
	byBreaker  = "breaker"
	byThrottle = "throttle"
	byRate     = "rate"
	byBulkhead = "bulkhead"
	byDeadline = "deadline"
	byRestart  = "restart"
	byWorkers  = "workers"
	bySystem   = "system"
	byKeys     = "keys"
)

const (
	codeNil      = "nil"
	detailSystem = "its guard or System was stopped; nothing is called through it any more"
)

// CallError is how a call ended without an answer: refused by a policy, failed
// in the dependency, or left by its caller. It is shared between callers that
// were refused for the same reason: read it, do not change it.
//
//	errors.Is(err, actors.ErrOpen)            // what happened
//	errors.AsType[*actors.CallError](err)     // to whom, how often, when again
type CallError struct {
	// Dependency is the guard's name.
	Dependency string
	// Op is the operation's name; empty for [Do].
	Op string
	// Attempts is how many attempts the call has made: 0 for a refusal. Copies of them ([Policy].Hedge) are
	// not counted.
	Attempts int
	// Cause is the last failure of the handler, or the refusal when it never ran.
	Cause error
	// Why is why there was no further attempt, nil if repeating was never asked:
	// supervision.ErrAttempts, ErrUnsafe, ErrNoTime, ErrBudget, …, or the refusal
	// that met the next attempt, or the end of the caller's context.
	Why error

	by     string            // who refused, "" if the dependency failed
	detail string            // numbers of the refusal and what to do
	until  fuseboard.Instant // when the refusal may end; zero when unknown
	clock  *fuseboard.Clock
	class  fuseboard.Class // of the last failure
	none   *fallback.Error // why no fallback answered; nil where none was asked
	gate   *mailbox.Gate   // that knows when the refusal may end; nil if until says it

	priority fuseboard.Priority // of the call, where a gate knows
}

// Error tells in one line which call, what happened with its numbers, and what to do.
func (e *CallError) Error() string {
	var b strings.Builder
	b.WriteString(title(e.Dependency, e.Op))
	e.tell(&b)
	if e.Why != nil {
		fmt.Fprintf(&b, " (not repeated: %v)", e.Why)
	}
	if e.none != nil {
		fmt.Fprintf(&b, " (%s)", e.none.Tried())
	}
	return b.String()
}

// tell writes what became of the call.
func (e *CallError) tell(b *strings.Builder) {
	switch {
	case e.by != "":
		fmt.Fprintf(b, ": refused by %s: %v", e.by, e.Cause)
		if e.detail != "" {
			fmt.Fprintf(b, ": %s", e.detail)
		}
		if wait := e.RetryAfter(); wait > 0 {
			fmt.Fprintf(b, "; again in %s", plain.Duration(notBefore(wait)))
		}
	case e.Attempts == 0 && e.class == fuseboard.ClassPanicked: // of a stage
		fmt.Fprintf(b, ": failed: %v", e.Cause)
	case e.leftLoad():
		fmt.Fprintf(b, ": %v", e.Cause)
	case e.Attempts == 0:
		fmt.Fprintf(b, ": left by its caller before an attempt: %v", e.Cause)
	case e.Attempts == 1:
		fmt.Fprintf(b, ": failed: %v", e.Cause)
	default:
		fmt.Fprintf(b, ": failed after %d attempts: %v", e.Attempts, e.Cause)
	}
}

// leftLoad reports whether the call ended at the load of the cache, and its cause tells how: the
// caller left, or would have waited for itself.
func (e *CallError) leftLoad() bool {
	_, left := e.Cause.(*cache.LeftError)                             //nolint:errorlint // as answers.left and owned have it
	return (left || e.Cause == cache.ErrRecursive) && e.Attempts == 0 //nolint:errorlint // as above
}

// notBefore is a wait to be read: rounded up, so that who waits so long does not come too early.
func notBefore(wait time.Duration) time.Duration {
	if wait < time.Millisecond {
		return wait
	}
	return (wait + time.Millisecond - 1).Truncate(time.Millisecond)
}

// Unwrap returns Cause and, where there is one, Why: errors.Is finds both.
func (e *CallError) Unwrap() []error {
	if e.Why == nil {
		return []error{e.Cause}
	}
	return []error{e.Cause, e.Why}
}

// RejectedBy names the section of the policy that refused the call before its
// first attempt: "deadline", "shedding", "breaker", "restart", "workers", "throttle", "rate", "bulkhead", "limits" for
// the System's [Limits], "keys" where a [Keyring] has no place for the key, or "system" after a stop and for a message
// that is no request of the guard; empty when the dependency itself failed or the
// caller left.
func (e *CallError) RejectedBy() string { return e.by }

// Class says in which way the last attempt failed, or why it is void: [fuseboard.ClassTimeout],
// [fuseboard.ClassCancelled]. Empty where a policy refused the call.
func (e *CallError) Class() fuseboard.Class { return e.class }

// RetryAfter is how long to wait before the same call can be admitted, as known
// now; zero when unknown or already over. Of a gate with [mailbox.Bulkhead].Estimate that has
// no place, it is how long those will take who are served before the call's priority now.
func (e *CallError) RetryAfter() time.Duration {
	if e.gate != nil {
		return e.gate.Wait(e.priority)
	}
	if e.until == 0 || e.until == fuseboard.Never || e.clock == nil {
		return 0
	}
	return max(e.until.Sub(e.clock.Now()), 0)
}

// Repeats is how often the call was repeated, so that a guard whose handler made it
// does not repeat it again as if nobody had.
func (e *CallError) Repeats() int { return max(e.Attempts-1, 0) }

// Timeout reports whether the call ended because time was over, as net.Error does.
func (e *CallError) Timeout() bool {
	timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.Cause)
	return ok && timeout.Timeout()
}

// PanicError is the cause of a call whose handler panicked. The panic does not
// go on: one poisoned request must not take the service down.
type PanicError struct {
	// Value is what was given to panic.
	Value any
	// Stack is the stack of the handler where it panicked.
	Stack []byte
}

// Error tells the panic's value; the Stack is apart, for a log that wants it.
func (e *PanicError) Error() string { return fmt.Sprintf("handler panicked: %v", e.Value) }

// Unwrap returns the panic's value when it was an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Error lists what was left running, and why.
func (e *AbandonedError) Error() string {
	var b strings.Builder
	b.WriteString("stopped, but")
	if len(e.Guards) > 0 {
		parts := make([]string, len(e.Guards))
		for i, g := range e.Guards {
			parts[i] = fmt.Sprintf("%s (%d running)", g.Dependency, g.Running)
		}
		fmt.Fprintf(&b, " handlers still run: %s; they ignore their context or run on their caller's", strings.Join(parts, ", "))
	}
	if len(e.Actors) > 0 {
		fmt.Fprintf(&b, " actors have not stopped: %s", strings.Join(e.Actors, ", "))
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap returns why there was no more time.
func (e *AbandonedError) Unwrap() error { return e.Cause }
