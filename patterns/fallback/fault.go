// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"cmp"
	"errors"
	"slices"

	"github.com/fuseboard/fuseboard"
)

// What Step.On may name besides classes and sections. Every fault is one of the two.
const (
	// Refusal is any refusal, whichever section of the policy refused. Its word is not
	// "refused", which is the class of a failure: the connection was refused.
	Refusal fuseboard.Class = "rejected"
	// Failure is any failure that no section refused, whatever its class.
	Failure fuseboard.Class = "failed"
)

// Fault is why there is no answer.
type Fault struct {
	// Class is the class of a failure; empty means "error". Of a refusal it may be left
	// out: its class is the section that refused. [fuseboard.ClassCancelled] is a caller
	// that left, who is answered nothing.
	Class fuseboard.Class
	// Refused names the section of the policy that refused: "breaker", "bulkhead"; empty
	// where none did, and the dependency failed.
	Refused string
	// Err is the error that the caller gets if no step answers.
	Err error
}

var errNoCause = errors.New("failed, and nobody said why")

func (f Fault) cause() error {
	if f.Err == nil {
		return errNoCause
	}
	return f.Err
}

// class is by what the fault is found in Step.On.
func (f Fault) class() fuseboard.Class {
	return cmp.Or(f.Class, fuseboard.Class(f.Refused), fuseboard.ClassError)
}

// is reports whether a step with this On is for the fault.
func (f Fault) is(on []fuseboard.Class) bool {
	if len(on) == 0 || slices.Contains(on, f.class()) {
		return true
	}
	if f.Refused == "" {
		return slices.Contains(on, Failure)
	}
	return slices.Contains(on, Refusal) || slices.Contains(on, fuseboard.Class(f.Refused))
}
