// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/throttle"
)

// Stats are a guard's numbers since it was made. Each is exact; together they
// are read one after the other, so under load their sums may be a few calls apart.
// The guard of a key has no latencies of its own: those of all keys are in [KeyringStats].
type Stats struct {
	// Calls whose first attempt has ended, that a policy refused before it, or
	// whose caller left before it. It never falls.
	Calls uint64
	// Attempts is how often a handler was run to its end, or left behind: first attempts,
	// repetitions and copies.
	Attempts uint64
	// Retries is how many of the attempts were repetitions.
	Retries uint64
	// Successes, Failures and Voids count attempts by their outcome.
	Successes, Failures, Voids uint64
	// Rejected counts calls that a policy refused before their first attempt.
	Rejected Rejected
	// Left counts calls whose caller went away before the first attempt.
	Left uint64
	// Would is what the policy would have done while it was in [ShadowPolicy]. Calls that
	// ran so are among the numbers above by the outcome that the policy would have seen.
	Would Would
	// PolicyMode is how far the policy is obeyed now; see [Guard.PolicyMode].
	PolicyMode PolicyMode
	// State, Mode and Epoch are the circuit's now.
	State State
	Mode  Mode
	Epoch uint64
	// Window is the evidence that the circuit judges now.
	Window Numbers
	// AtGate are the parts of Rejected.Bulkhead. They never fall.
	AtGate GateRefusals
	// Gate is how full the bulkhead is now.
	Gate mailbox.Depth
	// Overdue is how many handlers still run that their callers have left behind;
	// always 0 without [Workers]; those that lost to a copy are among them. [Guard.Explain] names the oldest.
	Overdue int
	// PolicyVersion numbers the policy in force, the first one 1.
	PolicyVersion uint64
	// Failed is how many calls were answered with the failure of their last attempt,
	// because it was not repeated, for whatever reason, or whose answer broke off while it
	// was held (see [Held]). It never falls.
	Failed uint64
	// Suppressed is how many repetitions the retry budget refused. It never falls.
	Suppressed uint64
	// NotRepeated is why failed calls were not repeated. Its numbers never fall.
	NotRepeated NotRepeated
	// Repeated is how many repetitions have begun, by the class of the failure before
	// them, in the order of [supervision.Causes]. Its numbers never fall.
	Repeated []Repeats
	// Amplification is what repetitions and copies add to the load now, these by the class "hedge": within retry.budget.window,
	// not since the guard was made. In shadow it is what they would add.
	Amplification Amplification
	// BudgetLeft is how many repetitions the retry budget allows now, without any
	// further call; 0 where the policy has neither retries nor hedges.
	BudgetLeft int
	// CallLatency is how long calls took from their beginning to their answer, with all
	// attempts, waits and backoffs; one whose answer is held, to the return of its handler,
	// unless it broke off. Calls without an attempt are not in it.
	CallLatency Histogram
	// AttemptLatency is how long handlers ran, or their callers waited for them: its
	// Count is Attempts.
	AttemptLatency Histogram
	// QueueWait is how long who found no free permit stood at the gate, whether it got
	// one or left; those that were refused at once are not in it.
	QueueWait Histogram
	// Transitions is how often the circuit moved, by states and cause, up to the last
	// transition that was told. In the order of states and causes.
	Transitions []TransitionCount
	// TimeIn is how long the circuit was in each state. It never falls; where it was asked
	// for between a transition and its telling, it is longer by that moment.
	TimeIn TimeIn
	// Cache is what the caches of the guard's operations hold and have counted, added up; see [cache.View].
	// Zero where there is none.
	Cache cache.View
	// Fallback is what became of the fallbacks of its operations. Zero where there is none.
	Fallback FallbackStats
	// Rate is how the rate limit of all calls stands; zero where there is none.
	Rate RateStats
	// Tenants is how many tenants rate.per_tenant knows, and what became of those that it
	// forgot since the section was turned on; [Guard.HotTenants] names the hottest. Zero
	// where that is off.
	Tenants ratelimit.KeyedStats
	// Throttle is what the throttle has counted within its window, and the chance to be kept
	// away by priority. Zero where it is off.
	Throttle throttle.View
	// Adaptive is where the adaptive limit is and why. Zero where it is off.
	Adaptive adaptive.View
	// Hedge is what became of the copies of slow attempts, and when one is sent. Its numbers never fall.
	Hedge HedgeStats
	// AttemptLimit is how long an attempt may take now: deadline.attempt, or less where
	// deadline.adaptive knows enough. Zero: no limit of its own.
	AttemptLimit time.Duration
	// Fleet is what the fleet has said, and what has come of it. Zero where the policy has no
	// fleet section.
	Fleet FleetStats
	// Shedding is what the shedding policy that the guard obeys, its own or the System's, makes
	// of the host. Zero where there is none.
	Shedding SheddingStats
}

// Rejected counts refused calls by the section of the policy that refused.
type Rejected struct {
	// Breaker: the circuit refused.
	Breaker uint64
	// Shedding: the host was under pressure, and the call of too low a priority.
	Shedding uint64
	// Throttle: the dependency refuses so many that a share of the calls is not sent to it.
	Throttle uint64
	// Rate: the rate limit had no room.
	Rate uint64
	// Bulkhead: the gate refused, for whatever reason.
	Bulkhead uint64
	// Restart: the handler was being rebuilt.
	Restart uint64
	// Deadline: the deadline had passed before the dependency was touched.
	Deadline uint64
	// Workers: too many handlers that their callers have left still ran.
	Workers uint64
	// Limits: one of the System's [Limits] was reached.
	Limits uint64
	// Stopped: the guard or its System had stopped.
	Stopped uint64
}

func (r Rejected) sum() uint64 {
	return r.Breaker + r.Shedding + r.Throttle + r.Rate + r.Bulkhead + r.Deadline + r.Restart + r.Workers + r.Limits + r.Stopped
}

func (r Rejected) plus(o Rejected) Rejected {
	return Rejected{
		Breaker: r.Breaker + o.Breaker, Shedding: r.Shedding + o.Shedding,
		Throttle: r.Throttle + o.Throttle, Rate: r.Rate + o.Rate, Bulkhead: r.Bulkhead + o.Bulkhead, Deadline: r.Deadline + o.Deadline,
		Restart: r.Restart + o.Restart, Workers: r.Workers + o.Workers,
		Limits: r.Limits + o.Limits, Stopped: r.Stopped + o.Stopped,
	}
}

// Stats returns the guard's numbers. Not for the way of a call: it sums windows.
func (g *Guard) Stats() Stats {
	if !g.made() {
		return Stats{}
	}
	now := g.clock.Now()
	n, circuit := &g.count, g.circuit.Snapshot(now)
	rare := n.look()
	s := Stats{
		Successes: n.first.successes.Load() + rare.again.successes.Load() + rare.copies.successes.Load(),
		Failures:  n.first.failures.Load() + rare.again.failures.Load() + rare.copies.failures.Load(),
		Voids:     n.first.voids.Load() + rare.again.voids.Load() + rare.copies.voids.Load(),
		Retries:   rare.again.sum(), Left: rare.left.Load(),
		Rejected: rare.refused.rejected(), AtGate: rare.refused.atGate(), Failed: rare.failed.Load(), Suppressed: rare.suppressed.Load(),
		Would: g.would(), PolicyMode: g.leniency(),
		State: circuit.State, Mode: circuit.Mode, Epoch: circuit.Epoch, Window: circuit.Numbers,
		Gate: g.gate.Depth(), Overdue: g.pool.Load().Abandoned(), PolicyVersion: g.plan.Load().version,
	}
	s.Attempts = s.Successes + s.Failures + s.Voids
	s.Calls = n.first.sum() + s.Left + s.Rejected.sum()
	s.BudgetLeft, s.Amplification = g.budgetLeft(now), g.amplification(now)
	s.NotRepeated, s.Repeated = rare.notRepeated(), rare.repeated(g.spent.Causes())
	if g.key == nil {
		var l latencies
		l.add(g.times.Load())
		s.CallLatency, s.AttemptLatency, s.QueueWait = l.calls, l.attempts, l.waits
	}
	s.Transitions, s.TimeIn = g.recent.sums(g.born, now)
	around := g.answers()
	s.Cache, s.Fallback = around.cache, around.fallback
	s.Hedge, s.AttemptLimit = g.hedgeStats(rare), g.limitOf(g.plan.Load())
	s.Fleet = g.fleetStats(circuit)
	return s.withLoad(g.loadOf(), g.plan.Load(), now)
}

// amplification is what repetitions add to the load now: nothing without retries and hedges.
func (g *Guard) amplification(now fuseboard.Instant) Amplification {
	if !g.plan.Load().deposits {
		return Amplification{Ratio: 1}
	}
	return g.spent.Amplification(now)
}

// budgetLeft is how many repetitions the budget allows now.
func (g *Guard) budgetLeft(now fuseboard.Instant) int {
	if !g.plan.Load().given.spends() {
		return 0
	}
	_, repeats, allowed := g.spent.Balance(now)
	return max(allowed-repeats, 0)
}
