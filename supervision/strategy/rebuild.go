// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/supervision"
)

// rebuild handles the failure of an actor.
func (s *Strategy) rebuild(f failure) {
	now := s.clock.Now()
	before := s.lives.fail(now, f.life)
	if before.waiting {
		return
	}
	decision, spent := s.judge(now, f.life, before)
	if decision.Verb != supervision.Rebuild {
		s.escalate(f)
		return
	}
	s.lives.restarting(f.life)
	if s.options.Rebuilding != nil && !s.waits.over() {
		s.options.Rebuilding(f.child, f.reason, now.Add(decision.After))
	}
	if spent > 0 && s.options.Climbed != nil && !s.waits.over() {
		s.options.Climbed(Climb{Child: f.child, Reason: f.reason, Spent: spent, After: decision.After})
	}
	s.waits.start(decision.After,
		func() {
			s.lives.restarted(f.life)
			f.restart()
		},
		func() {
			s.lives.restarted(f.life)
			f.end()
		})
}

// escalate passes the failure to the supervisor's supervisor, or stops the child
// where there is none. Protoactor reports an escalation where it ends. A child that
// broke while it was stopping is nobody's concern above: its message, a Stop, would
// be taken there for the supervisor's own.
func (s *Strategy) escalate(f failure) {
	if f.stopping() {
		f.end()
		return
	}
	if s.options.Root || s.waits.over() {
		f.stop()
		return
	}
	f.supervisor.EscalateFailure(f.reason, f.message)
}

// restart only posts messages, as end and stop do, so it is legal from any goroutine.
func (f failure) restart() {
	if f.stopping() {
		f.end()
		return
	}
	f.publish(actor.RestartDirective)
	f.supervisor.RestartChildren(f.child)
}

// end stops a child that would have been restarted. One that broke while it was
// stopping takes no second Stop: it has to be restarted first.
func (f failure) end() {
	if f.stopping() {
		f.publish(actor.StopDirective)
		f.supervisor.RestartChildren(f.child)
		f.supervisor.StopChildren(f.child)
		return
	}
	f.stop()
}

func (f failure) stop() {
	f.publish(actor.StopDirective)
	f.supervisor.StopChildren(f.child)
}

func (f failure) stopping() bool {
	_, stopping := f.message.(*actor.Stop)
	return stopping
}

// publish tells the system's event stream what is done, as protoactor's own
// strategies do.
func (f failure) publish(directive actor.Directive) {
	f.system.EventStream.Publish(&actor.SupervisorEvent{Child: f.child, Reason: f.reason, Directive: directive})
}
