// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// Request is the message of an envelope that can be repeated: a request that
// knows by what it is judged. The strategy calls Record, Fault and Afford in the
// supervisor's turn, and then exactly one of Again and Answer, once, on any
// goroutine. None of them may block.
type Request interface {
	// Record puts the outcome of the failed attempt into the circuit and gives back
	// what the attempt held. It comes first, so that the decision sees its effect.
	Record(now fuseboard.Instant)
	// Fault says what is known about the failure, and by which rules it is repeated.
	// Its U is this decision's randomness; Broken and Restarts are ignored.
	Fault() (supervision.Fault, supervision.Retry)
	// Afford is asked where [supervision.Decide] says Again, and takes from the
	// budget. Its error is why the request is not repeated after all.
	Afford(now fuseboard.Instant, after time.Duration) error
	// Context ends the wait before the repetition when it ends.
	Context() context.Context
	// Again delivers the same envelope again. The wait is over.
	Again()
	// Answer replies to the sender with the failure: why is the reason of the
	// decision, Afford's error, the cause of Context's end, or ErrStopped.
	Answer(why error)
}

// repeat handles the failure of a request. Whatever becomes of the request, the
// worker goes on, as it is or rebuilt.
func (s *Strategy) repeat(f failure, failed *Failed, request Request) {
	now := s.clock.Now()
	request.Record(now)
	fault, retry := request.Fault()
	fault.Broken, fault.Restarts = false, 0
	decision := supervision.Decide(now, fault, retry, supervision.Restart{})
	why := decision.Why
	if decision.Verb == supervision.Again {
		why = request.Afford(now, decision.After)
	}
	f.release(failed.Broken)
	if why != nil {
		request.Answer(why)
		return
	}
	s.waits.startUnder(request.Context(), decision.After, request.Again, request.Answer)
}

// release lets a worker go on that has said what failed: a healthy one at once,
// a broken one in a new incarnation. What it was sent meanwhile is kept.
func (f failure) release(broken bool) {
	if broken {
		f.restart()
		return
	}
	f.supervisor.ResumeChildren(f.child)
}
