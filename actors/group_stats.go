// SPDX-License-Identifier: Apache-2.0

package actors

// GroupStats are the numbers of a group: sums over the guards that are in it and
// in the groups below now. A guard that stops takes its numbers with it, so the
// sums may fall then. They are read one guard after the other, see [Stats].
type GroupStats struct {
	// Guards, Keyrings and Groups are how many there are, at all depths. The calls of
	// keyrings are in the sums, their keys are not among the guards.
	Guards, Keyrings, Groups int
	// Open, HalfOpen and Ramping count guards by the state of their own circuit,
	// whatever mode it is under.
	Open, HalfOpen, Ramping int
	// Held counts guards that a command holds open, an operator's or a group's.
	Held int
	// Calls, Attempts and Retries are sums of the same numbers in [Stats].
	Calls, Attempts, Retries uint64
	// Successes, Failures and Voids are sums of attempts by their outcome.
	Successes, Failures, Voids uint64
	// Rejected are the sums of refused calls by the section that refused.
	Rejected Rejected
	// AtGate are the parts of Rejected.Bulkhead.
	AtGate GateRefusals
	// Left is the sum of calls whose caller went away before the first attempt.
	Left uint64
	// Failed and Suppressed are sums of the same numbers in [Stats].
	Failed, Suppressed uint64
	// NotRepeated are the sums of the same numbers in [Stats].
	NotRepeated NotRepeated
	// Hedge are the sums of the same numbers in [Stats], without a wait.
	Hedge HedgeStats
	// Amplification is as in [Stats], of all guards and keys together.
	Amplification Amplification
	// CallLatency, AttemptLatency and QueueWait are as in [Stats], of all guards together.
	CallLatency, AttemptLatency, QueueWait Histogram
	// Would are the sums of what policies in [ShadowPolicy] would have done.
	Would Would
	// InUse and Waiting are how many permits of guards are lent and how many callers
	// wait for one; those of keys are not looked at.
	InUse, Waiting int
	// Drained, Throttling and RateWaiting count guards and keys whose rate limit is drained
	// now, those whose throttle keeps calls away, and the units that wait for their turns.
	// What else [Stats] has of these sections is a guard's own, and no sum of it says anything.
	Drained, Throttling, RateWaiting int
	// State is the group's own, see [Group.State]; Epoch numbers its moves from 1.
	State State
	Epoch uint64
	// PolicyVersion numbers the policy in force, the first one 1.
	PolicyVersion uint64
}

// Stats returns the group's numbers. Not for the way of a call: it asks every guard.
func (g *Group) Stats() GroupStats {
	if !g.made() {
		return GroupStats{}
	}
	now := g.stand.Load()
	sum := GroupStats{Groups: len(g.Groups()), State: now.state, Epoch: now.epoch, PolicyVersion: g.plan.Load().version, Amplification: Amplification{Ratio: 1}}
	for _, one := range g.Guards() {
		sum.add(one.Stats())
	}
	for _, k := range g.Keyrings() {
		sum.addKeys(k.Stats())
	}
	return sum
}

func (sum *GroupStats) add(s Stats) {
	sum.Guards++
	switch s.State {
	case Open:
		sum.Open++
	case HalfOpen:
		sum.HalfOpen++
	case Ramping:
		sum.Ramping++
	case Closed:
	}
	if s.Mode == HoldOpen {
		sum.Held++
	}
	sum.Calls += s.Calls
	sum.Attempts += s.Attempts
	sum.Retries += s.Retries
	sum.Successes += s.Successes
	sum.Failures += s.Failures
	sum.Voids += s.Voids
	sum.Rejected, sum.AtGate = sum.Rejected.plus(s.Rejected), sum.AtGate.plus(s.AtGate)
	sum.Left += s.Left
	sum.Failed += s.Failed
	sum.Suppressed += s.Suppressed
	sum.Hedge = sum.Hedge.plus(s.Hedge)
	sum.NotRepeated = sum.NotRepeated.plus(s.NotRepeated)
	sum.Amplification = sum.Amplification.Plus(s.Amplification)
	sum.addLatencies(s.CallLatency, s.AttemptLatency, s.QueueWait)
	sum.Would = sum.Would.plus(s.Would)
	sum.InUse += s.Gate.InUse
	sum.Waiting += s.Gate.Waiting
	of := s.holds()
	sum.Drained += of.drained
	sum.Throttling += of.throttling
	sum.RateWaiting += of.waiting
}

func (sum *GroupStats) addKeys(s KeyringStats) {
	sum.Keyrings++
	sum.Calls += s.Calls
	sum.Attempts += s.Attempts
	sum.Retries += s.Retries
	sum.Successes += s.Successes
	sum.Failures += s.Failures
	sum.Voids += s.Voids
	sum.Rejected, sum.AtGate = sum.Rejected.plus(s.Rejected), sum.AtGate.plus(s.AtGate)
	sum.Left += s.Left
	sum.Failed += s.Failed
	sum.Suppressed += s.Suppressed
	sum.Hedge = sum.Hedge.plus(s.Hedge)
	sum.NotRepeated = sum.NotRepeated.plus(s.NotRepeated)
	sum.Amplification = sum.Amplification.Plus(s.Amplification)
	sum.addLatencies(s.CallLatency, s.AttemptLatency, s.QueueWait)
	sum.Would = sum.Would.plus(s.Would)
	sum.Drained += s.Drained
	sum.Throttling += s.Throttling
	sum.RateWaiting += s.RateWaiting
}

func (sum *GroupStats) addLatencies(calls, attempts, waits Histogram) {
	sum.CallLatency = sum.CallLatency.Plus(calls)
	sum.AttemptLatency = sum.AttemptLatency.Plus(attempts)
	sum.QueueWait = sum.QueueWait.Plus(waits)
}
