// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// classifyMostErrors bounds how much of an error tree is looked at; an error may
// unwrap to itself.
const classifyMostErrors = 100

// Classify is the default classifier: it says what an error returned by a handler
// tells about the dependency. callerLeft says that the caller's own context ended
// before the handler returned. Elapsed is left zero.
//
//   - no error: success, even if the caller left;
//   - the caller left: void, cancelled;
//   - a [fuseboard.Rejection] with a non-empty RejectedBy anywhere in the tree:
//     void, downstream, for another guard refused;
//   - a method RetryAfter() time.Duration above zero: throttled, with the longest
//     RetryAfter of the tree;
//   - a connection that was never made (refused, no such host, a failed dial): refused;
//   - a deadline that passed, or an error whose Timeout method says so: timeout;
//   - a connection that broke (reset, broken pipe, end of file, closed): reset;
//   - anything else, a context.Canceled that is not the caller's included: error.
//
// The first of these that holds decides, however deeply the error is wrapped. Of
// errors that are joined, refused is believed only if all of them are: a request
// is repeated without being safe only when it certainly never arrived. A handler
// that talks to several peers in one call needs a classifier of its own.
//
// A method Repeats() int anywhere in the tree, as a CallError of package actors has one, tells how
// often a hop further in has repeated it.
//
// Classify never panics: an error whose own methods do is a plain error. Safe for
// concurrent use.
func Classify(err error, callerLeft bool) fuseboard.Outcome {
	switch {
	case err == nil:
		return fuseboard.Outcome{Kind: fuseboard.Success}
	case callerLeft:
		return fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
	}
	return classifyTree(err)
}

func classifyTree(err error) (outcome fuseboard.Outcome) {
	defer func() {
		if recover() != nil {
			outcome = fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError}
		}
	}()
	look := classifyLook{left: classifyMostErrors}
	sign := look.at(err)
	if look.rejected {
		return fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassDownstream}
	}
	if look.retryAfter > 0 {
		sign = signThrottled
	}
	return fuseboard.Outcome{
		Kind: fuseboard.Failure, Class: signClasses[sign], RetryAfter: look.retryAfter, Repeats: look.repeats,
	}
}

// classifyLook is one walk over an error tree.
type classifyLook struct {
	left       int           // how many more errors may be looked at
	rejected   bool          // another guard refused
	retryAfter time.Duration // the longest found
	repeats    int           // the most found
}

// at returns what err and all it wraps say.
func (l *classifyLook) at(err error) classifySign {
	if err == nil || l.left <= 0 {
		return signNone
	}
	l.left--
	l.note(err)
	sign := signOf(err)
	switch e := err.(type) { //nolint:errorlint // at walks the tree itself, one error at a time
	case interface{ Unwrap() error }:
		return max(sign, l.at(e.Unwrap()))
	case interface{ Unwrap() []error }:
		return max(sign, l.joined(causes(err, e.Unwrap())))
	}
	return sign
}

// causes returns the errors that tell what happened. Another guard's failure
// carries its cause first, then why it was not repeated; the latter may be a
// refusal, but what failed has failed.
func causes(err error, wrapped []error) []error {
	if r, ok := err.(fuseboard.Rejection); ok && r.RejectedBy() == "" { //nolint:errorlint // this error alone
		return wrapped[:min(1, len(wrapped))]
	}
	return wrapped
}

// joined returns what several errors say together: refused only if all of them
// are, otherwise the strongest of the rest.
func (l *classifyLook) joined(errs []error) classifySign {
	strongest, refused, others := signNone, false, false
	for _, err := range errs {
		switch sign := l.at(err); {
		case err == nil:
		case sign == signRefused:
			refused = true
		default:
			others, strongest = true, max(strongest, sign)
		}
	}
	if refused && !others {
		return signRefused
	}
	return strongest
}

func (l *classifyLook) note(err error) {
	if r, ok := err.(interface{ Repeats() int }); ok { // this error alone: at walks the tree
		l.repeats = max(l.repeats, r.Repeats())
	}
	switch r := err.(type) { //nolint:errorlint // at walks the tree itself
	case fuseboard.Rejection:
		l.rejected = l.rejected || r.RejectedBy() != ""
		l.retryAfter = max(l.retryAfter, r.RetryAfter())
	case interface{ RetryAfter() time.Duration }:
		l.retryAfter = max(l.retryAfter, r.RetryAfter())
	}
}
