// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// manyBoots in ten minutes are those of a node that does not stay up: it weighs nothing.
const manyBoots = 3

// company is what the others say, whatever they weigh: against it a node finds that it is
// alone.
type company struct {
	failing, passing         int // in the fleet
	failingNear, passingNear int // in my zone
	heard                    int // beacons, mine included
}

// listen counts me and the peers of a view.
func (m *Machine) listen(view *View) {
	m.all.reset()
	m.near.reset()
	m.others = company{heard: 1}
	last := ""
	for i := range view.Peers {
		p := &view.Peers[i]
		if p.Name == m.name || (i > 0 && p.Name <= last) {
			continue
		}
		last = p.Name
		if p.Alive && p.Seen != 0 && m.now.Sub(p.Seen) <= m.rules.Fresh {
			m.hear(p)
		}
	}
	m.hearMyself(view)
}

// hear counts one peer whose beacon is fresh.
func (m *Machine) hear(p *Peer) {
	m.others.heard++
	if p.Cell.Wanted == 0 || max(p.Boots, int(p.Beacon.Boots)) > manyBoots {
		return
	}
	near := p.Zone == m.zone
	vote := m.voteOf(p)
	m.others.add(vote, near)
	if p.Beacon.Suspect || p.Cell.Suspect {
		return
	}
	c := caller{
		zone: p.Zone, before: p.Name < m.name, phase: p.Cell.Phase, vote: vote,
		fresh:    m.now.Sub(p.Heard)+p.Cell.VoteAge <= m.rules.Fresh,
		attempts: float64(p.Cell.OK) + float64(p.Cell.Fail), ratio: p.Cell.ratio(),
	}
	if p.Cell.ProbeOK > 0 || p.Cell.ProbeFail > 0 {
		c.probed = m.now.Sub(p.Heard)+p.Cell.ProbeAge <= m.rules.Fresh
		c.works, c.good = p.Cell.Vote == VoteOK && p.Cell.ProbeOK >= p.Cell.ProbeFail, int(p.Cell.ProbeOK)
	}
	m.count(c, near)
}

// voteOf is a peer's vote as long as it stands: a node that came lately has none, and a
// held node's goes with its last probe.
func (m *Machine) voteOf(p *Peer) Vote {
	if p.Beacon.Uptime+m.now.Sub(p.Seen) < m.rules.Window {
		return VoteNone
	}
	if p.Cell.Phase == Hold && m.now.Sub(p.Heard)+p.Cell.VoteAge > m.ttl() {
		return VoteNone
	}
	return p.Cell.Vote
}

// hearMyself counts this node as the others would.
func (m *Machine) hearMyself(view *View) {
	m.why.Vote = m.own.vote
	lonely := m.lonely() // whatever else is true: who is suspect for being alone must hear that he is no more
	if m.own.wanted(m.now, m.rules.Window) == 0 || view.Boots > manyBoots || view.Suspect || lonely {
		return
	}
	seen := m.own.evidence(m.now, m.since, m.phase, m.rules.Fresh)
	c := caller{
		zone: m.zone, phase: m.phase, vote: m.own.vote,
		fresh:    m.now.Sub(m.own.voteAt) <= m.rules.Fresh,
		attempts: float64(seen.total()), ratio: seen.ratio(),
	}
	if m.now.Sub(view.Joined) < m.rules.Window {
		c.vote = VoteNone
	}
	if p := m.own.probes.sum; p.total() > 0 {
		c.probed, c.works, c.good = true, m.own.vote == VoteOK && p.ok >= p.fail, int(p.ok)
	}
	m.count(c, true)
}

func (m *Machine) count(c caller, near bool) {
	m.all.add(c, &m.rules)
	if near {
		m.near.add(c, &m.rules)
	}
}

func (c *company) add(v Vote, near bool) {
	switch v {
	case VoteNone:
	case VoteOK:
		c.passing++
		if near {
			c.passingNear++
		}
	case VoteFail:
		c.failing++
		if near {
			c.failingNear++
		}
	}
}

// fine reports whether at least two others, and two thirds of those with a vote, see it
// work. Those of my zone decide if there are two, for a zone that fails is not one node.
func (c *company) fine() bool {
	if c.passingNear+c.failingNear >= 2 {
		return c.passingNear >= 2*c.failingNear
	}
	return c.passing >= 2 && c.passing >= 2*c.failing
}

// lonely reports whether I alone have failed for long enough to hold myself for the cause. In an outage one is the first to
// notice, and would be no caller then: of three, two remain, and nobody can judge.
func (m *Machine) lonely() bool {
	if m.own.vote != VoteFail || !m.others.fine() {
		m.alone = fuseboard.Never
		return false
	}
	if m.alone == fuseboard.Never {
		m.alone = m.now
	}
	return m.now.Sub(m.alone) >= max(m.rules.Persist, first)
}

// first is by how much one may be the first to notice.
const first = 2 * time.Second

// inactive says why the verdict has to keep out of it.
func (m *Machine) inactive(view *View) Inactive {
	switch {
	case view.Isolated || 2*view.Alive < view.HighWater:
		return Isolated
	case 2*m.others.heard < view.Alive:
		return Unheard
	case m.now.Sub(view.Joined) < m.settled():
		return Starting
	case m.lonely() || view.Suspect:
		return Suspect
	case m.all.callers < 3:
		return FewCallers
	}
	return Active
}

// settled is from when on a node may follow the others: at once when it knows them, and
// on evidence of its own a window after it joined.
func (m *Machine) settled() time.Duration {
	if m.all.following() || m.near.following() {
		return min(settle, m.rules.Window)
	}
	return m.rules.Window
}

// settle is how long a new node gets to know the members: a join takes 1.5 s at most.
const settle = 3 * time.Second
