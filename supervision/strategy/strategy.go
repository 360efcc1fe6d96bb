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
	if options.Fault == nil {
		options.Fault = neverAgain
	}
	s := &Strategy{clock: clock, options: options, self: actor.NewRestartStatistics()}
	restart := options.Restart.WithDefaults()
	s.restart.Store(&restart)
	s.lives = newLives(restart)
	return s
}

// Reshape bounds restarts by other rules from now on. Restarts that were counted
// stay counted, and a wait that has begun keeps its length. Like [New] it applies
// defaults and judges nothing.
func (s *Strategy) Reshape(r supervision.Restart) {
	r = r.WithDefaults()
	s.restart.Store(&r)
	s.lives.reshape(r)
}

func neverAgain(cause error, _ *actor.MessageEnvelope) (supervision.Fault, supervision.Retry) {
	return supervision.Fault{Outcome: supervision.Classify(cause, false), Until: fuseboard.Never}, supervision.Retry{}
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
	failed, isRequest := reason.(*Failed)
	if envelope, ok := message.(*actor.MessageEnvelope); ok && isRequest {
		s.repeat(f, request{system: system, envelope: envelope, cause: failed.Cause})
		return
	}
	s.rebuild(f)
}

// Stop ends supervision: waiting requests are answered with ErrStopped, children
// that wait for their restart are stopped, timers are stopped and their goroutines
// waited for. What fails later is answered and stopped likewise. It may be called
// again, and from an actor's turn, but not from a hook.
func (s *Strategy) Stop() { s.waits.stop() }

func (s *Strategy) decide(now fuseboard.Instant, fault supervision.Fault, retry supervision.Retry) supervision.Decision {
	fault.U = supervision.Uniform(s.options.Seed, s.draws.Add(1))
	return supervision.Decide(now, fault, retry, *s.restart.Load())
}
