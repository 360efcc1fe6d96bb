// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/supervision"
)

// stages describes the policies in the order in which a call meets them.
func (s sight) stages() []PolicyStage {
	p := s.plan.given
	all := s.settings()
	stages := slices.Concat(
		s.userStages(AroundCall),
		[]PolicyStage{
			{Name: "cache", On: p.Cache.On(), Now: s.caches(), Settings: all.under("cache")},
			{Name: "fallback", On: p.Fallback.On(), Now: s.fallsBack(), Settings: all.under("fallback")},
		},
		s.userStages(AroundProtection),
		s.protections(all),
		s.userStages(AroundHandler),
	)
	if s.guard.generations != nil {
		stages = append(stages, PolicyStage{Name: "handler", On: true, Now: s.handler(), Settings: all.under("restart")})
	}
	for i := range stages {
		stages[i].Kind = cmp.Or(stages[i].Kind, PolicyKind)
	}
	return stages
}

// protections are those of the protected call.
func (s sight) protections(all settings) []PolicyStage {
	p := s.plan.given
	return []PolicyStage{
		{Name: "total deadline", On: p.Deadline.Total > 0 || p.Deadline.Reserve > 0, Now: s.total(), Settings: all.under("deadline.total", "deadline.reserve")},
		{Name: "retry", On: p.Retry.On(), Now: s.retry(), Settings: all.under("retry")},
		{Name: "hedge", On: p.Hedge.On(), Now: s.hedges(), Settings: all.under("hedge")},
		{Name: "shedding", On: s.load.shed != nil, Now: s.shedsNow(), Settings: s.settingsOfShedding(all)},
		{Name: "breaker", On: p.Breaker.On(), Now: s.breaker() + s.fleets(), Settings: all.under("breaker", "fleet", "panics")},
		{Name: "workers", On: p.Workers.On(), Now: s.workers(), Settings: all.under("workers")},
		{Name: "throttle", On: p.Throttle.On(), Now: s.throttles(), Settings: all.under("throttle")},
		{Name: "rate", On: p.Rate.On(), Now: s.rates(), Settings: all.under("rate")},
		{Name: "bulkhead", On: p.Bulkhead.On() || p.Adaptive.On(), Now: s.bulkhead() + s.adapts(), Settings: all.under("bulkhead", "adaptive")},
		{Name: "attempt deadline", On: p.Deadline.Attempt > 0, Now: s.attempt(), Settings: all.under("deadline.attempt", "deadline.adaptive")},
	}
}

type settings []Setting

// settings are the values in force, with their origin. A default that is not a
// value of its own field, but depends on the call, is said in words.
func (s sight) settings() (all settings) {
	given := map[string]bool{}
	for _, leaf := range plain.Leaves(s.plan.given) {
		given[leaf.Path] = !leaf.Zero
	}
	origins := s.origins()
	effective := s.plan.given.WithDefaults()
	effective.Restart = effective.Restart.WithDefaults()
	for _, leaf := range plain.Leaves(effective) {
		origin := Default
		if i, is := origins[leaf.Path]; is {
			origin = Origin(casePathOf(i))
		} else if given[leaf.Path] {
			origin = Given
		}
		all = append(all, Setting{Path: leaf.Path, Value: leaf.Text, Origin: origin})
	}
	return s.inWords(all)
}

// inWords adds the defaults in force that are no values of their own field.
func (s sight) inWords(all settings) settings {
	p := s.plan.given
	if p.Retry.On() && len(p.Retry.Only) == 0 {
		all = all.with("retry.only", "by class", "retry.max_retry_after")
	}
	if p.Breaker.On() {
		all = all.with("breaker.weights", "by class", "bulkhead.concurrency")
	}
	if p.Bulkhead.On() && p.Bulkhead.Queue == 0 {
		before := "bulkhead.max_wait"
		if p.Bulkhead.MaxWait == 0 {
			before = "bulkhead.order"
		}
		all = all.with("bulkhead.queue", "0", before)
	} else if p.Bulkhead.On() && p.Bulkhead.MaxWait == 0 {
		all = all.with("bulkhead.max_wait", s.maxWait(), "bulkhead.order")
	}
	return all
}

// with puts a default that is not zero in its meaning before the setting that
// follows it in a policy, else at the end.
func (all settings) with(path, value, before string) settings {
	at := slices.IndexFunc(all, func(s Setting) bool { return s.Path == before })
	if at < 0 {
		at = len(all)
	}
	return slices.Insert(all, at, Setting{Path: path, Value: value, Origin: Default})
}

// under returns the settings at the paths or below them.
func (all settings) under(paths ...string) (found []Setting) {
	for _, setting := range all {
		for _, path := range paths {
			rest, within := strings.CutPrefix(setting.Path, path)
			if within && (rest == "" || rest[0] == '.') {
				found = append(found, setting)
			}
		}
	}
	return found
}

func (s sight) total() string {
	d := s.plan.given.Deadline
	words := "off: only the caller's own deadline counts"
	switch {
	case d.Total > 0:
		words = fmt.Sprintf("a call has %s in all, or until its caller's own deadline if that is earlier", plain.Duration(d.Total))
	case d.Reserve > 0:
		words = "no limit but the caller's own deadline"
	}
	if d.Reserve > 0 {
		words += fmt.Sprintf("; %s of the caller's are kept back for the way home", plain.Duration(d.Reserve))
	}
	return words
}

// handler says which generation of a rebuilt handler there is.
func (s sight) handler() string {
	if s.gap != nil {
		words := "being rebuilt: " + s.gap.detail
		if wait := s.until(s.gap.until); wait > 0 {
			words += "; the next build begins in " + short(wait)
		}
		return words
	}
	return fmt.Sprintf("generation %d is ready", s.guard.generations.now.Load().number)
}

func (s sight) retry() string {
	r := s.plan.retry
	switch {
	case !r.On():
		return "off: one attempt"
	case !s.plan.repeats:
		return "one attempt, so nothing is repeated"
	}
	left, allowed := s.budget()
	are := "are"
	if left == 1 {
		are = "is"
	}
	words := fmt.Sprintf("up to %d attempts; budget: %d of %s within %s %s left",
		r.MostAttempts(), left, plain.Count(allowed, "repetition", "repetitions"), plain.Duration(r.Budget.Window), are)
	switch {
	case left == 0:
		words += ", so nothing is repeated now"
	case !s.circuit.Admits && !s.stopped:
		words += ", but now the circuit would refuse them too"
	}
	if a := s.guard.spent.Amplification(s.now); a.Repeats+a.Inner+a.Suppressed > 0 {
		words += "; " + a.String()
	}
	return words
}

func (s sight) bulkhead() string {
	d := s.gate
	switch {
	case d.Suspended:
		return fmt.Sprintf("the guard is being restarted: %d in use, %s", d.InUse, plain.Count(d.Waiting, "call waits", "calls wait")) + byPriority(d.Priorities)
	case d.Limit == 0:
		return "off: no limit; " + plain.Count(d.InUse, "call runs", "calls run")
	}
	words := fmt.Sprintf("%d of %s in use; ", d.InUse, plain.Count(d.Limit, "permit", "permits"))
	if d.Queue == 0 && d.Waiting == 0 {
		return words + "there is no queue"
	}
	words += fmt.Sprintf("%d of %s in the queue taken", d.Waiting, plain.Count(d.Queue, "place", "places")) + byPriority(d.Priorities)
	if d.Wait > 0 {
		words += "; a call of normal priority is expected to wait " + short(d.Wait)
	}
	return words
}

// maxWait is how long a call may queue.
func (s sight) maxWait() string {
	if d := s.plan.given.Bulkhead.MaxWait; d > 0 {
		return plain.Duration(d)
	}
	return plain.Duration(mailbox.DefaultMaxWait) + ", or a fifth of the call's time if less"
}

func (s sight) breaker() string {
	state := s.state()
	switch {
	case s.circuit.Mode == Enforce:
		return state
	case !s.plan.given.Breaker.On():
		return s.commanded() + "; the policy has no breaker"
	}
	return s.commanded() + "; beneath it: " + state
}

// state says where the circuit stands, whatever the mode makes of it.
func (s sight) state() string {
	c, b := s.circuit, s.plan.given.Breaker.WithDefaults()
	switch {
	case !b.On():
		return "off: the circuit is always closed"
	case c.State == Open:
		return s.open(b)
	case c.State == HalfOpen:
		p := c.Probing
		if p == (supervision.Probing{}) {
			return "half-open, with no probes under this command"
		}
		return fmt.Sprintf("half-open: %d of the %s needed passed, %d failed; %d under way, %d may still start",
			p.Passed, plain.Count(p.Need, "probe", "probes"), p.Failed, p.Running, p.Free)
	case c.Fleet.Phase == FleetRamp:
		return fmt.Sprintf("recovering: admits %s of the calls, as the fleet says; %s", plain.Percent(c.Share), s.evidence(b))
	case c.State == Ramping:
		return fmt.Sprintf("recovering: admits %s of the calls, all in %s; %s",
			plain.Percent(c.Share), short(s.until(c.Until)), s.evidence(b))
	}
	return "closed; " + s.evidence(b)
}

func (s sight) open(b Breaker) string {
	c := s.circuit
	if c.Fleet.Phase == FleetHold {
		return "open: " + c.Refusal().String()
	}
	words := "open: " + (&supervision.Refusal{State: Open, Cause: c.Cause, Before: c.Before}).String()
	if c.Opens > 1 {
		words += fmt.Sprintf(", the %s opening in a row", ordinal(c.Opens))
	}
	probes := plain.Count(b.Probes, "probe", "probes")
	if moves := c.Mode == Enforce || c.Mode == Shadow; moves && !s.stopped {
		words += fmt.Sprintf("; lets %s through in %s", probes, short(s.until(c.Until)))
	}
	return words
}

// evidence is what the window holds, against the thresholds.
func (s sight) evidence(b Breaker) string {
	n := s.circuit.Numbers
	var parts []string
	if b.FailureRate > 0 {
		parts = append(parts, fmt.Sprintf("failure rate %s (opens at %s)", plain.Percent(n.FailureRate), plain.Rate(b.FailureRate)))
	}
	if b.SlowRate > 0 {
		parts = append(parts, fmt.Sprintf("slow calls %s (opens at %s)", plain.Percent(n.SlowRate), plain.Rate(b.SlowRate)))
	}
	rates := len(parts) > 0
	if b.Consecutive > 0 {
		parts = append(parts, fmt.Sprintf("%s in a row (opens at %d)", plain.Count(n.Consecutive, "failure", "failures"), b.Consecutive))
	}
	words := plain.Count(n.Calls, "call", "calls") + " " + windowWords(b.Window) + ": " + strings.Join(parts, ", ")
	if rates && n.Calls < b.MinCalls {
		words += fmt.Sprintf("; rates count from %s on", plain.Count(b.MinCalls, "call", "calls"))
	}
	return words
}

func windowWords(w Window) string {
	if w.Calls > 0 {
		return fmt.Sprintf("in a window of %d", w.Calls)
	}
	return "in the last " + plain.Duration(w.Span)
}
