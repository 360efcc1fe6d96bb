// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Risk is a change of a running policy that a slip of the keyboard could have made, and that would be an
// outage: it asks for a line of force.
type Risk struct {
	// Path is the field: "bulkhead.concurrency", or the section that is off now: "breaker".
	Path string
	// Before and After are its values in natural units, with defaults; "off" for a section that is.
	Before, After string
	// Message says what happens: "cuts bulkhead.concurrency from 32 to 8, by more than half".
	Message string
}

// Risks tells what a change of a running policy asks to be forced:
//
//   - permits cut by more than half: the most that are lent at once, be it bulkhead.concurrency,
//     adaptive.max or workers.max that bounds them, adaptive.min, and what bulkhead.quota leaves of them to a priority;
//   - a rate cut by more than half: rate.limit for its rate.per, rate.burst of a token bucket, and
//     rate.per_tenant.limit likewise;
//   - the circuit turned off: breaker off, or a mode that enforces nothing where it was enforced.
//
// A bound where there was none is no cut, since there is no number to compare; a shorter queue refuses who
// waits and takes nothing from who runs. Where before or after enforces nothing, numbers are no risk.
func Risks(before, after actors.Policy) (risks []Risk) {
	if before.Mode != actors.EnforcePolicy {
		return nil
	}
	if after.Mode != actors.EnforcePolicy {
		return []Risk{{
			Path: "mode", Before: before.Mode.String(), After: after.Mode.String(),
			Message: "turns the whole policy off, its circuit included: mode " + after.Mode.String() + " enforces nothing",
		}}
	}
	b, a := before.WithDefaults(), after.WithDefaults()
	if b.Breaker.On() && !a.Breaker.On() {
		risks = append(risks, Risk{Path: "breaker", Before: "on", After: offWord, Message: "turns the circuit off: calls go on to a dependency that fails"})
	}
	was, is := bounds(b), bounds(a)
	for i := range was {
		if was[i].less(is[i]) {
			risks = append(risks, was[i].risk(is[i]))
		}
	}
	return append(risks, quotaRisks(b, a)...)
}

// bound is one number that calls are bounded by.
type bound struct {
	path  string
	value int           // 0: no bound
	per   time.Duration // what a rate is meant for; 0: no rate
	what  string        // in messages, where another field may bound it after the change
}

// bounds are those of a policy with its defaults, always the same ones in the same order.
func bounds(p actors.Policy) []bound {
	most, path := permits(p)
	least, burst := 0, 0
	if p.Adaptive.On() {
		least = p.Adaptive.Min
	}
	if p.Rate.Kind == actors.TokenBucket && p.Rate.Limit > 0 {
		burst = p.Rate.Burst
	}
	return []bound{
		{path: path, value: most, what: "the permits"},
		{path: "adaptive.min", value: least},
		{path: "rate.limit", value: p.Rate.Limit, per: p.Rate.Per},
		{path: "rate.burst", value: burst},
		{path: "rate.per_tenant.limit", value: p.Rate.PerTenant.Limit, per: p.Rate.Per},
	}
}

// permits are the most that are lent at once, and the field that bounds them; 0: no bound.
func permits(p actors.Policy) (most int, path string) {
	switch {
	case p.Adaptive.On():
		most, path = p.Adaptive.Max, "adaptive.max"
	case p.Bulkhead.On():
		most, path = p.Bulkhead.Concurrency, "bulkhead.concurrency"
	}
	if p.Workers.On() && p.Workers.Max > 0 && (most == 0 || p.Workers.Max < most) {
		most, path = p.Workers.Max, "workers.max"
	}
	return most, path
}

// less reports whether the bound that takes its place is less than half of it.
func (b bound) less(after bound) bool {
	return b.value > 0 && after.value > 0 && 2*after.perSecond() < b.perSecond()
}

func (b bound) perSecond() float64 {
	if b.per <= 0 {
		return float64(b.value)
	}
	return float64(b.value) / b.per.Seconds()
}

func (b bound) risk(after bound) Risk {
	r := Risk{Path: after.path, Before: strconv.Itoa(b.value), After: strconv.Itoa(after.value)}
	switch {
	case b.path != after.path:
		r.Message = fmt.Sprintf("cuts %s from %d (%s) to %d (%s), by more than half", b.what, b.value, b.path, after.value, after.path)
	case b.per != after.per && b.value <= after.value: // the time alone, or mostly, cuts it
		r.Path, r.Before, r.After = "rate.per", plain.Duration(b.per), plain.Duration(after.per)
		fallthrough
	case b.per != after.per:
		r.Message = fmt.Sprintf("cuts %s from %s to %s, by more than half", b.path, b.rate(), after.rate())
	default:
		r.Message = fmt.Sprintf("cuts %s from %d to %d, by more than half", b.path, b.value, after.value)
	}
	return r
}

// rate is the bound with its time.
func (b bound) rate() string { return fmt.Sprintf("%d per %s", b.value, plain.Duration(b.per)) }
