// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"math"
	"time"

	"github.com/fuseboard/fuseboard"
)

// judge finds out whether a hold is called for, and why.
func (m *Machine) judge(view *View) {
	zone, why := m.entry(&m.near, false)
	all, whole := m.entry(&m.all, true)
	healthy := m.near.zoneHealthy()
	if all || !zone {
		why = whole
	}
	why.Zone = zone && !all
	why.Inactive, why.Vote = m.inactive(view), m.own.vote
	why.Veto, why.ZoneHealthy = m.own.veto(m.phase), healthy
	m.why = why
	m.isolate(why.Inactive)
	switch {
	case why.Inactive != Active || (!zone && (!all || healthy)):
		m.bad = fuseboard.Never
	case m.bad == fuseboard.Never:
		m.bad = m.now
	}
}

// entry reports whether the callers of one scope call for a hold.
func (m *Machine) entry(t *tally, everybody bool) (bool, Why) {
	why := Why{
		Callers: t.callers, Failing: t.failing, Passing: t.passing, Held: t.held,
		Zones: t.voting.n, Quorum: max(2, t.callers/2+1), Probers: t.probers, Recovered: t.recovered,
	}
	var pooled bool
	why.Attempts, why.FailureRate, pooled = t.pool.entry(float64(m.rules.MinCalls), m.rules.FailureRate)
	if everybody && t.oneZone() {
		return false, why
	}
	return t.majority() && m.convinced(t, pooled), why
}

// convinced reports whether a majority is enough for me: it is if my latest two attempts
// failed too; a node that knows nothing follows most others, unless it was just let out of a
// hold, which others will be too, or was cut off in one; and one that sees it work needs overwhelming news.
func (m *Machine) convinced(t *tally, pooled bool) bool {
	if m.again() && !m.returns(t) && !t.overwhelming() {
		return false // or what is neither down nor well would be held time and again
	}
	switch fails, works := m.mine(); {
	case fails:
		return pooled || t.following()
	case !works && m.joins(t):
		return true
	}
	return pooled && t.overwhelming()
}

// joins reports whether most others hold, and I may follow them knowing nothing.
func (m *Machine) joins(t *tally) bool { return t.following() && (m.phase == Clear || m.cut) }

// returns reports whether most others still hold, and I would had I not been cut off.
func (m *Machine) returns(t *tally) bool { return m.cut && t.following() }

// mine is what my own attempts say: that it fails, that it works, or neither.
func (m *Machine) mine() (fails, works bool) {
	within := m.rules.Window
	if m.phase == Ramp {
		within += m.rules.Ramp
	}
	ok, known := m.own.latest(m.now, within)
	fails = m.own.vote == VoteFail || (known && m.own.recent.failing())
	return fails, !fails && known && ok
}

// zoneHealthy reports whether the callers of my zone see it work.
func (t *tally) zoneHealthy() bool {
	votes := t.failing + t.passing
	return votes >= 3 && 2*t.failing < votes
}

// isolate remembers since when the fleet is out of reach.
func (m *Machine) isolate(why Inactive) {
	switch {
	case why != Isolated && why != Unheard:
		m.severed = fuseboard.Never
	case m.severed == fuseboard.Never:
		m.severed = m.now
	}
}

// persists reports whether a hold has been called for long enough, and nothing of my own
// speaks against it.
func (m *Machine) persists() bool {
	return m.bad != fuseboard.Never && m.now.Sub(m.bad) >= m.rules.Persist && !m.why.Veto
}

func (m *Machine) clear() {
	const quiet = 120 * time.Second
	if m.now.Sub(m.since) >= quiet {
		m.growth = 1
	}
	if m.persists() {
		m.seize(m.again())
	}
}

// again reports that the last hold is not long over: another is a longer one, and takes
// more than a majority.
func (m *Machine) again() bool {
	return m.phase == Ramp || (m.phase == Clear && m.since != 0 && m.now.Sub(m.since) < time.Minute)
}

// seize begins a hold, a longer one where the last is not long over.
func (m *Machine) seize(again bool) {
	const grows, most = 1.5, 6
	if again {
		m.growth = min(grows*m.growth, most)
	}
	m.scope = ScopeDependency
	if m.why.Zone {
		m.scope = ScopeZone
	}
	m.enter(Hold)
	m.until = m.now.Add(scaled(m.rules.Hold, m.growth*m.draw(0.8, 1.2)))
	m.probe = m.now.Add(time.Second + scaled(m.interval(), m.place()))
}

// place is where in an interval my probes go, 0 to 1: every caller has its own, evenly spread, and those with names that
// follow each other, which restart one after the other or are others' all, have places far apart.
func (m *Machine) place() float64 {
	t := m.scoped()
	n := max(1, t.callers)
	stride := max(1, int(math.Round(0.618*float64(n)))) // by the golden ratio, as far apart as can be
	for gcd(stride, n) > 1 {
		stride++
	}
	return (float64(t.before*stride%n) + m.draw(0, 1)) / float64(n)
}

func gcd(a, b int) int {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

func (m *Machine) hold() {
	m.plan()
	if m.severed != fuseboard.Never && m.now.Sub(m.severed) >= time.Second {
		m.enter(Ramp)
		m.cut = true
		return
	}
	if m.scope == ScopeZone && m.all.majority() && !m.all.oneZone() {
		m.scope = ScopeDependency // or every zone would probe at the rate of a fleet
	}
	dwelt := m.now.Sub(m.since) >= scaled(2*time.Second, m.growth)
	if (dwelt && m.released()) || (m.now >= m.until && !m.renewed()) {
		m.enter(Ramp)
	}
}

// plan says when the next probe may pass, where one has ended: an interval after the last might, and not when it did, so that
// each caller keeps its place among the probes of all. After one that succeeded, and after a failure upon that, which one
// call in a hundred is anyway, it is the row that frees me alone.
func (m *Machine) plan() {
	if m.own.newProbe == VoteNone {
		return
	}
	apart := m.interval()
	if (m.own.newProbe == VoteOK || m.own.broken) && apart > rowSpread {
		m.probe = m.now.Add(rowSpread)
		return
	}
	m.probe = max(m.probe.Add(apart), m.now.Add(apart/2))
}

// released reports whether probes say that it works again: the others', or a row of mine.
func (m *Machine) released() bool {
	const share, callers, probes = 0.7, 3, 5
	t := m.scoped()
	enough := t.recovered >= max(1, min(callers, t.callers)) && t.good >= probes
	return m.own.row(m.now) || (enough && float64(t.recovered) >= share*float64(t.probers))
}

// renewed prolongs a hold that is over, if fresh probes fail: for as long as most do, and
// twice when it is not clear. Where nobody's came, of many callers few hold, and my own latest counts; or nobody is held, only
// advised, and my circuit is open.
func (m *Machine) renewed() bool {
	const doubtful, most = 0.3, 2
	t := m.scoped()
	switch {
	case t.probers == 0 && !m.own.last.Open && !(m.own.probeAt > m.since && m.own.vote == VoteFail):
		return false
	case float64(t.spoilt) >= downRate*float64(t.probers):
	case float64(t.spoilt) > doubtful*float64(t.probers) && m.doubts < most:
		m.doubts++
	default:
		return false
	}
	m.until = m.now.Add(scaled(m.rules.Hold, m.growth/2))
	return true
}

func (m *Machine) ramp(elapsed time.Duration) {
	const patience, longest = 2 * time.Second, 3
	if m.persists() && m.now.Sub(m.since) >= patience {
		m.seize(true)
		return
	}
	if m.own.calls.sum.ratio() < m.rules.ExitRate {
		m.progress += elapsed
	} else {
		m.progress = max(0, m.progress-2*elapsed)
	}
	if m.progress >= m.rules.Ramp || m.now.Sub(m.since) >= longest*m.rules.Ramp {
		m.enter(Clear)
	}
}
