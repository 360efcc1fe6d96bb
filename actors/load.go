// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"sync"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/patterns/throttle"
)

// load is what a guard keeps for the sections of its policy that follow how much is asked
// of the dependency and of the host. It is immutable: what it points to is safe for
// concurrent use and outlives it, and an Update puts another in its place. A guard
// without such sections has none.
type load struct {
	shed     *shedding.Sampler        // of the System; nil: off, as all below
	throttle *throttle.Throttle       // its own, as all below
	rate     *ratelimit.Limiter       // of all calls
	tenants  *ratelimit.Keyed[string] // of each tenant
	adapt    *adapt                   // of the permits
	news     *news                    // of throttle, rate and adapt; nil where all are off
	simple   bool                     // a call that goes straight knows all that it asks; see [straight.lets]
}

// adapt is a limit that moves, and the gate's permits with it.
type adapt struct {
	limiter *adaptive.Limiter
	mu      sync.Mutex // held by who gives the gate its permits: the last to move has the last word
	off     bool       // the policy has none any more; guarded by mu
}

// loads reports whether any section needs a load.
func (p Policy) loads() bool {
	return p.Shedding.On() || p.Throttle.On() || p.Rate.On() || p.Adaptive.On()
}

// loadOf returns the guard's load, which may be empty.
func (g *Guard) loadOf() *load {
	if l := g.load.Load(); l != nil {
		return l
	}
	return &g.sys.unladen
}

// loadFor makes the load of a plan that follows another (before is empty for the first),
// and says what of that could not be kept. Nil stands for an empty one.
func (g *Guard) loadFor(p *plan, before *load) (after *load, lost []string) {
	if !p.loaded && !g.sys.shedding.On() {
		return nil, before.ended()
	}
	now := g.clock.Now()
	l := &load{shed: g.sys.pressure.sampler(g.sys.sheddingOf(p))}
	lost = lostShedding(before.shed, l.shed)
	l.throttle, lost = throttleFor(p.given.Throttle, before.throttle, lost)
	l.rate, lost = rateFor(now, p.given.Rate, before.rate, g.clock, lost)
	l.tenants, lost = tenantsFor(now, p.given.Rate, before.tenants, lost)
	l.adapt, lost = g.adaptFor(now, p, before.adapt, lost)
	l.news = g.newsFor(l, before)
	l.simple = l.throttle == nil && l.tenants == nil
	return l, lost
}

// ended says what a load takes with it whose sections are all off now.
func (l *load) ended() (lost []string) {
	_, lost = throttleFor(Throttle{}, l.throttle, lostShedding(l.shed, nil))
	_, lost = rateFor(0, RateLimit{}, l.rate, nil, lost)
	_, lost = tenantsFor(0, RateLimit{}, l.tenants, lost)
	if l.adapt != nil {
		lost = append(lost, lostAdaptive)
	}
	return lost
}

const (
	lostThrottle = "what the throttle has counted, because the throttle is off now"
	lostRate     = "what is spent of the rate limit, because rate.limit is off now"
	lostAdaptive = "what the adaptive limit has learnt, because adaptive is off now"
)

// lostShedding says which level does not hold any more: another policy has another sampler,
// which judges the host anew.
func lostShedding(before, after *shedding.Sampler) (lost []string) {
	if before == nil || before == after {
		return nil
	}
	switch level := before.Level(); {
	case after == nil && level > shedding.AdmitAll:
		return []string{fmt.Sprintf("the level of shedding (%s), because shedding is off now", level)}
	case after != nil && level > after.Level():
		return []string{fmt.Sprintf("the level of shedding (%s), because another policy judges the host now", level)}
	}
	return nil
}

func throttleFor(p Throttle, before *throttle.Throttle, lost []string) (*throttle.Throttle, []string) {
	switch {
	case !p.On() && before == nil:
		return nil, lost
	case !p.On():
		return nil, append(lost, lostThrottle)
	case before == nil:
		return throttle.New(p), lost
	}
	if !before.Reshape(p) {
		lost = append(lost, "what the throttle has counted, because throttle.window is another")
	}
	return before, lost
}

func rateFor(now fuseboard.Instant, p RateLimit, before *ratelimit.Limiter, clock *fuseboard.Clock, lost []string) (*ratelimit.Limiter, []string) {
	switch on := p.Limit != 0; {
	case !on && before == nil:
		return nil, lost
	case !on:
		return nil, append(lost, lostRate)
	case before == nil:
		return ratelimit.New(p, clock), lost
	}
	for _, what := range before.Reshape(now, p) {
		lost = append(lost, "of the rate limit, "+what)
	}
	return before, lost
}

func tenantsFor(now fuseboard.Instant, p RateLimit, before *ratelimit.Keyed[string], lost []string) (*ratelimit.Keyed[string], []string) {
	switch on := p.PerTenant.On(); {
	case !on && before == nil:
		return nil, lost
	case !on:
		return nil, append(lost, "what each tenant has spent, because rate.per_tenant is off now")
	case before == nil:
		return ratelimit.NewKeyed[string](p.PerTenant, p.Per), lost
	}
	forgotten := before.Stats().Lost
	before.Reshape(now, p.PerTenant, p.Per)
	if n := before.Stats().Lost - forgotten; n > 0 {
		lost = append(lost, fmt.Sprintf("what %s spent, because rate.per_tenant.keys is less now", plain.Count(int(n), "tenant has", "tenants have"))) //nolint:gosec // at most a million
	}
	return before, lost
}

func (g *Guard) adaptFor(now fuseboard.Instant, p *plan, before *adapt, lost []string) (*adapt, []string) {
	switch on := p.given.Adaptive.On(); {
	case !on && before == nil:
		return nil, lost
	case !on:
		return nil, append(lost, lostAdaptive)
	case before == nil:
		return &adapt{limiter: adaptive.New(p.given.adaptive())}, lost
	}
	before.limiter.Reshape(now, p.given.adaptive())
	return before, lost
}
