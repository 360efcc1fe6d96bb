// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"math"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// judge decides about the failure of an actor that was restarted so often: here,
// or above when its budget here is spent. spent is how many budgets had no room.
func (s *Strategy) judge(now fuseboard.Instant, id *actor.RestartStatistics, restarts int) (d supervision.Decision, spent int) {
	d = s.decide(now, supervision.Fault{Broken: true, Restarts: restarts})
	switch {
	case d.Verb == supervision.Rebuild:
		s.lives.count(now, id)
		return d, 0
	case s.options.Keep:
		s.lives.count(now, id)
		return s.slowest(), 1
	}
	s.lives.forget(id)
	above := s.options.Above
	if above == nil {
		return d, 1
	}
	restarts, _ = above.lives.fail(now, s.self)
	d, spent = above.judge(now, s.self, restarts)
	return d, spent + 1
}

// slowest is a restart after about the longest wait of the backoff. It is drawn
// from the upper half, so that children which failed together do not come back
// together, and none at once.
func (s *Strategy) slowest() supervision.Decision {
	u := supervision.Uniform(s.options.Seed, s.draws.Add(1))
	after := s.restart.Load().Backoff.After(math.MaxInt32, 1, (1+u)/2)
	return supervision.Decision{Verb: supervision.Rebuild, After: after}
}
