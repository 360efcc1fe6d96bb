// SPDX-License-Identifier: Apache-2.0

package fuseboard

import "time"

// Kind says how an attempt ended, as far as evidence is concerned.
type Kind uint8

// The kinds of outcome. The zero Kind is Unclassified, so that a classifier
// which forgets a case hands it to the default classifier instead of counting
// it as a success (polly counts it so, and a cancelled probe closes its circuit).
const (
	// Unclassified leaves the decision to the default classifier.
	Unclassified Kind = iota
	// Success: the dependency did its work.
	Success
	// Failure: the dependency did not; the Class says in which way.
	Failure
	// Void: nothing can be learned (the caller left, the error is not the
	// dependency's). A void outcome gives back everything it took and counts nowhere.
	Void
	// Rejected: a policy refused; the dependency was not touched.
	Rejected
)

var kindNames = [...]string{"unclassified", "success", "failure", "void", "rejected"}

// String returns the kind's word in logs, metrics and JSON.
func (k Kind) String() string { return nameOf(kindNames[:], int(k)) }

// Class names the way in which an attempt failed. The classes below are given
// by the default classifier; a user's classifier may return its own (lower-case
// letters, digits and hyphens), which weigh and repeat like ClassError.
type Class string

// The classes that Fuseboard itself gives. What each weighs in a window and
// how it is repeated is documented at supervision.TreatmentOf.
const (
	// ClassError is a failure that no other class describes.
	ClassError Class = "error"
	// ClassTimeout: a deadline passed while the dependency worked.
	ClassTimeout Class = "timeout"
	// ClassRefused: the request never reached the dependency (connection refused,
	// no such host), so repeating it is always safe.
	ClassRefused Class = "refused"
	// ClassReset: the connection broke on the way; the work may have been done.
	ClassReset Class = "reset"
	// ClassThrottled: the dependency asked for less load, perhaps saying until when.
	ClassThrottled Class = "throttled"
	// ClassPanicked: the handler panicked or ended its goroutine (runtime.Goexit).
	ClassPanicked Class = "panicked"
	// ClassDownstream: another guard, called inside the handler, refused. Void here.
	ClassDownstream Class = "downstream"
	// ClassCancelled: the caller left before the answer. Void.
	ClassCancelled Class = "cancelled"
)

// Outcome is what one attempt says about the dependency.
type Outcome struct {
	// Kind decides whether the outcome counts, and as what.
	Kind Kind
	// Class says how a failure failed, or why a void is void. Empty for a success;
	// an empty class of a failure means ClassError.
	Class Class
	// Elapsed is how long the handler ran. Slowness is judged from it, whatever the
	// Kind. Zero means it was not measured.
	Elapsed time.Duration
	// RetryAfter is how long the dependency asked to be left alone; zero if it did not.
	RetryAfter time.Duration
	// Repeats is how often a hop further in (a mesh, a guard that the handler calls)
	// has repeated the attempt already; zero if it did not, or nobody knows.
	Repeats int
	// Final says that the request cannot be made again, whatever the class: what it was
	// made of is used up (a body that cannot be read twice).
	Final bool
}

// Rejection is an error by which a policy refused a call that then never
// touched its dependency. *actors.CallError implements it. When RejectedBy is
// empty the error is not a rejection but the dependency's own failure; then the
// first error it unwraps to is the cause, and further ones say why the call was
// not repeated.
type Rejection interface {
	error
	// RejectedBy names the section of the policy that refused: "breaker",
	// "bulkhead", "deadline", …; empty when none did.
	RejectedBy() string
	// RetryAfter is how long to wait before the same call can be admitted; zero when unknown.
	RetryAfter() time.Duration
}

func nameOf(names []string, i int) string {
	if i >= len(names) {
		return "unknown"
	}
	return names[i]
}
