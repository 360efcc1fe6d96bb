// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"math"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// judge decides about the failure of an actor that was restarted as before says: here,
// or above when its budget here is spent. spent is how many budgets had no room.
func (s *Strategy) judge(now fuseboard.Instant, id *actor.RestartStatistics, before record) (d supervision.Decision, spent int) {
	d = s.decide(now, supervision.Fault{Broken: true, Restarts: before.restarts, Last: before.last})
	switch {
	case d.Verb == supervision.Rebuild:
		s.lives.count(now, id, d.After)
		return d, 0
	case s.options.Keep:
		d = s.slowest()
		s.lives.count(now, id, d.After)
		return d, 1
	}
	s.lives.forget(id)
	above := s.options.Above
	if above == nil {
		return d, 1
	}
	d, spent = above.judge(now, s.self, above.lives.fail(now, s.self))
	return d, spent + 1
}

// slowest is a restart after about the longest wait of the backoff. It is drawn
// from the upper half, so that children which failed together do not come back
// together, and none at once, whatever the jitter.
func (s *Strategy) slowest() supervision.Decision {
	u, b := supervision.Uniform(s.options.Seed, s.draws.Add(1)), s.restart.Load().Backoff
	if b.Jitter != supervision.NoJitter {
		b.Jitter, u = supervision.FullJitter, (1+u)/2
	}
	return supervision.Decision{Verb: supervision.Rebuild, After: b.After(math.MaxInt32, 1, u)}
}
