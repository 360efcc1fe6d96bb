// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strconv"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

// Codes of the problems between the sections that follow the load and others.
const (
	codeOutsideAdaptive = "concurrency-outside-adaptive"
	codeTwoBeginnings   = "two-beginnings"
	codeAdaptiveTimeout = "timeout-exceeds-attempt"
	codeTurnTotal       = "turn-exceeds-total"
	codeWaitsTotal      = "waits-exceed-total"
	codeQueueTurns      = "queue-exceeds-wait"
	codeNoWhole         = "whole-without-limit"
	codeCostWithoutRate = "cost-without-rate"
	codeCostBurst       = "cost-exceeds-burst"
)

// permits are the most that are lent at once, and the field that says so; 0: no bound.
func (p Policy) permits() (most int, path string) {
	if p.Adaptive.On() {
		most, path = p.Adaptive.Max, "adaptive.max"
		if p.Workers.On() && p.Workers.Max < most {
			most, path = p.Workers.Max, "workers.max"
		}
		return most, path
	}
	return p.Workers.Bound(p.Bulkhead).Concurrency, "bulkhead.concurrency"
}

func concurrencyInAdaptive(p Policy) (fuseboard.Problem, bool) {
	a, permits := p.Adaptive, p.Bulkhead.Concurrency
	problem := fuseboard.Problem{
		Code: codeOutsideAdaptive, Path: "bulkhead.concurrency", Value: strconv.Itoa(permits),
		Message: fmt.Sprintf("lies outside of adaptive.min to adaptive.max (%d to %d), so there are %d permits at first", a.Min, a.Max, a.Initial),
		Fix:     "move it between adaptive.min and adaptive.max, or leave it out: the adaptive limit takes its place",
	}
	if permits >= a.Min && permits <= a.Max {
		problem.Code = codeTwoBeginnings
		problem.Message = fmt.Sprintf("has no effect: there are as many permits at first as adaptive.initial says (%d)", a.Initial)
		problem.Fix = "leave one of the two out"
	}
	return problem, a.On() && p.Bulkhead.On() && permits != a.Initial
}

func timeoutInAttempt(p Policy) (fuseboard.Problem, bool) {
	a := p.Adaptive
	said := a.On() && a.Kind == adaptive.KindAIMD && a.Timeout != adaptive.DefaultTimeout
	return fuseboard.Problem{
		Code: codeAdaptiveTimeout, Path: "adaptive.timeout", Value: plain.Duration(a.Timeout),
		Message: fmt.Sprintf("no attempts take so long on average, because they end at deadline.attempt %s", plain.Duration(p.Deadline.Attempt)),
		Fix:     "lower adaptive.timeout below deadline.attempt, or leave it out: attempts that time out are counted anyway",
	}, said && p.Deadline.Attempt > 0 && a.Timeout >= p.Deadline.Attempt
}

// waitsForTurns reports whether calls may wait for the turn that a rate limit gives them.
func waitsForTurns(r RateLimit) bool {
	return r.Limit > 0 && r.Queue > 0 && (r.Kind == ratelimit.TokenBucket || r.Kind == ratelimit.Smooth)
}

func turnInTotal(p Policy) (fuseboard.Problem, bool) {
	return fuseboard.Problem{
		Code: codeTurnTotal, Path: "rate.max_wait", Value: plain.Duration(p.Rate.MaxWait),
		Message: fmt.Sprintf("a call may wait for its turn as long as its whole deadline.total %s and then has no time left to run", plain.Duration(p.Deadline.Total)),
		Fix:     "set rate.max_wait well below deadline.total",
	}, waitsForTurns(p.Rate) && p.Deadline.Total > 0 && p.Rate.MaxWait >= p.Deadline.Total
}

func waitsInTotal(p Policy) (fuseboard.Problem, bool) {
	turn, permit, total := p.Rate.MaxWait, p.Bulkhead.MaxWait, p.Deadline.Total
	return fuseboard.Problem{
		Code: codeWaitsTotal, Path: "rate.max_wait", Value: plain.Duration(turn),
		Message: fmt.Sprintf("a call may wait so long for its turn and bulkhead.max_wait %s for a permit, which is its whole deadline.total %s",
			plain.Duration(permit), plain.Duration(total)),
		Fix: "lower rate.max_wait or bulkhead.max_wait, so that time is left to run",
	}, waitsForTurns(p.Rate) && p.Bulkhead.Queue > 0 && permit > 0 && turn < total && permit < total && turn >= total-permit
}

// queueInTurns finds places that nobody can have: who takes them has a turn that is too late.
func queueInTurns(p Policy) (fuseboard.Problem, bool) {
	r := p.Rate
	units := float64(r.MaxWait) / float64(max(r.Per, 1)) * float64(max(r.Limit, r.Adaptive.Ceiling))
	places := int(min(units, 1<<31)) + 1
	return fuseboard.Problem{
		Code: codeQueueTurns, Path: "rate.queue", Value: strconv.Itoa(r.Queue),
		Message: fmt.Sprintf("only %s a turn within rate.max_wait %s, and who comes behind is refused at once",
			plain.Count(places, "unit finds", "units find"), plain.Duration(r.MaxWait)),
		Fix: "raise rate.max_wait, or lower rate.queue",
	}, waitsForTurns(r) && r.Queue > places
}

// wholeWithLimit finds what is said of a limit over all tenants that is not there.
func wholeWithLimit(p Policy) (fuseboard.Problem, bool) {
	r := p.Rate
	for _, field := range []struct {
		path string
		set  bool
	}{
		{"kind", r.Kind != ratelimit.TokenBucket},
		{"burst", r.Burst != 0},
		{"queue", r.Queue != 0},
		{"warm_up", r.WarmUp != 0},
		{"throttled", r.Throttled != ratelimit.DrainBucket},
		{"adaptive", r.Adaptive.On()},
	} {
		if field.set {
			return fuseboard.Problem{
				Code: codeNoWhole, Path: "rate." + field.path,
				Message: "has no effect: rate.limit is not set, and it is not for rate.per_tenant",
				Fix:     "set rate.limit to what all tenants together may take, or remove it",
			}, r.Limit == 0 && r.PerTenant.On()
		}
	}
	return fuseboard.Problem{}, false
}

// admitsAtOnce are the most units that one call may ever take, and the field that says so; 0:
// as many as it likes.
func admitsAtOnce(r RateLimit) (most int, path string) {
	r = r.WithDefaults()
	top := max(r.Limit, r.Adaptive.Ceiling)
	switch {
	case r.Limit <= 0:
	case r.Kind == ratelimit.Smooth:
		most, path = 1, "rate.kind smooth"
	case r.Kind == ratelimit.TokenBucket:
		most, path = int(float64(r.Burst)*(float64(top)/float64(r.Limit))), "rate.burst"
	default:
		most, path = top, "rate.limit"
	}
	if t := r.PerTenant; t.On() && (most == 0 || t.Burst < most) {
		most, path = t.Burst, "rate.per_tenant.burst"
	}
	return most, path
}

// checkCost judges what a case lets its calls cost.
func checkCost(k *plain.Check, cost int, r RateLimit) {
	k.Int("cost", cost, 1, mostCost, "leave it out for 1")
	if cost == 0 {
		return
	}
	problem := fuseboard.Problem{Path: "cost", Value: strconv.Itoa(cost), Warning: true}
	if !r.On() {
		problem.Code, problem.Message = codeCostWithoutRate, "has no effect without a rate limit"
		problem.Fix = "set rate.limit or rate.per_tenant, or remove cost"
		k.Add(problem)
		return
	}
	if most, path := admitsAtOnce(r); most > 0 && cost > most {
		problem.Code, problem.Fix = codeCostBurst, "lower cost, or raise "+path+" to it"
		problem.Message = fmt.Sprintf("is more than %s ever lets through at once (%d), so these calls are always refused", path, most)
		if r.Kind == ratelimit.Smooth && path != "rate.per_tenant.burst" {
			problem.Fix = "lower cost to 1, or take kind token-bucket with a burst"
		}
		k.Add(problem)
	}
}

// mostCost is the most that a case may let a call cost.
const mostCost = 1_000_000
