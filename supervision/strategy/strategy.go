// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// Strategy carries [supervision.Decide] out as a protoactor SupervisorStrategy.
// Make one with [New]; stop it with [Strategy.Stop] when its supervisor stops.
// Safe for concurrent use.
type Strategy struct {
	clock   *fuseboard.Clock
	options Options
	restart atomic.Pointer[supervision.Restart] // with its defaults
	self    *actor.RestartStatistics            // whom the strategy above counts
	draws   atomic.Uint64
	lives   *lives
	waits   waits
}

var _ actor.SupervisorStrategy = (*Strategy)(nil)

// New makes a strategy that reads its instants from the System's clock, which must
// not be nil. Options are taken as they are: defaults are applied, and what
// [Options.Validate] would refuse is not judged here.
func New(clock *fuseboard.Clock, options Options) *Strategy {
	s := &Strategy{clock: clock, options: options, self: actor.NewRestartStatistics(), lives: newLives(options.Restart.WithDefaults())}
	s.Reshape(options.Restart)
	return s
}

// Reshape judges restarts by other rules from now on. Those that were counted
// stay counted, as far as the new rules remember; waits that began go on.
func (s *Strategy) Reshape(restart supervision.Restart) {
	restart = restart.WithDefaults()
	s.restart.Store(&restart)
	s.lives.reshape(restart)
}

// failure is one failure as protoactor reports it.
type failure struct {
	system     *actor.ActorSystem
	supervisor actor.Supervisor
	child      *actor.PID
	life       *actor.RestartStatistics // the child's identity; survives restarts
	reason     any
	message    any
}

// HandleFailure decides about one failure and acts. It is called by protoactor: in
// the supervisor's turn, or under a guardian on the goroutine of the failing child.
func (s *Strategy) HandleFailure(system *actor.ActorSystem, supervisor actor.Supervisor, child *actor.PID, life *actor.RestartStatistics, reason, message any) {
	f := failure{system: system, supervisor: supervisor, child: child, life: life, reason: reason, message: message}
	failed, said := reason.(*Failed)
	envelope, whole := message.(*actor.MessageEnvelope)
	if !said || !whole {
		s.rebuild(f)
		return
	}
	if request, ok := envelope.Message.(Request); ok {
		s.repeat(f, failed, request)
		return
	}
	f.release(failed.Broken)
	if envelope.Sender != nil {
		system.Root.Send(envelope.Sender, failed.reply())
	}
}

// Stop ends supervision: waiting requests are answered with ErrStopped, children
// that wait for their restart are stopped, timers are stopped and their goroutines
// waited for. What fails later is answered and stopped likewise. It may be called
// again, and from an actor's turn, but not from a hook.
func (s *Strategy) Stop() { s.waits.stop() }

func (s *Strategy) decide(now fuseboard.Instant, fault supervision.Fault) supervision.Decision {
	fault.U = supervision.Uniform(s.options.Seed, s.draws.Add(1))
	return supervision.Decide(now, fault, supervision.Retry{}, *s.restart.Load())
}
