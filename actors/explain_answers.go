// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// caches says what the cache holds, what it was good for, and for how long.
func (s sight) caches() string {
	c := s.plan.given.Cache.WithDefaults()
	if !c.On() {
		return "off: every call asks the dependency"
	}
	keyed := s.guard.with(func(h hooks) bool { return h.key })
	if len(keyed) == 0 {
		return "keeps nothing: no operation has a Key hook"
	}
	v := s.around.cache
	words := fmt.Sprintf("%d of %s kept", v.Entries, plain.Count(len(keyed)*c.MaxEntries, "answer", "answers"))
	if len(keyed) > 1 {
		words += fmt.Sprintf(" (%d for each of %d operations)", c.MaxEntries, len(keyed))
	}
	words += "; " + hitWords(v) + "; " + lives(c)
	if v.Running > 0 {
		words += fmt.Sprintf("; now %s for %s", plain.Count(v.Running, "load runs", "loads run"), plain.Count(v.Waiting, "caller", "callers"))
	}
	if v.Abandoned > 0 {
		words += fmt.Sprintf("; %s longer than cache.abandon_after", plain.Count(int(v.Abandoned), "load took", "loads took")) //nolint:gosec // a count
	}
	return words
}

// hitRate is the share of the calls with a key that did not wait for a load, of how many.
func hitRate(v cache.View) (rate float64, calls uint64) {
	calls, given := v.Lookups()
	return float64(given) / float64(max(calls, 1)), calls
}

func hitWords(v cache.View) string {
	rate, calls := hitRate(v)
	if calls == 0 {
		return "nobody has asked yet"
	}
	words := fmt.Sprintf("hit rate %s of %s", plain.Percent(rate), plain.Count(int(calls), "call", "calls")) //nolint:gosec // a count
	var parts []string
	for _, p := range []struct {
		n    uint64
		what string
	}{
		{v.Stale, "stale while refreshed"},
		{v.StaleOnError, "stale as the load failed"},
		{v.Negative, "kept errors"},
		{v.Shared, "shared another's load"},
		{v.Left, "left before their answer"},
		{v.Failures, "loads failed"},
		{v.Skipped, "not refreshed, as too many were"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if len(parts) > 0 {
		words += " (" + strings.Join(parts, ", ") + ")"
	}
	return words
}

// lives says for how long what is given.
func lives(c Cache) string {
	words := fmt.Sprintf("fresh for %s, or up to %s less", plain.Duration(c.TTL), plain.Rate(c.Jitter))
	if c.StaleWhileRevalidate > 0 {
		words += fmt.Sprintf(", then given for %s while one load refreshes it", plain.Duration(c.StaleWhileRevalidate))
	}
	if c.StaleIfError > 0 {
		words += fmt.Sprintf(", for %s where the load fails", plain.Duration(c.StaleIfError))
	}
	return words
}

// fallsBack says which steps there are, and what came of each.
func (s sight) fallsBack() string {
	p := s.plan.given.Fallback
	hooked := s.guard.with(func(h hooks) bool { return h.fallback })
	lead := ""
	switch {
	case !p.On() && len(hooked) == 0:
		return "off: a failure is answered with its error"
	case !p.On():
		p = hookAlone
		lead = "off in the policy, but the Fallback hook of " + named(hooked) + " is asked: "
	}
	p = p.WithDefaults()
	parts := make([]string, len(p.Steps))
	for i, step := range p.Steps {
		parts[i] = fmt.Sprintf("%d %s: %s", i+1, stepWords(step), s.resultsOf(i, step))
	}
	words := lead + strings.Join(parts, "; ")
	if running := s.around.fallback.Running; running > 0 {
		words += fmt.Sprintf("; now %s", plain.Count(running, "step runs", "steps run")) + fmt.Sprintf(" of %d that may", p.Concurrency)
	}
	return words
}

// hookAlone is the policy of operations with a Fallback hook where the section is off.
var hookAlone = Fallback{Steps: []FallbackStep{{Use: fallback.Computed}}}

// stepWords names a step and what it is for: "guard payments-eu, for timeout and breaker".
func stepWords(step FallbackStep) string {
	words := fallback.Given{Step: 1, Use: step.Use, Guard: step.Guard}.String()
	if step.Use == fallback.LastGood {
		words += " of up to " + plain.Duration(step.MaxAge)
	}
	if len(step.On) > 0 {
		classes := make([]string, len(step.On))
		for i, class := range step.On {
			classes[i] = string(class)
		}
		words += ", for " + listed(classes)
	}
	return words
}

// resultsOf says what came of a step, as far as the numbers are those of the step.
func (s sight) resultsOf(i int, step FallbackStep) string {
	all := s.around.fallback.Steps
	if i >= len(all) || all[i].Use != step.Use || all[i].Guard != step.Guard {
		return "not tried yet"
	}
	var parts []string
	for r := range fallback.Result(fallback.Results) {
		if n := all[i].Count(r); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, strings.ReplaceAll(r.String(), "-", " ")))
		}
	}
	if len(parts) == 0 {
		return "not tried yet"
	}
	return strings.Join(parts, ", ")
}

// instead says what a call that is refused gets in place of the refusal, as far as that can be
// said without asking anybody.
func (s sight) instead(refusedBy string) string {
	var parts []string
	if n := s.around.cache.Entries; n > 0 && s.plan.given.Cache.On() {
		parts = append(parts, fmt.Sprintf("unless its answer is among the %d that are kept", n))
	}
	if words := s.insteadByFallback(refusedBy); words != "" {
		parts = append(parts, words)
	}
	return strings.Join(parts, "; ")
}

// insteadByFallback says which steps would be tried, and whether one of them is sure to answer.
func (s sight) insteadByFallback(refusedBy string) string {
	var tried []string
	for _, step := range s.stepsFor(fallback.Fault{Class: fuseboard.Class(refusedBy), Refused: refusedBy}) {
		if step.Use != fallback.Value {
			tried = append(tried, fallback.Given{Step: 1, Use: step.Use, Guard: step.Guard}.String())
			continue
		}
		if len(tried) == 0 {
			return "the fallback would answer with a value"
		}
		return "the fallback would try " + listed(tried) + ", and else answer with a value"
	}
	if len(tried) == 0 {
		return ""
	}
	return "the fallback would try " + listed(tried)
}

// stepsFor are the steps that are for a fault, without those that have nothing to answer with.
func (s sight) stepsFor(f fallback.Fault) (steps []FallbackStep) {
	p := s.plan.given.Fallback
	computes := len(s.guard.with(func(h hooks) bool { return h.fallback })) > 0
	keeps := len(s.guard.with(func(h hooks) bool { return h.key })) > 0
	if !p.On() && computes {
		p = hookAlone
	}
	return slices.DeleteFunc(p.WithDefaults().Steps, func(step FallbackStep) bool {
		return !step.IsFor(f) || step.Use == fallback.Computed && !computes || step.Use == fallback.LastGood && !keeps
	})
}
