// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// Options configures a [Strategy]. The zero Options rebuilds broken actors with
// the defaults of [supervision.Restart] and answers failed requests without
// repeating them.
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
	// Seed selects the randomness: the nth decision (from 1) uses supervision.Uniform(Seed, n).
	Seed uint64
	// Fault says what is known about a failed request: how many attempts it had, its
	// deadline, whether it is safe, and the rules it is repeated by. U, Broken and
	// Restarts are filled in by the strategy. Nil: no failed request is repeated.
	Fault func(cause error, envelope *actor.MessageEnvelope) (supervision.Fault, supervision.Retry)
	// Spending is the budget that each repetition is withdrawn from. Nil: no budget.
	Spending *supervision.Spending
	// Again takes over a request that is to be repeated after the wait: the envelope
	// is the hook's from then on. Nil: the strategy waits and sends the envelope to
	// the child that failed.
	Again func(child *actor.PID, envelope *actor.MessageEnvelope, after time.Duration)
	// Answer replies to the sender of a request that is given up. The cause is what
	// the worker failed with; why is the reason of the decision, ErrBudget or
	// ErrStopped. Nil: the cause itself (or why, if it is nil) is sent to the
	// envelope's sender, if it has one.
	Answer func(envelope *actor.MessageEnvelope, cause, why error)
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
