// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// What a caller branches on with errors.Is, as those of the other sections.
var (
	// ErrShed: the host is under pressure, and the call of too low a priority.
	ErrShed = shedding.ErrShed
	// ErrThrottled: the dependency refuses so many calls that this one was not sent to it.
	ErrThrottled = errors.New("the dependency refuses too many calls to be sent all of them")
	// ErrRate: the rate limit had no room for the call, now or in time.
	ErrRate = ratelimit.ErrLimited
)

// errTenantNever is [ratelimit.ErrNever] of a tenant's limit, whose fix is another.
var errTenantNever error = tenantNever{}

type tenantNever struct{}

func (tenantNever) Error() string {
	return "costs more than a tenant's rate limit ever lets through at once; raise rate.per_tenant.burst, or ask for less"
}

func (tenantNever) Unwrap() error { return ratelimit.ErrNever }

// loadRefusals are the last refusals of each section that follows the load, which are made
// anew only where they would say something else: at ten times of what a rate limit allows,
// once for each call that it lets through.
type loadRefusals struct {
	shed     atomic.Pointer[shedRefusal]
	throttle atomic.Pointer[throttleRefusal]
	rate     atomic.Pointer[rateRefusal]
}

type shedRefusal struct {
	level shedding.Level
	cause shedding.Cause
	err   *CallError
}

type throttleRefusal struct {
	plan   *plan
	chance int // in percent
	err    *CallError
}

type rateRefusal struct {
	plan  *plan
	again fuseboard.Instant
	why   error
	err   *CallError
}

// loads returns the operation's refusals, made at first need.
func (o *operation) loads() *loadRefusals {
	if r := o.load.Load(); r != nil {
		return r
	}
	o.load.CompareAndSwap(nil, new(loadRefusals))
	return o.load.Load()
}

func (o *operation) refusedShed(e *shedding.Error) *CallError {
	last := &o.loads().shed
	if r := last.Load(); r != nil && r.level == e.Level && r.cause == e.Cause {
		return r.err
	}
	err := o.refusal(byShedding, ErrShed, fmt.Sprintf("%s, so it %s", e.Cause, shedWords(e.Level)))
	err.until = o.guard.clock.Now().Add(e.Again)
	last.Store(&shedRefusal{level: e.Level, cause: e.Cause, err: err})
	return err
}

func (o *operation) refusedThrottle(p *plan, chance float64) *CallError {
	last, percent := &o.loads().throttle, int(chance*100+0.5)
	if r := last.Load(); r != nil && r.plan == p && r.chance == percent {
		return r.err
	}
	err := o.refusal(byThrottle, ErrThrottled, fmt.Sprintf(
		"it accepts so few of the calls within %s that %d%% of this priority are kept from it", plain.Duration(p.given.Throttle.WithDefaults().Window), percent))
	last.Store(&throttleRefusal{plan: p, chance: percent, err: err})
	return err
}

func (o *operation) refusedRate(p *plan, again fuseboard.Instant, why error) *CallError {
	last := &o.loads().rate
	if r := last.Load(); r != nil && r.plan == p && r.again == again && r.why == why { //nolint:errorlint // our own values, never wrapped
		return r.err
	}
	err := o.refusal(byRate, rateError{why}, o.guard.rateDetail(p, why))
	err.until = again
	last.Store(&rateRefusal{plan: p, again: again, why: why, err: err})
	return err
}

// rateDetail says which limit refuses, and why it is that.
func (g *Guard) rateDetail(p *plan, why error) string {
	r := p.given.Rate.WithDefaults()
	v := ratelimit.View{Limit: float64(r.Limit), Share: 1}
	if rate := g.loadOf().rate; rate != nil { // nil: turned off just now
		v = rate.Peek(g.clock.Now())
	}
	detail := "rate is " + limitWords(r, v)
	if v.Drained != 0 {
		detail += ", drained because the dependency asked for less"
	} else if why == ratelimit.ErrLimited && r.Queue == 0 && (r.Kind == ratelimit.TokenBucket || r.Kind == ratelimit.Smooth) { //nolint:errorlint // our own values, never wrapped
		detail += " and rate.queue is 0, so nobody waits"
	}
	return detail
}

// refusedTenant is made for each: it names the tenant.
func (o *operation) refusedTenant(p *plan, tenant string, again fuseboard.Instant) *CallError {
	t, who := p.given.Rate.PerTenant, fmt.Sprintf("tenant %q has", tenant)
	if tenant == "" {
		who = "the calls without a tenant have"
	}
	why, end := ratelimit.ErrLimited, ", and "+who+" used it up"
	if again == fuseboard.Never {
		why = errTenantNever
		end = fmt.Sprintf(" and lets through at most %s at once", plain.Count(t.WithDefaults().Burst, "unit", "units"))
	}
	err := o.refusal(byRate, rateError{why}, fmt.Sprintf(
		"rate.per_tenant is %d per %s%s", t.Limit, plain.Duration(p.given.Rate.WithDefaults().Per), end))
	err.until = again
	return err
}

// rateError is any refusal of a rate limit, so that errors.Is finds ErrRate in all of them.
type rateError struct{ error }

func (e rateError) Is(target error) bool { return target == ErrRate } //nolint:errorlint // our own value
func (e rateError) Unwrap() error        { return e.error }
