// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/cache"
)

// KeyringStats are the numbers of a Keyring since it was made: of its keys, and
// the sums over the guards of all keys, also of those that were forgotten.
type KeyringStats struct {
	// Keys is how many keys have a guard now; Max is how many may.
	Keys, Max int
	// InUse is how many of them have a call under way: running, waiting or backing off.
	InUse int
	// NotClosed is how many have a circuit that is not closed now; Open, HalfOpen and
	// Ramping say which, whatever mode they are under.
	NotClosed, Open, HalfOpen, Ramping int
	// Commanded is how many are under a command now.
	Commanded int
	// Created is how many guards were made: Keys and the two numbers below.
	Created uint64
	// EvictedIdle is how many keys were forgotten because they were idle for long.
	EvictedIdle uint64
	// EvictedForRoom is how many were forgotten because another key needed the place.
	EvictedForRoom uint64
	// Refused is how often a new key was refused, with ErrTooManyKeys or with
	// ErrLimit (see [Limits]). These calls belong to no guard and are not among Calls.
	Refused uint64
	// WouldRefuse is how often that would have been, in [ShadowPolicy]: these calls ran,
	// belong to no guard, and are neither among Calls nor in Would.
	WouldRefuse uint64
	// Calls, Attempts, Retries, Successes, Failures, Voids, Rejected and Left are as
	// in [Stats]. They never fall.
	Calls, Attempts, Retries, Successes, Failures, Voids uint64
	// Rejected counts calls that a policy refused before their first attempt.
	Rejected Rejected
	// AtGate are the parts of Rejected.Bulkhead. They never fall.
	AtGate GateRefusals
	// Left counts calls whose caller went away before the first attempt.
	Left uint64
	// Would is what the policy would have done while it was in [ShadowPolicy], in all keys.
	Would Would
	// PolicyMode is how far the policy of all keys is obeyed now.
	PolicyMode PolicyMode
	// PolicyVersion numbers the policy of all keys, the first one 1.
	PolicyVersion uint64
	// Failed and Suppressed are as in [Stats]. They never fall.
	Failed, Suppressed uint64
	// NotRepeated and Repeated are as in [Stats], of all keys together. They never fall.
	NotRepeated NotRepeated
	// Repeated is how many repetitions have begun, by the class of the failure before them.
	Repeated []Repeats
	// Amplification is as in [Stats], of the keys that have a guard now.
	Amplification Amplification
	// CallLatency, AttemptLatency and QueueWait are as in [Stats], of all keys together.
	CallLatency, AttemptLatency, QueueWait Histogram
	// Transitions is how often the circuits moved.
	Transitions []TransitionCount
	// TimeIn is how long the circuits were in each state, of all keys together, also of
	// those that were forgotten. It never falls.
	TimeIn TimeIn
	// Gate adds up what the gates of all keys hold now, and their limits. Wait is the longest
	// of theirs; Closed and Suspended are not told.
	Gate mailbox.Depth
	// Overdue and BudgetLeft are sums of the same numbers in [Stats], over the keys that
	// have a guard now.
	Overdue, BudgetLeft int
	// Drained is how many keys have a rate limit that is drained now, Throttling how many
	// have a throttle that keeps calls away; RateWaiting adds up the units that wait for
	// their turns. Limits, tokens, tenants and times are a key's own, and no sum of
	// them says anything: they are in [Stats].
	Drained, Throttling, RateWaiting int
	// Hedge is as in [Stats], of all keys together, but for the wait, which each key has of its own.
	Hedge HedgeStats
	// Cache is as in [Stats], of all keys together: its counts also of those that were forgotten.
	Cache cache.View
	// Fallback is as in [Stats], of all keys together, its Uses also of those that were forgotten.
	Fallback FallbackStats
	// Shedding is as in [Stats]: all keys obey one policy.
	Shedding SheddingStats
}

// Stats returns the Keyring's numbers. It looks at every key: for a page or a
// scrape, not for the way of a call.
func (k *Keyring) Stats() KeyringStats {
	if !k.made() {
		return KeyringStats{}
	}
	st := KeyringStats{
		Max: k.limits.Max, Refused: k.refused.Load(), WouldRefuse: k.let.Load(), PolicyVersion: k.head.plan.Load().version,
		PolicyMode: k.PolicyMode(), Would: k.head.would(), Amplification: Amplification{Ratio: 1},
		Shedding: sheddingStats(k.head.sys.pressure.sampler(k.head.sys.sheddingOf(k.head.plan.Load()))),
	}
	var (
		sum counters
		all latencies
		ans answerStats
		now = k.head.clock.Now()
	)
	for i := range k.shards {
		k.shards[i].count(&st, &sum, &ans, now)
		all.add(&k.shards[i].times)
	}
	st.Created = uint64(st.Keys) + st.EvictedIdle + st.EvictedForRoom
	rare := sum.look()
	st.Successes = sum.first.successes.Load() + rare.again.successes.Load() + rare.copies.successes.Load()
	st.Failures = sum.first.failures.Load() + rare.again.failures.Load() + rare.copies.failures.Load()
	st.Voids = sum.first.voids.Load() + rare.again.voids.Load() + rare.copies.voids.Load()
	st.Retries, st.Left = rare.again.sum(), rare.left.Load()
	st.Attempts = st.Successes + st.Failures + st.Voids
	st.Rejected, st.Failed, st.Suppressed = rare.refused.rejected(), rare.failed.Load(), rare.suppressed.Load()
	st.NotRepeated, st.Repeated = rare.notRepeated(), rare.repeated(k.head.spent.Causes())
	st.AtGate, st.Hedge = rare.refused.atGate(), rare.hedged()
	ans = ans.told()
	st.Cache, st.Fallback = ans.cache, ans.fallback
	st.CallLatency, st.AttemptLatency, st.QueueWait = all.calls, all.attempts, all.waits
	st.Transitions = k.moves.list()
	st.Calls = sum.first.sum() + st.Left + st.Rejected.sum()
	return st
}

// Len returns how many keys have a guard now. It looks at no key.
func (k *Keyring) Len() int {
	if !k.made() {
		return 0
	}
	n := 0
	for i := range k.shards {
		s := &k.shards[i]
		s.mu.RLock()
		n += len(s.list)
		s.mu.RUnlock()
	}
	return n
}

// count adds a shard to the sums, under its lock, so that no key is evicted
// between its own numbers and those of the past.
func (s *shard) count(st *KeyringStats, sum *counters, ans *answerStats, now fuseboard.Instant) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	st.Keys += len(s.list)
	st.EvictedIdle += s.forIdle
	st.EvictedForRoom += s.forRoom
	sum.add(&s.past)
	st.Would = st.Would.plus(s.would)
	st.TimeIn = st.TimeIn.plus(s.timeIn)
	ans.cache = ans.cache.Plus(s.gone.cache)
	ans.uses.plus(&s.gone.uses)
	for _, e := range s.list {
		sum.add(&e.guard.count)
		e.guard.addAnswers(ans)
		st.Would = st.Would.plus(e.guard.would())
		if e.kept.Load() > 0 {
			st.InUse++
		}
		st.stand(e.guard.circuit.State())
		if e.guard.circuit.Mode() != Enforce {
			st.Commanded++
		}
		st.hold(&e.guard, now)
	}
}

// hold adds what the guard of a key holds now.
func (st *KeyringStats) hold(g *Guard, now fuseboard.Instant) {
	_, in := g.recent.sums(g.born, now)
	st.TimeIn = st.TimeIn.plus(in)
	st.Overdue += g.pool.Load().Abandoned()
	st.BudgetLeft += g.budgetLeft(now)
	st.Amplification = st.Amplification.Plus(g.amplification(now))
	of := holdsOf(g.loadOf(), now)
	st.Drained += of.drained
	st.Throttling += of.throttling
	st.RateWaiting += of.waiting
	one, all := g.gate.Depth(), &st.Gate
	all.Limit += one.Limit
	all.InUse += one.InUse
	all.Waiting += one.Waiting
	all.Queue += one.Queue
	all.Wait = max(all.Wait, one.Wait)
	all.Priorities.Critical += one.Priorities.Critical
	all.Priorities.High += one.Priorities.High
	all.Priorities.Normal += one.Priorities.Normal
	all.Priorities.Sheddable += one.Priorities.Sheddable
}

// stand counts a circuit by its state.
func (st *KeyringStats) stand(s State) {
	switch s {
	case Open:
		st.Open++
	case HalfOpen:
		st.HalfOpen++
	case Ramping:
		st.Ramping++
	case Closed:
		return
	}
	st.NotClosed++
}

func (o *outcomes) add(m *outcomes) {
	o.successes.Add(m.successes.Load())
	o.failures.Add(m.failures.Load())
	o.voids.Add(m.voids.Load())
}
