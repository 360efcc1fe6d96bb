// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// Codes of the problems between fallback and other sections.
const (
	codeFallbackTotal = "fallback-exceeds-deadline"
	codeLastGoodStale = "last-good-after-stale"
	codeLastGoodFresh = "last-good-below-ttl"
	codeLastGoodOpen  = "last-good-below-open"
	codeNeverRefuses  = "section-is-off"
	codeHookNotAsked  = "hook-not-asked"
)

// mostTimesOfTheCall is how many times as long as its call a fallback may take before that is worth a word.
const mostTimesOfTheCall = 2

// fallbackInTotal finds a fallback that may take much longer than the call that it answers.
func fallbackInTotal(p Policy) (fuseboard.Problem, bool) {
	asking := 0
	for _, s := range p.Fallback.Steps {
		if s.Use == UseComputed || s.Use == UseGuard {
			asking++
		}
	}
	whole, total := time.Duration(asking)*p.Fallback.Timeout, p.Deadline.Total
	return fuseboard.Problem{
		Code: codeFallbackTotal, Path: "fallback.timeout", Value: plain.Duration(p.Fallback.Timeout),
		Message: fmt.Sprintf("who has waited for deadline.total %s may wait another %s for the fallback (%s that may take so long)",
			plain.Duration(total), plain.Duration(whole), plain.Count(asking, "step", "steps")),
		Fix: "lower fallback.timeout: its time comes on top of deadline.total",
	}, p.Fallback.On() && total > 0 && whole >= mostTimesOfTheCall*total
}

// stepOf finds the first step of which wrong is true.
func (p Policy) stepOf(wrong func(FallbackStep) bool) (step FallbackStep, path string, found bool) {
	i := slices.IndexFunc(p.Fallback.Steps, wrong)
	if i < 0 {
		return step, "", false
	}
	return p.Fallback.Steps[i], "fallback.steps[" + strconv.Itoa(i) + "]", true
}

// lastGoodBehindStale finds last good answers that the cache has given before.
func lastGoodBehindStale(p Policy) (fuseboard.Problem, bool) {
	c := p.Cache
	given := time.Duration(float64(c.TTL)*(1-c.Jitter)) + c.StaleIfError
	s, path, found := p.stepOf(func(s FallbackStep) bool { return s.Use == UseLastGood && s.MaxAge <= given })
	if c.StaleIfError == 0 {
		return fuseboard.Problem{
			Code: codeLastGoodFresh, Path: path + ".max_age", Value: plain.Duration(s.MaxAge),
			Message: fmt.Sprintf("last good answers are too old before the dependency is asked again: the cache gives them for at least %s (cache.ttl %s)", plain.Duration(given), plain.Duration(c.TTL)),
			Fix:     "raise max_age above cache.ttl",
		}, found && c.On() && p.Fallback.MaxKeys <= c.MaxEntries
	}
	return fuseboard.Problem{
		Code: codeLastGoodStale, Path: path + ".max_age", Value: plain.Duration(s.MaxAge),
		Message: fmt.Sprintf("gives what the cache has given before: cache.stale_if_error %s comes first, and gives answers of up to %s", plain.Duration(c.StaleIfError), plain.Duration(given)),
		Fix:     "leave one of the two out, or raise max_age above that",
	}, found && c.StaleIfError > 0 && p.Fallback.MaxKeys <= c.MaxEntries
}

// lastGoodInOpen finds last good answers that are too old before there can be others.
func lastGoodInOpen(p Policy) (fuseboard.Problem, bool) {
	open := p.Breaker.OpenFor
	s, path, found := p.stepOf(func(s FallbackStep) bool { return s.Use == UseLastGood && s.MaxAge < open })
	return fuseboard.Problem{
		Code: codeLastGoodOpen, Path: path + ".max_age", Value: plain.Duration(s.MaxAge),
		Message: "last good answers are too old before an open circuit admits the first probe (breaker.open_for " + plain.Duration(open) + ")",
		Fix:     "raise it to several times breaker.open_for",
	}, found && p.Breaker.On()
}

// stepsOfSections finds steps that are only for what a section refuses that is off. The circuit
// of any guard may be held open by a command, and the System may shed and has limits.
func stepsOfSections(p Policy) (fuseboard.Problem, bool) {
	on := map[fuseboard.Class]bool{
		byThrottle: p.Throttle.On(), byRate: p.Rate.On(), byWorkers: p.Workers.On(),
		byBulkhead: p.Bulkhead.On() || p.Workers.On() || p.Adaptive.On(),
	}
	off := func(class fuseboard.Class) bool {
		refuses, section := on[class]
		return section && !refuses
	}
	s, path, found := p.stepOf(func(s FallbackStep) bool {
		return len(s.On) > 0 && !slices.ContainsFunc(s.On, func(class fuseboard.Class) bool { return !off(class) })
	})
	problem := fuseboard.Problem{Code: codeNeverRefuses, Path: path + ".on"}
	if found {
		section := string(s.On[0])
		problem.Value = section
		problem.Message = "the step is never tried: " + section + " is off, and refuses nobody"
		problem.Fix = "set a field of " + section + ", or remove the step"
	}
	return problem, found && len(p.Cases) == 0
}

// hookAsked warns of a Fallback hook that no step asks.
func (w *With[Req, Resp]) hookAsked(of string, p Fallback) (fuseboard.Problem, bool) {
	return fuseboard.Problem{
		Path: "fallback.steps", Code: codeHookNotAsked, Value: of, Warning: true,
		Message: "none of them is " + fallback.Computed.String() + ", so the Fallback hook is never asked",
		Fix:     "add {use: computed}, or leave the hook out",
	}, w.Fallback != nil && p.On() && !slices.ContainsFunc(p.WithDefaults().Steps, func(s FallbackStep) bool { return s.Use == UseComputed })
}
