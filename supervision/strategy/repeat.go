// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// request is a failed request on its way to be repeated or answered.
type request struct {
	system   *actor.ActorSystem
	envelope *actor.MessageEnvelope
	cause    error
}

// repeat handles the failure of a request. The worker is healthy: whatever becomes
// of the request, it goes on.
func (s *Strategy) repeat(f failure, r request) {
	now := s.clock.Now()
	fault, retry := s.options.Fault(r.cause, r.envelope)
	fault.Broken, fault.Restarts = false, 0
	decision := s.afford(now, s.decide(now, fault, retry))
	f.supervisor.ResumeChildren(f.child)
	if decision.Verb != supervision.Again {
		s.answer(r, decision.Why)
		return
	}
	if s.options.Again != nil && !s.waits.over() {
		s.options.Again(f.child, r.envelope, decision.After)
		return
	}
	s.waits.start(decision.After,
		func() { r.system.Root.Send(f.child, r.envelope) },
		func() { s.answer(r, ErrStopped) })
}

// afford turns a repetition that the budget refuses into giving up.
func (s *Strategy) afford(now fuseboard.Instant, d supervision.Decision) supervision.Decision {
	if d.Verb == supervision.Again && s.options.Spending != nil && !s.options.Spending.Withdraw(now) {
		return supervision.Decision{Verb: supervision.GiveUp, Why: supervision.ErrBudget}
	}
	return d
}

func (s *Strategy) answer(r request, why error) {
	if s.options.Answer != nil {
		s.options.Answer(r.envelope, r.cause, why)
		return
	}
	reply := r.cause
	if reply == nil { // protoactor wedges on nil messages
		reply = why
	}
	if r.envelope.Sender != nil {
		r.system.Root.Send(r.envelope.Sender, reply)
	}
}
