// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Treatment is what a class of failure means to the circuit and to a repetition.
type Treatment struct {
	// Weight is what one failure of the class counts in a window, compared to one
	// plain error; zero counts nothing.
	Weight float64
	// Scale multiplies the backoff before a repetition.
	Scale float64
	// Repeat says whether a failure of the class is repeated at all.
	Repeat Repeat
}

// Repeat says when a failure may be repeated.
type Repeat uint8

// The answers a class gives to "again?".
const (
	// Never: repeating cannot help, or is not this guard's to decide. The zero value.
	Never Repeat = iota
	// WhenSafe: only if the work may be done twice, for it may have been done once.
	WhenSafe
	// Always: the work was certainly not done.
	Always
)

var repeatWords = [...]string{"never", "when-safe", "always"}

// String returns the answer's word: "never", "when-safe" or "always".
func (r Repeat) String() string { return plain.WordAt(repeatWords[:], int(r)) }

// TreatmentOf returns how a class is treated.
//
//	class       weight  backoff  repeated   because
//	error       1       ×1       when safe  nothing more is known
//	timeout     1       ×1       when safe  the work may still be going on
//	refused     1       ×1       always     the request never arrived
//	reset       1       ×1       when safe  the work may have been done before the break
//	throttled   0.5     ×4       when safe  it is alive and asks for less: half the evidence of being
//	                                        broken, and a longer wait where it does not say how long
//	panicked    1       ×1       never      the same request meets the same bug
//	downstream  0       ×1       never      another guard refused, and repeats by its own policy
//	cancelled   0       ×1       never      nobody waits for the answer
//
// Any other class, the empty one included, is treated as error.
func TreatmentOf(class fuseboard.Class) Treatment {
	switch class {
	case fuseboard.ClassRefused:
		return Treatment{Weight: 1, Scale: 1, Repeat: Always}
	case fuseboard.ClassThrottled:
		return Treatment{Weight: 0.5, Scale: 4, Repeat: WhenSafe}
	case fuseboard.ClassPanicked:
		return Treatment{Weight: 1, Scale: 1, Repeat: Never}
	case fuseboard.ClassDownstream, fuseboard.ClassCancelled:
		return Treatment{Weight: 0, Scale: 1, Repeat: Never}
	default:
		return Treatment{Weight: 1, Scale: 1, Repeat: WhenSafe}
	}
}
