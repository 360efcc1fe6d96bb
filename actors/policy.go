// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Policy says how one dependency is protected. It is plain data: the Go
// literal, the JSON and the message that changes a running guard are this one
// struct. A section that is entirely zero is off; set any field of it and its
// other fields take their documented defaults. The zero Policy protects nothing.
type Policy struct {
	// Mode says how far the policy is obeyed: enforced, watched or bypassed. Zero:
	// enforced. It concerns the whole policy; the [Mode] of the circuit, which a
	// [Command] sets, is the breaker's alone. See [PolicyMode].
	Mode PolicyMode
	// Cache keeps answers, and gives them to calls that ask for the same: of operations whose
	// requests have a Key (see [With]). Off: every call asks the dependency.
	Cache Cache
	// Fallback answers calls that failed or were refused. Off: they are answered with their
	// error, but where an operation has a Fallback hook; see [With].
	Fallback Fallback
	// Deadline bounds the call and each attempt. Off: only the caller's own deadline counts.
	Deadline Deadline
	// Retry repeats failed attempts. Off: one attempt.
	Retry Retry
	// Hedge sends a copy of an attempt that takes longer than most do, and takes the answer
	// that comes first: of operations that may be repeated ([With].Safe), and it needs Workers.
	// Copies are paid for by retry.budget. Off: no copies. See [Hedge].
	Hedge Hedge
	// Breaker stops calling a dependency that fails. Off: the circuit is always closed.
	Breaker Breaker
	// Fleet lets the circuit go by what other replicas of the service see of the dependency. It needs
	// Breaker. Off: by what this one sees alone.
	Fleet Fleet
	// Throttle keeps a share of the calls from a dependency that refuses many of them.
	// Off: every call is sent that the circuit lets through.
	Throttle Throttle
	// Rate bounds how many calls are made in how much time, of all and of each tenant.
	// Off: no bound.
	Rate RateLimit
	// Bulkhead bounds concurrency. Off: no bound, no queue.
	Bulkhead Bulkhead
	// Adaptive finds the bulkhead's permits by itself, between two bounds. Off: there are
	// as many as bulkhead.concurrency says.
	Adaptive Adaptive
	// Workers runs handlers on pooled goroutines, so that a caller leaves at its
	// deadline although the handler goes on. Off: a handler runs on its caller's
	// goroutine, and the caller waits until it returns.
	Workers Workers
	// Shedding refuses work of lower priorities while the host is under pressure. Off: as
	// [Options.Shedding] says.
	Shedding Shedding
	// Panics holds the circuit open when too many handlers panic. Off: a panic is one
	// call's failure.
	Panics Panics
	// Restart says how the handler of [Rebuild] is built anew. It is never off; other
	// guards do not use it.
	Restart Restart
	// Cases is a table of what is otherwise for some calls: by their operation, their priority,
	// their tenant, or the attempt. Empty: all calls are alike, which costs nothing. At most [MaxCases];
	// see [Case].
	Cases []Case
}

// Codes of the problems that lie between two sections of a policy.
const (
	codeEmpty         = "protects-nothing"
	codeAttemptsTotal = "attempts-exceed-total"
	codeNoDeadline    = "retry-without-deadline"
	codeProbesPermits = "probes-exceed-permits"
	codeWaitTotal     = "wait-exceeds-total"
	codeSlowAttempt   = "slow-after-exceeds-attempt"
	codeProbeAttempt  = "probe-timeout-below-attempt"
	codeRetrySafe     = "retry-without-safe"
)

// Validate reports everything wrong with the policy at once, errors and
// warnings together, each with its path as in policy files. It returns nil for
// a policy without a flaw. [Protect] refuses a policy that has errors and logs
// the warnings of one that has only those.
func (p Policy) Validate() Problems {
	found := p.problemsWithoutCases()
	return append(found, p.checkCases(found)...)
}

// problemsWithoutCases is what is wrong for calls that no case matches.
func (p Policy) problemsWithoutCases() Problems {
	var c plain.Check
	for _, wrong := range p.Mode.problems() {
		c.Add(wrong)
	}
	c.Include("cache", p.Cache.Validate())
	c.Include("fallback", p.Fallback.Validate())
	c.Include("deadline", p.Deadline.Validate())
	c.Include("retry", p.Retry.Validate())
	c.Include("hedge", p.hedgeProblems())
	c.Include("breaker", p.Breaker.Validate())
	c.Include("fleet", p.Fleet.Validate())
	c.Include("throttle", p.Throttle.Validate())
	c.Include("rate", p.Rate.Validate())
	c.Include("bulkhead", p.Bulkhead.Validate())
	c.Include("adaptive", p.Adaptive.Validate())
	c.Include("workers", p.Workers.Validate())
	c.Include("shedding", p.Shedding.Validate())
	c.Include("panics", p.Panics.Validate())
	c.Include("restart", p.Restart.Validate())
	whole := p.WithDefaults()
	for _, rule := range between {
		if problem, found := rule(whole); found {
			problem.Warning = true
			c.Add(problem)
		}
	}
	return c.Problems()
}

// WithDefaults returns the policy with every default written out in the
// sections that are on.
func (p Policy) WithDefaults() Policy {
	p.Deadline, p.Retry, p.Hedge = p.Deadline.WithDefaults(), p.Retry.WithDefaults(), p.Hedge.WithDefaults()
	p.Breaker, p.Fleet = p.Breaker.WithDefaults(), p.fleet()
	p.Adaptive = p.adaptive().WithDefaults() // by the bulkhead as it was given
	if p.Adaptive.On() && p.Bulkhead.On() && p.Bulkhead.Concurrency == 0 {
		p.Bulkhead.Concurrency = p.Adaptive.Initial
	}
	p.Bulkhead = p.Bulkhead.WithDefaults()
	p.Panics = p.Panics.WithDefaults()
	if p.Restart.On() {
		p.Restart = p.Restart.WithDefaults()
	}
	p.Workers = p.workers()
	p.Cache, p.Fallback = p.Cache.WithDefaults(), p.Fallback.WithDefaults()
	p.Throttle, p.Rate, p.Shedding = p.Throttle.WithDefaults(), p.Rate.WithDefaults(), p.Shedding.WithDefaults()
	return p
}

// clone returns a policy that shares nothing with p: what a guard obeys changes
// by Update alone. A map or list without members says the same as none.
func (p Policy) clone() Policy {
	p.Cache, p.Fallback = p.Cache.Clone(), p.Fallback.Clone()
	p.Breaker.Weights, p.Retry = cloneMap(p.Breaker.Weights), cloneRetry(p.Retry)
	p.Cases = cloneList(p.Cases)
	for i := range p.Cases {
		p.Cases[i] = p.Cases[i].clone()
	}
	return p
}

func cloneRetry(r Retry) Retry {
	r.Only, r.Classes, r.Budget.Weights = cloneList(r.Only), cloneMap(r.Classes), cloneMap(r.Budget.Weights)
	return r
}

func cloneMap[K comparable, V any](m map[K]V) map[K]V {
	if len(m) == 0 {
		return nil
	}
	return maps.Clone(m)
}

func cloneList[T any](l []T) []T {
	if len(l) == 0 {
		return nil
	}
	return slices.Clone(l)
}

// MarshalJSON writes the policy with snake_case names and natural units
// ("800ms", "50%"); fields at zero are left out.
func (p Policy) MarshalJSON() ([]byte, error) {
	type fields Policy
	return plain.Encode(fields(p))
}

// UnmarshalJSON reads what MarshalJSON writes. It reports every unknown field,
// wrong type and bad unit at once, as Problems, and leaves the policy untouched
// then. It does not judge ranges: Validate does.
func (p *Policy) UnmarshalJSON(data []byte) error {
	type fields Policy
	var read fields
	if problems := plain.Decode(data, &read); problems.Err() != nil {
		return problems
	}
	*p = Policy(read)
	return nil
}

// between are the rules that need two sections. Each sees the policy with its
// defaults; what it finds is a warning.
var between = []func(Policy) (fuseboard.Problem, bool){
	emptyPolicy, attemptsInTotal, retryInDeadline, probesInPermits,
	waitInTotal, slowInAttempt, probeOutlivesAttempt,
	workersBelowPermits, abandonedAbovePermits, workersNeverLeft,
	concurrencyInAdaptive, timeoutInAttempt, turnInTotal, waitsInTotal, queueInTurns, wholeWithLimit,
	loadInDeadline, abandonInDeadline, refreshesInPermits, negativeInTTL, refusalsKept, failuresInWindow, staleInOpen,
	fallbackInTotal, lastGoodBehindStale, lastGoodInOpen, stepsOfSections,
	hedgeInAttempt, hedgeInAdaptive, hedgeInPermits, hedgeInBudget, adaptiveMinInAttempt,
	fleetInBreaker, fleetInMode, windowInFleet, holdInProbes, rateInFleet,
}

func emptyPolicy(p Policy) (fuseboard.Problem, bool) {
	on := p.Deadline.On() || p.Retry.On() || p.Breaker.On() || p.Bulkhead.On() || p.Workers.On() || p.Panics.On() ||
		p.loads() || p.answersOrCopies() || len(p.Cases) > 0
	return fuseboard.Problem{
		Code: codeEmpty, Path: "policy", Message: "every section is off, so nothing is protected",
		Fix: "set a field of cache, fallback, deadline, retry, hedge, breaker, throttle, rate, bulkhead, adaptive, workers, shedding or panics",
	}, !on
}

// answersOrCopies reports whether a section is on that answers in place of the dependency, or
// asks it twice.
func (p Policy) answersOrCopies() bool { return p.Cache.On() || p.Fallback.On() || p.Hedge.On() }

func attemptsInTotal(p Policy) (fuseboard.Problem, bool) {
	attempts := p.Retry.MostAttempts()
	need := time.Duration(attempts) * p.Deadline.Attempt
	most := ""
	if p.Deadline.Adaptive.On() {
		most = " (the most that deadline.adaptive gives)"
	}
	return fuseboard.Problem{
		Code: codeAttemptsTotal, Path: "retry.attempts", Value: strconv.Itoa(attempts),
		Message: fmt.Sprintf("%d attempts of %s%s need %s, more than deadline.total %s; the last ones may be cut short or never made",
			attempts, plain.Duration(p.Deadline.Attempt), most, plain.Duration(need), plain.Duration(p.Deadline.Total)),
		Fix: "raise deadline.total, or lower deadline.attempt or retry.attempts",
	}, p.Retry.On() && p.Deadline.Attempt > 0 && p.Deadline.Total > 0 && need > p.Deadline.Total
}

func retryInDeadline(p Policy) (fuseboard.Problem, bool) {
	return fuseboard.Problem{
		Code: codeNoDeadline, Path: "retry", Message: "repeats without any deadline: a hanging attempt is never repeated and never ends",
		Fix: "set deadline.attempt and deadline.total",
	}, p.Retry.On() && p.Deadline.Attempt == 0 && p.Deadline.Total == 0
}

func probesInPermits(p Policy) (fuseboard.Problem, bool) {
	permits, limitedBy := p.permits()
	return fuseboard.Problem{
		Code: codeProbesPermits, Path: "breaker.probes", Value: strconv.Itoa(p.Breaker.Probes),
		Message: fmt.Sprintf("more probes than the bulkhead has permits (%d); a half-open circuit waits for its own probes", permits),
		Fix:     "lower breaker.probes or raise " + limitedBy,
	}, p.Breaker.On() && permits > 0 && p.Breaker.Probes > permits
}

func waitInTotal(p Policy) (fuseboard.Problem, bool) {
	return fuseboard.Problem{
		Code: codeWaitTotal, Path: "bulkhead.max_wait", Value: plain.Duration(p.Bulkhead.MaxWait),
		Message: fmt.Sprintf("a call may wait as long as its whole deadline.total %s and then has no time left to run", plain.Duration(p.Deadline.Total)),
		Fix:     "keep bulkhead.max_wait well below deadline.total, or leave it out for the default",
	}, p.Bulkhead.MaxWait > 0 && p.Deadline.Total > 0 && p.Bulkhead.MaxWait >= p.Deadline.Total
}

func slowInAttempt(p Policy) (fuseboard.Problem, bool) {
	return fuseboard.Problem{
		Code: codeSlowAttempt, Path: "breaker.slow_after", Value: plain.Duration(p.Breaker.SlowAfter),
		Message: fmt.Sprintf("no call can be slow before it times out at deadline.attempt %s", plain.Duration(p.Deadline.Attempt)),
		Fix:     "lower breaker.slow_after below deadline.attempt",
	}, p.Breaker.SlowAfter > 0 && p.Deadline.Attempt > 0 && p.Breaker.SlowAfter >= p.Deadline.Attempt
}

func probeOutlivesAttempt(p Policy) (fuseboard.Problem, bool) {
	return fuseboard.Problem{
		Code: codeProbeAttempt, Path: "breaker.probe_timeout", Value: plain.Duration(p.Breaker.ProbeTimeout),
		Message: fmt.Sprintf("a probe's lease ends before its attempt does (deadline.attempt %s), so a slow success counts as a failed probe", plain.Duration(p.Deadline.Attempt)),
		Fix:     "raise breaker.probe_timeout to deadline.attempt or more",
	}, p.Breaker.On() && p.Deadline.Attempt > 0 && p.Breaker.ProbeTimeout < p.Deadline.Attempt
}
