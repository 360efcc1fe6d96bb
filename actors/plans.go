// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"maps"
	"slices"
	"sync"

	"github.com/fuseboard/fuseboard/supervision"
)

// plans are the first plans of a System's guards, as far as they were made lately.
// Guards of equal policies share one: it is immutable, and the hundred thousandth
// has nothing to judge, to copy or to compile any more.
type plans struct {
	mu    sync.Mutex
	kept  []readyPlan // the last one used first
	sheds bool        // every guard obeys some shedding policy, if not its own
}

// compile makes the plan of a policy.
func (all *plans) compile(p Policy, version uint64) *plan {
	made := compile(p, version)
	made.loaded = made.loaded || all.sheds
	return made
}

// readyPlan is a plan with what is wrong with its policy.
type readyPlan struct {
	plan     *plan
	problems Problems // warnings only
}

// plansKept is how many different policies are remembered: many guards are made from
// few, and each that does not match is compared in vain.
const plansKept = 16

// first returns the first plan of a guard under the policy, and everything wrong with
// it. It returns no plan where that is an error.
func (all *plans) first(p Policy) (*plan, Problems) {
	if one, found := all.find(p); found {
		return one.plan, one.problems
	}
	problems := p.Validate()
	if problems.Err() != nil {
		return nil, problems
	}
	made := readyPlan{plan: all.compile(p, 1), problems: problems}
	all.mu.Lock()
	defer all.mu.Unlock()
	if len(all.kept) == plansKept {
		all.kept = all.kept[:plansKept-1]
	}
	all.kept = slices.Insert(all.kept, 0, made)
	return made.plan, problems
}

// firstPlan is that of a guard to be made in the System, which Start need not have made.
func (s *System) firstPlan(p Policy) (*plan, Problems) {
	if s == nil {
		return new(plans).first(p)
	}
	return s.plans.first(p)
}

func (all *plans) find(p Policy) (one readyPlan, found bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	at := slices.IndexFunc(all.kept, func(r readyPlan) bool { return r.plan.given.equal(p) })
	if at < 0 {
		return readyPlan{}, false
	}
	one = all.kept[at]
	copy(all.kept[1:at+1], all.kept[:at])
	all.kept[0] = one
	return one, true
}

// equal reports whether two policies say the same, word for word: a value that is
// written out differs from the same one by default.
func (p Policy) equal(o Policy) bool {
	return p.Mode == o.Mode && sameTimes(p, o) && p.Bulkhead == o.Bulkhead &&
		p.Workers == o.Workers && sameBreaks(p, o) && sameLoad(p, o) &&
		sameAnswers(p, o) &&
		sameRetry(p.Retry, o.Retry) && sameBreaker(p.Breaker, o.Breaker) &&
		slices.EqualFunc(p.Cases, o.Cases, Case.equal)
}

func sameBreaks(p, o Policy) bool {
	return p.Panics == o.Panics && p.Restart == o.Restart && p.Fleet == o.Fleet
}

func sameAnswers(p, o Policy) bool { return p.Cache.Equal(o.Cache) && p.Fallback.Equal(o.Fallback) }

func sameTimes(p, o Policy) bool { return p.Deadline == o.Deadline && p.Hedge == o.Hedge }

func sameLoad(p, o Policy) bool {
	return p.Throttle == o.Throttle && p.Rate == o.Rate && p.Adaptive == o.Adaptive && p.Shedding == o.Shedding
}

func sameRetry(a, b Retry) bool {
	return a.Attempts == b.Attempts && a.Backoff == b.Backoff && sameBudget(a.Budget, b.Budget) &&
		a.MaxRetryAfter == b.MaxRetryAfter && a.Innermost == b.Innermost && slices.Equal(a.Only, b.Only) &&
		maps.Equal(a.Classes, b.Classes)
}

func sameBudget(a, b supervision.Budget) bool {
	return a.Ratio == b.Ratio && a.MinPerSecond == b.MinPerSecond && a.Window == b.Window && maps.Equal(a.Weights, b.Weights)
}

func sameBreaker(a, b supervision.Breaker) bool {
	return sameThresholds(a, b) && sameOpening(a, b) && sameRecovery(a, b) && maps.Equal(a.Weights, b.Weights)
}

func sameThresholds(a, b supervision.Breaker) bool {
	return a.FailureRate == b.FailureRate && a.SlowRate == b.SlowRate && a.SlowAfter == b.SlowAfter &&
		a.Consecutive == b.Consecutive && a.MinCalls == b.MinCalls && a.Window == b.Window
}

func sameRecovery(a, b supervision.Breaker) bool {
	return a.Probes == b.Probes && a.ProbeRate == b.ProbeRate && a.ProbeTimeout == b.ProbeTimeout && a.Ramp == b.Ramp
}

func sameOpening(a, b supervision.Breaker) bool {
	return a.OpenFor == b.OpenFor && a.OpenGrowth == b.OpenGrowth && a.MaxOpen == b.MaxOpen && a.OpenJitter == b.OpenJitter
}
