// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// view is what one scrape shows: all numbers are read first, because a family holds
// those of every dependency together.
type view struct {
	t      *Telemetry
	deps   []dependency
	groups []group
	system actors.SystemStats
	host   actors.SheddingUse // what was read last; zero where nobody sheds
	mode   actors.PolicyMode

	policies *PolicyNumbers // nil where none come from files
	fleet    *FleetNumbers  // nil where there is none
}

// dependency is a guard or a Keyring. That of a Keyring has in stats the sums over its
// keys, as far as there are such.
type dependency struct {
	labels  string
	stats   actors.Stats
	keys    *actors.KeyringStats // nil for a guard
	top     []key
	at      fuseboard.Instant // when the stats were read
	tenants []tenant
}

type tenant struct {
	labels string
	did    actors.HotTenant
}

type key struct {
	labels string
	stats  actors.Stats
}

type group struct {
	labels string
	state  actors.State
}

func (t *Telemetry) look() *view {
	guards, keyrings := t.sys.Guards(), t.sys.Keyrings()
	v := &view{t: t, policies: t.lookAtPolicies(), fleet: t.lookAtFleet(), system: t.sys.Stats(), mode: t.sys.Mode(), deps: make([]dependency, 0, len(guards)+len(keyrings))}
	v.host = latest(v.system.Shedding)
	for _, g := range guards {
		v.deps = append(v.deps, t.lookAtGuard(g))
	}
	for _, k := range keyrings {
		v.deps = append(v.deps, t.lookAtKeys(k))
	}
	for _, g := range t.sys.Groups() {
		v.lookAtGroups(g)
	}
	return v
}

func (t *Telemetry) labels(name, value string) string { return t.service + "," + label(name, value) }

func (t *Telemetry) lookAtGuard(g *actors.Guard) dependency {
	d := dependency{labels: t.labels("dependency", g.Name()), stats: g.Stats(), at: t.sys.Now()}
	if d.stats.Tenants.Keys == 0 {
		return d
	}
	for _, hot := range g.HotTenants(t.topKeys) {
		d.tenants = append(d.tenants, tenant{labels: d.labels + "," + label("tenant", hot.Name), did: hot})
	}
	return d
}

func (t *Telemetry) lookAtKeys(k *actors.Keyring) dependency {
	s := k.Stats()
	d := dependency{labels: t.labels("dependency", k.Name()), keys: &s, stats: actors.Stats{
		Calls: s.Calls, Attempts: s.Attempts, Retries: s.Retries,
		Successes: s.Successes, Failures: s.Failures, Voids: s.Voids,
		Rejected: s.Rejected, AtGate: s.AtGate, Left: s.Left, Failed: s.Failed, Suppressed: s.Suppressed,
		NotRepeated: s.NotRepeated, Repeated: s.Repeated, Amplification: s.Amplification,
		CallLatency: s.CallLatency, AttemptLatency: s.AttemptLatency, QueueWait: s.QueueWait,
		Transitions: s.Transitions, TimeIn: s.TimeIn, Gate: s.Gate, Overdue: s.Overdue, BudgetLeft: s.BudgetLeft,
		PolicyVersion: s.PolicyVersion, PolicyMode: s.PolicyMode, Would: s.Would, Shedding: s.Shedding,
		Cache: s.Cache, Fallback: s.Fallback, Hedge: s.Hedge,
	}}
	d.stats.Rate.Waiting = s.RateWaiting
	for _, g := range k.Busiest(t.topKeys) {
		name := strings.TrimPrefix(g.Name(), k.Name()+":")
		d.top = append(d.top, key{labels: d.labels + "," + label("key", name), stats: g.Stats()})
	}
	return d
}

func (v *view) lookAtGroups(g *actors.Group) {
	v.groups = append(v.groups, group{labels: v.t.labels("group", g.Path()), state: g.State()})
}
