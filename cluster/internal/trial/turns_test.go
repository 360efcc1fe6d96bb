// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard/supervision"
)

// turn is a change of phase.
type turn struct {
	at time.Time
	to supervision.FleetPhase
}

// watch notes what the circuits are told.
func (s *site) watch(ctx context.Context) {
	was := make([]supervision.FleetPhase, len(s.refs))
	for ; ctx.Err() == nil; <-time.After(20 * time.Millisecond) {
		for d, r := range s.refs {
			if p := r.Evidence().Phase; p != was[d] {
				was[d] = p
				s.mu.Lock()
				s.phases[d] = append(s.phases[d], turn{time.Now(), p})
				s.mu.Unlock()
			}
		}
	}
}

// turns are the changes of phase of a dependency so far.
func (s *site) turns(d int) []turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.phases[d])
}

// count is how often a phase began.
func count(turns []turn, p supervision.FleetPhase) (n int) {
	for _, t := range turns {
		if t.to == p {
			n++
		}
	}
	return n
}
