// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"time"

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
	// Keep says that a child whose restart budget is spent is restarted all the same,
	// after a wait in the upper half of the longest backoff (all of it without
	// jitter). It is for the last supervisor of a service that would rather have a
	// broken child slowly than none. With it nothing is escalated, and Above and
	// Root mean nothing.
	Keep bool
	// Above decides about a child whose restart budget here is spent, by its own
	// rules, and counts all children of this strategy as one child of its own. The
	// child is then restarted after the wait that Above said, with a fresh budget
	// here. Protoactor's own escalation would suspend this supervisor, and restart it
	// by stopping every child it has. Nil: protoactor's own escalation.
	Above *Strategy
	// Climbed is told of a failure that Keep or Above answered, before the wait
	// begins. It runs where the failure is handled: in the supervisor's turn, or
	// under a guardian on the goroutine of the child. Nil: nobody is told.
	Climbed func(Climb)
	// Seed selects the randomness of restarts: the nth decision (from 1) uses
	// supervision.Uniform(Seed, n).
	Seed uint64
	// Rebuilding hears of each restart of a broken child when it is decided, and when
	// it will be. It is called in the supervisor's turn (under a guardian on the
	// goroutine of the failure) and must not block. Nil: nobody hears.
	Rebuilding func(child *actor.PID, reason any, at fuseboard.Instant)
}

// Climb tells of a failure for which one restart budget or more had no room.
type Climb struct {
	// Child is the actor that failed.
	Child *actor.PID
	// Reason is what it failed with.
	Reason any
	// Spent is how many budgets had no room, counted from the strategy that was
	// asked first upward. At least 1.
	Spent int
	// After is the wait until the child is restarted.
	After time.Duration
}

// Validate reports everything wrong with the options at once, with paths relative
// to them: "restart.max" and so on.
func (o Options) Validate() fuseboard.Problems { return o.Restart.Validate().Under("restart") }
