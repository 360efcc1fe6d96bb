// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/mailbox"
)

// verdict asks in the order in which a call is asked, except that a stop comes first.
func (s sight) verdict() Verdict {
	v, decided := s.verdictBeforeTheGate()
	if !decided {
		v = s.verdictOfTheGate()
	}
	if v.Admitted {
		v.Why += s.unlessThrottled()
	} else if !s.stopped {
		v.Instead = s.instead(v.RefusedBy)
	}
	return v
}

// verdictOfTheGate is that of a call which comes to the gate.
func (s sight) verdictOfTheGate() Verdict {
	switch {
	case s.waits || s.noEntry != nil:
		return s.verdictOfTheQueue()
	case s.plan.isolated && s.guard.pool.Load().Spent():
		return refusedWith(s.guard.self.refusals().limits.goroutines)
	}
	return Verdict{Admitted: true, Why: s.admittedBecause()}
}

// verdictOfTheQueue is that of a call which finds no permit.
func (s sight) verdictOfTheQueue() Verdict {
	errs := s.guard.self.refusals()
	switch {
	case s.noEntry == nil:
		return Verdict{Admitted: true, Waits: true, WaitsFor: "a permit", Why: s.waitsBecause()}
	case errors.Is(s.noEntry, ErrLimit):
		return refusedWith(errs.limits.queued)
	case errors.Is(s.noEntry, ErrStopped):
		return refusedWith(errs.stopped)
	}
	e := errs.gateAt(reasonOf(s.noEntry), s.priority)
	return Verdict{RefusedBy: e.by, Why: e.detail, RetryAfter: e.RetryAfter()}
}

// verdictBeforeTheGate is that of a call which does not get to the gate, or not at once.
func (s sight) verdictBeforeTheGate() (Verdict, bool) {
	errs := s.guard.self.refusals()
	switch {
	case s.stopped:
		return refusedWith(errs.stopped), true
	case s.shut:
		return s.refusedByBreaker(), true
	case s.gap != nil:
		return s.refusedByGap(), true
	}
	if refused, is := s.refusedByShedding(); is {
		return refused, true
	}
	switch {
	case !s.circuit.Admits:
		return s.refusedByBreaker(), true
	case s.plan.isolated && s.crew.Abandoned >= s.plan.workers().MaxAbandoned:
		return refusedWith(errs.abandoned), true
	}
	return s.verdictOfTheRate()
}

func (s sight) refusedByBreaker() Verdict {
	why := s.circuit.Refusal()
	words := why.String()
	if why.Fleet.Phase == FleetHold {
		words += s.nextProbe(why.Fleet)
	}
	return Verdict{RefusedBy: byBreaker, Why: words, RetryAfter: s.until(why.Until)}
}

func (s sight) refusedByGap() Verdict {
	return Verdict{RefusedBy: byRestart, Why: ErrRestarting.Error() + ": " + s.gap.detail, RetryAfter: s.until(s.gap.until)}
}

func refusedWith(e *CallError) Verdict { return Verdict{RefusedBy: e.by, Why: e.detail} }

// until is the time to an instant; zero when it never comes or has passed.
func (s sight) until(at fuseboard.Instant) time.Duration {
	if at == fuseboard.Never {
		return 0
	}
	return max(at.Sub(s.now), 0)
}

func (s sight) admittedBecause() string {
	c := s.circuit
	switch {
	case c.Mode == HoldClosed, c.Mode == Off:
		return "the circuit is " + s.commanded()
	case c.Mode == Shadow && c.State != Closed:
		return fmt.Sprintf("in shadow mode the circuit (%s) refuses nobody", c.State)
	case c.Fleet.Phase == FleetHold:
		return "as the probe that " + c.Refusal().String() + " lets through"
	case c.State == HalfOpen:
		return "as a probe, from which the half-open circuit learns"
	case c.State == Ramping:
		return "as one of the " + plain.Percent(c.Share) + " that a recovering circuit admits"
	}
	circuit, gate := "the circuit is closed", "a permit is free"
	if !s.plan.given.Breaker.On() {
		circuit = "the breaker is off"
	}
	if s.gate.Limit == 0 {
		gate = "nothing limits how many run"
	}
	return circuit + " and " + gate
}

func (s sight) waitsBecause() string {
	d := s.gate
	ahead := s.ahead()
	if d.Suspended {
		return "the guard is being restarted; " + ahead
	}
	words := fmt.Sprintf("%d of %s in use; %s; at most %s",
		d.InUse, plain.Count(d.Limit, "permit is", "permits are"), ahead, s.maxWait())
	if d.Wait > 0 {
		words += "; expected " + short(d.Wait)
	}
	return words
}

// ahead says who waits beside a call of normal priority, and that they are before it where
// the order says so.
func (s sight) ahead() string {
	b, n := s.plan.given.Bulkhead, s.gate.Waiting-s.gate.Priorities.Sheddable
	switch {
	case n <= 0:
		return "nobody waits before it"
	case b.Fair:
		return plain.Count(n, "call waits", "calls wait") + ", and tenants take turns"
	case b.Order != mailbox.FIFO:
		return plain.Count(n, "call waits", "calls wait") + ", and the order is " + b.Order.String()
	}
	return plain.Count(n, "call waits", "calls wait") + " before it"
}

// commanded says which command holds, of whom and why, and for how long.
func (s sight) commanded() string {
	c := s.circuit
	words := map[Mode]string{
		Shadow: "watched only (shadow)", Off: "switched off", HoldOpen: "held open", HoldClosed: "held closed",
	}[c.Mode]
	return fmt.Sprintf("%s by %s: %s; ends in %s", words, c.By, c.Reason, short(s.until(c.ModeUntil)))
}
