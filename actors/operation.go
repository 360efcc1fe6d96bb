// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/supervision"
)

// operation is the untyped half of a Ref: its guard, its name and the refusals
// it hands out. What refuses by the thousand under load, the circuit and the full
// gate, allocates nothing: the error of each reason is made
// once per plan, that of an open circuit once per phase, and then shared.
type operation struct {
	guard       *Guard
	name        string
	fixed       atomic.Pointer[refusals]
	open        atomic.Pointer[openRefusal]
	place       atomic.Pointer[block]        // in the table that it was last looked up in; nil before
	load        atomic.Pointer[loadRefusals] // nil before the first
	typed       typed                        // what it is the half of; nil of Do
	answers     atomic.Pointer[madeAnswers]  // nil before the first call that goes around
	generations *generations                 // of the handler, if that is rebuilt
	tasks       atomic.Pointer[sync.Pool]    // of attempts on pooled goroutines that are over; nil before the first
	spares      atomic.Pointer[spares]       // for its types; nil before the first Ask, Tell or message
	holdings    atomic.Pointer[sync.Pool]    // of answers that were held; nil before the first
}

// refusals are the errors that depend on the plan alone.
type refusals struct {
	plan      *plan
	byGate    [reasonsToRefuse]*CallError // by the reason in the word of the gate; nil for others
	awaited   *awaitedErrors              // those of byGate that say when to come again; nil where there is no estimate
	stopped   *CallError
	abandoned *CallError
	limits    limitRefusals
}

// openRefusal is the error of one phase of the circuit.
type openRefusal struct {
	phase *supervision.Refusal
	err   *CallError
}

// openError carries a phase's refusal through the gate's queue when it is flushed.
type openError struct{ refusal *supervision.Refusal }

func (e *openError) Error() string { return supervision.ErrOpen.Error() }
func (e *openError) Unwrap() error { return supervision.ErrOpen }

func newOperation(g *Guard, name string) *operation { return &operation{guard: g, name: name} }

// refusals returns the errors of the plan in force, made at first need.
func (o *operation) refusals() *refusals { return o.refusalsOf(o.guard.plan.Load()) }

// lateOf is the refusal of one who waited too long under a plan that may have been
// replaced since: it is told the limit that held for it.
func (o *operation) lateOf(p *plan) *CallError {
	base := p.base()
	if p.given.Bulkhead.MaxWait == base.given.Bulkhead.MaxWait {
		return o.refusalsOf(base).byGate[refusedWaited]
	}
	return o.late(p, plain.Duration(p.given.Bulkhead.MaxWait), "max_wait of a case")
}

func (o *operation) late(p *plan, wait, field string) *CallError {
	kept := ""
	if p.bulkhead().Quota.On() {
		kept = ", but for those that bulkhead.quota keeps for higher priorities"
	}
	return o.refusal(byBulkhead, mailbox.ErrLate, fmt.Sprintf("no permit of %s came free in time%s (%s: %s); call less, or raise %s",
		p.permits(), kept, field, wait, p.limitedBy()))
}

// refusalsOf is refusals of a plan of the guard that may have been replaced.
func (o *operation) refusalsOf(p *plan) *refusals {
	if r := o.fixed.Load(); r != nil && r.plan == p {
		return r
	}
	byGate := o.gateRefusals(p)
	r := &refusals{
		plan:    p,
		byGate:  byGate,
		awaited: o.awaitedErrors(p, byGate[:]),
		stopped: o.refusal(bySystem, mailbox.ErrStopped, detailSystem),
		abandoned: o.refusal(byWorkers, mailbox.ErrAbandoned, fmt.Sprintf(
			"as many handlers as workers.max_abandoned allows (%d) have not returned since their callers left; make them end with their context, or raise it",
			p.workers().MaxAbandoned)),
		limits: o.limitRefusals(),
	}
	if p == o.guard.plan.Load() {
		o.fixed.Store(r)
	}
	return r
}

// refusedOpen returns the error of the circuit's phase, made once per phase.
func (o *operation) refusedOpen(phase *supervision.Refusal) *CallError {
	if r := o.open.Load(); r != nil && r.phase == phase {
		return r.err
	}
	cause := supervision.ErrOpen
	if phase.Fleet.Phase != FleetClear {
		cause = supervision.ErrFleet
	}
	err := o.refusal(byBreaker, cause, phase.String()+"; the dependency is left alone until it recovers")
	err.until = phase.Until
	o.open.Store(&openRefusal{phase: phase, err: err})
	return err
}

func (o *operation) refusal(by string, cause error, detail string) *CallError {
	return &CallError{
		Dependency: o.guard.name, Op: o.name, Cause: cause,
		by: by, detail: detail, clock: o.guard.clock,
	}
}

// title is an operation as errors and warnings name it: "payments.charge".
func title(dependency, op string) string {
	if op == "" {
		return dependency
	}
	return dependency + "." + op
}
