// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// Options configures a [Strategy]. The zero Options rebuilds broken actors with
// the defaults of [supervision.Restart]. How a failed request is repeated is the
// request's own affair: see [Request].
type Options struct {
	// Restart bounds how often a broken child is rebuilt. Zero fields mean defaults.
	Restart supervision.Restart
	// Root says that the strategy serves actors spawned with
	// actor.WithGuardian: a guardian has nobody to escalate to, so a child whose
	// restart budget is spent is stopped instead.
	Root bool
	// Seed selects the randomness of restarts: the nth decision (from 1) uses
	// supervision.Uniform(Seed, n).
	Seed uint64
	// Awake lets broken children go on with their messages while they wait for their
	// restart, for actors that are worth more broken than suspended. What they are
	// sent meanwhile meets the old incarnation.
	Awake bool
	// Rebuilding hears of each restart of a broken child when it is decided, and when
	// it will be. It is called in the supervisor's turn (under a guardian on the
	// goroutine of the failure) and must not block. Nil: nobody hears.
	Rebuilding func(child *actor.PID, reason any, at fuseboard.Instant)
}

// Validate reports everything wrong with the options at once, with paths relative
// to them: "restart.max" and so on.
func (o Options) Validate() fuseboard.Problems { return o.Restart.Validate().Under("restart") }
