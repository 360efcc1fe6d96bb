// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of the problems between hedge, deadline.adaptive and other sections.
const (
	codeHedgeWorkers  = "hedge-without-workers"
	codeHedgeSafe     = "hedge-without-safe"
	codeHedgeAttempt  = "hedge-after-attempt"
	codeHedgePermits  = "hedge-without-permits"
	codeHedgeBudget   = "hedge-exceeds-budget"
	codeAttemptFixed  = "adaptive-never-moves"
	codeAdaptiveHedge = "hedge-after-adaptive"
)

// hedgeProblems are those of the section, and that of what it cannot do without.
func (p Policy) hedgeProblems() Problems {
	problems := p.Hedge.Validate()
	if p.Hedge.On() && !p.Workers.On() {
		problems = append(problems, fuseboard.Problem{
			Code: codeHedgeWorkers, Message: "needs workers: an attempt on its caller's own goroutine can neither be copied nor left",
			Fix: "set a field of workers, for example workers.idle 10s, or leave hedge out",
		})
	}
	return problems
}

// spends reports whether calls may take something of the retry budget.
func (p Policy) spends() bool { return p.Hedge.On() || p.repeats() }

// leastHedgeWait is the shortest time after which a copy is ever sent, and the field that says so.
func (p Policy) leastHedgeWait() (wait time.Duration, path string) {
	h := p.Hedge
	switch {
	case h.Quantile == 0:
		return h.After, "hedge.after"
	case h.After > 0 && h.After < h.Min:
		return h.After, "hedge.after"
	}
	return h.Min, "hedge.min"
}

// hedgeInAttempt finds copies for which no attempt lasts long enough.
func hedgeInAttempt(p Policy) (fuseboard.Problem, bool) {
	limit, by := p.Deadline.Attempt, "deadline.attempt"
	if total := p.Deadline.Total; total > 0 && (limit == 0 || total < limit) {
		limit, by = total, "deadline.total"
	}
	wait, path := p.leastHedgeWait()
	copies := p.Hedge.Copies
	problem := fuseboard.Problem{
		Code: codeHedgeAttempt, Path: path, Value: plain.Duration(wait),
		Message: fmt.Sprintf("no copy is ever sent, because every attempt ends before, at %s %s", by, plain.Duration(limit)),
		Fix:     "lower it well below " + by + ": to what most attempts take",
	}
	if wait < limit {
		problem.Path, problem.Value = "hedge.copies", strconv.Itoa(copies)
		problem.Message = fmt.Sprintf("the last of them is never sent: each waits %s (%s) longer, and every attempt ends at %s %s",
			plain.Duration(wait), path, by, plain.Duration(limit))
		problem.Fix = "lower hedge.copies, or " + path
	}
	return problem, p.Hedge.On() && limit > 0 && wait*time.Duration(copies) >= limit
}

// hedgeInAdaptive finds a wait that an adaptive attempt never lasts for once it knows enough.
func hedgeInAdaptive(p Policy) (fuseboard.Problem, bool) {
	h, a := p.Hedge, p.Deadline.Adaptive
	return fuseboard.Problem{
		Code: codeAdaptiveHedge, Path: "hedge.quantile", Value: percent(h.Quantile),
		Message: fmt.Sprintf("is above deadline.adaptive.quantile %s, whose limit may end attempts before a copy is sent", percent(a.Quantile)),
		Fix:     "lower hedge.quantile to that of the limit or less",
	}, h.On() && a.On() && h.Quantile > a.Quantile
}

// hedgeInPermits finds copies for which there is never a permit.
func hedgeInPermits(p Policy) (fuseboard.Problem, bool) {
	permits, by := p.permits()
	if p.Workers.On() && permits == p.Workers.Max && by == "bulkhead.concurrency" && p.Bulkhead.Concurrency != permits {
		by = "workers.max"
	}
	problem := fuseboard.Problem{
		Code: codeHedgePermits, Path: "hedge",
		Message: "no copy is ever sent: the attempt has the only permit (" + by + " 1), and a copy needs its own",
		Fix:     "raise " + by + ", or leave hedge out",
	}
	if permits > 1 {
		problem.Path, problem.Value = "hedge.copies", strconv.Itoa(p.Hedge.Copies)
		problem.Message = fmt.Sprintf("one attempt and its copies need more permits than there are (%s %d)", by, permits)
		problem.Fix = "lower hedge.copies, or raise " + by
	}
	return problem, p.Hedge.On() && permits > 0 && permits <= p.Hedge.Copies
}

// hedgeInBudget finds more copies than are paid for.
func hedgeInBudget(p Policy) (fuseboard.Problem, bool) {
	share, ratio := 1-p.Hedge.Quantile, p.Retry.Budget.WithDefaults().Ratio
	return fuseboard.Problem{
		Code: codeHedgeBudget, Path: "hedge.quantile", Value: percent(p.Hedge.Quantile),
		Message: fmt.Sprintf("%s of the attempts want a copy, and retry.budget.ratio pays for %s of the calls, repetitions included",
			percent(share), percent(ratio)),
		Fix: "raise hedge.quantile, or retry.budget.ratio",
	}, p.Hedge.On() && p.Hedge.Quantile > 0 && share > ratio+1e-9
}

// percent writes a share as policies do.
func percent(share float64) string { return plain.Number(float64(int(share*1e6+0.5))/1e4) + "%" }

// adaptiveMinInAttempt finds a limit that cannot move.
func adaptiveMinInAttempt(p Policy) (fuseboard.Problem, bool) {
	a, attempt := p.Deadline.Adaptive, p.Deadline.Attempt
	return fuseboard.Problem{
		Code: codeAttemptFixed, Path: "deadline.adaptive.min", Value: plain.Duration(a.Min),
		Message: "is deadline.attempt, so the limit never moves",
		Fix:     "lower deadline.adaptive.min, raise deadline.attempt, or leave adaptive out",
	}, a.On() && attempt > 0 && a.Min == attempt
}

// unsafe warns of an operation that the policy would repeat or copy, and that has no Safe hook.
func (g *Guard) unsafe(p Policy, op string) (warnings Problems) {
	if p.repeatsOf(op) {
		warnings = append(warnings, g.unsafeRetry(op))
	}
	if p.Hedge.On() {
		warnings = append(warnings, g.unsafeHedge(op))
	}
	return warnings
}

// unsafeHedge warns of an operation that no copy is ever sent of.
func (g *Guard) unsafeHedge(op string) fuseboard.Problem {
	return fuseboard.Problem{
		Path: "hedge", Code: codeHedgeSafe, Value: title(g.name, op), Warning: true,
		Message: "has hedging but no Safe hook, so no copy is ever sent",
		Fix:     "give With{Safe: actors.Always[Request]} if doing it twice is harmless, Never[Request] if not, with your request's type",
	}
}
