// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// Cause says why a circuit moved.
type Cause string

// The causes of a transition.
const (
	// CauseFailureRate: weighted failures reached Breaker.FailureRate.
	CauseFailureRate Cause = "failure-rate"
	// CauseSlowRate: slow calls reached Breaker.SlowRate.
	CauseSlowRate Cause = "slow-rate"
	// CauseConsecutive: Breaker.Consecutive failures came in a row.
	CauseConsecutive Cause = "consecutive"
	// CauseOpenElapsed: the open time is over; probes may go.
	CauseOpenElapsed Cause = "open-elapsed"
	// CauseProbesPassed: enough probes succeeded.
	CauseProbesPassed Cause = "probes-passed"
	// CauseProbesFailed: too many probes failed or were slow.
	CauseProbesFailed Cause = "probes-failed"
	// CauseProbeExpired: too many probes failed, the last by never answering.
	CauseProbeExpired Cause = "probe-expired"
	// CauseRampDone: the ramp reached its end.
	CauseRampDone Cause = "ramp-done"
	// CauseCommand: somebody said so; the transition carries reason and author.
	CauseCommand Cause = "command"
	// CauseCommandExpired: a command's time is over; what it overruled resumes.
	CauseCommandExpired Cause = "command-expired"
	// CauseMembersOpen: enough members of a group were open. No circuit moves for it;
	// the group does, and Before counts its members: Calls is how many there were,
	// Failures how many of them were open.
	CauseMembersOpen Cause = "members-open"
	// CauseFleet: the fleet ordered it; the transition carries why, and whose evidence it was.
	CauseFleet Cause = "fleet"
	// CauseFleetLost: no order came any more, so what the fleet had ordered ended by itself.
	CauseFleetLost Cause = "fleet-lost"
	// CausePolicy: a new policy turned the breaker off while it was not closed.
	CausePolicy Cause = "policy"
)

// Numbers is what a circuit has counted since its state began, as far as the
// window reaches. In half-open it counts settled probes. In open it is zero.
type Numbers struct {
	// Calls is how many outcomes counted.
	Calls int
	// Failures is the sum of their failures' weights.
	Failures float64
	// Slow is how many were slow, failed or not.
	Slow int
	// Consecutive is how many failures came in a row up to now.
	Consecutive int
	// FailureRate is Failures/Calls, above 1 when weights are. 0 without calls.
	FailureRate float64
	// SlowRate is Slow/Calls. 0 without calls.
	SlowRate float64
}

func numbers(calls, hundredths, slow, consecutive int64) Numbers {
	n := Numbers{
		Calls: int(calls), Failures: float64(hundredths) / 100,
		Slow: int(slow), Consecutive: int(consecutive),
	}
	if calls > 0 {
		n.FailureRate = float64(hundredths) / float64(100*calls)
		n.SlowRate = float64(slow) / float64(calls)
	}
	return n
}

// Transition is one move of a circuit, of its state, its mode or both.
type Transition struct {
	// Epoch is the circuit's epoch from this move on: one more than before it.
	Epoch uint64
	// From and To are the states before and after; equal when only the mode moved.
	From, To State
	// FromMode and Mode are the modes before and after.
	FromMode, Mode Mode
	// Cause says why.
	Cause Cause
	// Reason and By are the command's, also when it expires, or those of the fleet's order; else empty.
	Reason, By string
	// At is the now of the caller who made the move.
	At fuseboard.Instant
	// Until is when this ends by itself: the end of an open time, of a ramp, or of
	// the command, whichever comes first. Never when nothing ends it.
	Until fuseboard.Instant
	// Before is what had been counted when the move was decided.
	Before Numbers
	// OpenFor is how long the circuit will be open, after growth, jitter, cap and
	// retry-after. Zero unless To became Open, and where the fleet holds it so.
	OpenFor time.Duration
}

// Log is a reader's place in the history of a [Circuit]. It belongs to one
// reader at a time. It keeps every phase of the circuit after its place in
// memory, so it should be read as long as it is held.
type Log struct{ at *phase }

// Log returns a reader that starts at the present: its first Next is the first
// transition after this call.
func (c *Circuit) Log() *Log { return &Log{at: c.phase.Load()} }

// Next returns the next transition in the order of epochs, or false when there
// is none yet. A transition becomes readable before the call that made it
// returns; until then Next may also hold back later ones, so whoever is told of a
// transition reads until false, and is told again by the one that was late.
func (l *Log) Next() (Transition, bool) {
	for {
		next := l.at.next.Load()
		if next == nil {
			return Transition{}, false
		}
		l.at = next
		if next.born != nil {
			return *next.born, true
		}
	}
}
