// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/patterns/throttle"
)

// RateStats is how a guard's rate limit of all calls stands. It is zero where there is none.
type RateStats struct {
	// View is what the limit would say to the next call: how many units are left, the limit
	// in force, how many wait, until when it is drained; see [ratelimit.View].
	ratelimit.View
	// Per is the time that View.Limit is meant for.
	Per time.Duration
}

// SheddingStats is what a shedding policy makes of the host now. It is zero where none is
// obeyed, and before the first reading.
type SheddingStats struct {
	// Level says whose calls are refused.
	Level shedding.Level
	// Cause is the signal that asked for the level, or kept it, last.
	Cause shedding.Cause
	// Since is when the level was entered, on the System's clock.
	Since fuseboard.Instant
}

// SheddingUse is a shedding policy that guards of a System obey.
type SheddingUse struct {
	SheddingStats
	// Policy is the policy as it was given.
	Policy Shedding
	// Number tells the policies of a System apart: 0 is that of Options.Shedding, the others
	// are numbered from 1 as they came into use; one that comes again has another number.
	Number uint64
	// Guards is how many guards obey it; a [Keyring] counts as one.
	Guards int
	// At is when the host was read last; zero before the first reading.
	At fuseboard.Instant
	// Signals is that reading.
	Signals shedding.Signals
	// Watches are the signals that the policy goes by, with their thresholds. The caller owns them.
	Watches []shedding.Watch
}

// HotTenant is what a tenant did of late: a unit weighs 1 when it is new, and half after
// each minute; see [ratelimit.HotHalf].
type HotTenant struct {
	// Tenant is the tenant as its callers give it, any bytes: quote it when you show it.
	// Empty for the calls without one. One of more than 256 bytes is known by its Name.
	Tenant string
	// Name is safe in logs and metrics whatever the tenant is: the tenant, if that is at most 40
	// letters, digits and _ . -; else its beginning and a hash of it.
	Name string
	// Taken is the units that it took of its rate, Refused those that it was refused.
	Taken, Refused float64
}

// HotTenants returns the n tenants that took and were refused the most of late, the hottest
// first: of those that rate.per_tenant knows. It is empty where that is off. It looks at
// every tenant that is known: for a page or a scrape, not for the way of a call.
func (g *Guard) HotTenants(n int) []HotTenant {
	if !g.made() {
		return nil
	}
	l := g.loadOf()
	if l.tenants == nil {
		return nil
	}
	hot := l.tenants.Hot(g.clock.Now(), n)
	all := make([]HotTenant, len(hot))
	for i, h := range hot {
		all[i] = HotTenant{Tenant: h.Key, Name: safeName(h.Key), Taken: h.Taken, Refused: h.Refused}
	}
	return all
}

// withLoad is s with what the sections hold that follow the load.
func (s Stats) withLoad(l *load, p *plan, now fuseboard.Instant) Stats {
	if l.rate != nil {
		s.Rate = RateStats{View: l.rate.Peek(now), Per: p.given.Rate.WithDefaults().Per}
	}
	if l.tenants != nil {
		s.Tenants = l.tenants.Stats()
	}
	if l.throttle != nil {
		s.Throttle = l.throttle.View(now)
	}
	if l.adapt != nil {
		s.Adaptive = l.adapt.limiter.View(now)
	}
	s.Shedding = sheddingStats(l.shed)
	return s
}

func sheddingStats(s *shedding.Sampler) SheddingStats {
	if s == nil {
		return SheddingStats{}
	}
	v := s.View()
	return SheddingStats{Level: v.Level, Cause: v.Cause, Since: v.Since}
}

// keepsAway reports whether a throttle keeps calls of some priority away.
func keepsAway(v throttle.View) bool { return slices.Max(v.Chances[:]) > 0 }

// loadHolds is what of a guard's load can be added up.
type loadHolds struct{ drained, throttling, waiting int }

func (s Stats) holds() (of loadHolds) {
	if s.Rate.Drained != 0 {
		of.drained = 1
	}
	if keepsAway(s.Throttle) {
		of.throttling = 1
	}
	of.waiting = s.Rate.Waiting
	return of
}

func holdsOf(l *load, now fuseboard.Instant) loadHolds {
	var s Stats
	if l.rate != nil {
		s.Rate.View = l.rate.Peek(now)
	}
	if l.throttle != nil {
		s.Throttle = l.throttle.View(now)
	}
	return s.holds()
}
