// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"fmt"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

func (o *operation) refusedRate(p *plan, again fuseboard.Instant, why error) *CallError {
	last := &o.loads().rate
	if r := last.Load(); r != nil && r.plan == p && r.again == again && r.why == why { //nolint:errorlint // our own values, never wrapped
		return r.err
	}
	rate := p.given.Rate.WithDefaults()
	now := ratelimit.View{Limit: float64(rate.Limit), Share: 1}
	if l := o.guard.loadOf().rate; l != nil { // an Update may have ended it
		now = l.Peek(o.guard.clock.Now())
	}
	err := o.refusal(byRate, rateError{why}, rateWords(rate, now, why))
	err.until = again
	last.Store(&rateRefusal{plan: p, again: again, why: why, err: err})
	return err
}

// rateWords says by which limit a call is refused, and what helps.
func rateWords(p RateLimit, v ratelimit.View, why error) string {
	most, path := mostAtOnce(p, v.Limit)
	switch {
	case v.Drained != 0:
		return "the dependency asked for a pause, which holds for all its calls (rate.throttled: drain)"
	case errors.Is(why, ratelimit.ErrNever):
		help := "or raise it"
		if p.Kind == ratelimit.Smooth {
			help = "or take kind token-bucket with a burst"
		}
		return fmt.Sprintf("%s lets at most %s through at once; let the call cost less, %s", path, plain.Count(most, "unit", "units"), help)
	}
	words := "rate is " + limitWords(p, v)
	if path == "rate.burst" {
		words += fmt.Sprintf(", at most %d at once", most)
	}
	return words + "; call less" + rateHelp(p, v, why)
}

// rateHelp names the fields that let more come.
func rateHelp(p RateLimit, v ratelimit.View, why error) string {
	words := ", or raise rate.limit"
	if v.Share < 1 || v.Limit != float64(p.Limit) { // then another field would not help for sure
		words = ""
	}
	switch {
	case errors.Is(why, ratelimit.ErrQueueFull):
		words += ", or raise rate.queue"
	case errors.Is(why, ratelimit.ErrNoTime):
		words += ", or raise rate.max_wait"
	case p.Kind == ratelimit.TokenBucket || p.Kind == ratelimit.Smooth:
		words += ", or set rate.queue to let calls wait"
	}
	return words
}

// mostAtOnce are the most units that one call may take under a limit, and what says so.
func mostAtOnce(p RateLimit, limit float64) (most int, path string) {
	switch p.Kind {
	case ratelimit.Smooth:
		return 1, "rate.kind smooth"
	case ratelimit.TokenBucket:
		return max(1, int(float64(p.Burst)*(limit/float64(max(p.Limit, 1))))), "rate.burst"
	default:
		return int(limit), "rate.limit"
	}
}

// refusedTenant is made for each: it names the tenant.
func (o *operation) refusedTenant(p *plan, tenant string, again fuseboard.Instant) *CallError {
	rate := p.given.Rate.WithDefaults()
	why, who := ratelimit.ErrLimited, fmt.Sprintf("tenant %q has", tenant)
	if tenant == "" {
		who = "the calls without a tenant have"
	}
	words := fmt.Sprintf("rate.per_tenant is %d per %s, at most %d at once, and %s used it up",
		rate.PerTenant.Limit, plain.Duration(rate.Per), rate.PerTenant.Burst, who)
	if again == fuseboard.Never {
		why, words = ratelimit.ErrNever, fmt.Sprintf("rate.per_tenant.burst lets at most %s through at once; let the call cost less, or raise it",
			plain.Count(rate.PerTenant.Burst, "unit", "units"))
	}
	err := o.refusal(byRate, rateError{why}, words)
	err.until = again
	return err
}

// rateError is any refusal of a rate limit, so that errors.Is finds ErrRate in all of them.
type rateError struct{ error }

func (e rateError) Is(target error) bool { return target == ErrRate }
func (e rateError) Unwrap() error        { return e.error }
