// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"math/rand/v2"
	"time"

	"github.com/fuseboard/fuseboard"
)

// claim is what liars say.
type claim uint8

const (
	anything    claim = iota // one of the others, by seed
	alwaysFail               // many attempts, all failed
	alwaysFine               // many attempts, all good
	alternating              // the one and the other, every two seconds
	random                   // any cell at all
	forgedHold               // that it holds, with failed probes
	forgedRamp               // that it ramps, with failures
	modest                   // just as many failures as are needed, just as many calls as others
	twoFaced                 // something else to everybody
	replay                   // what it heard of others, as its own
	idle                     // wants nothing, fails all
	claims
)

var claimNames = [...]string{
	"anything", "always-fail", "always-fine", "alternating", "random", "forged-hold", "forged-ramp", "modest", "two-faced", "replay", "idle",
}

func (s *sim) claimOf() claim {
	if s.claim != anything {
		return s.claim
	}
	return claim(1 + s.seed%uint64(claims-1))
}

// lie sends what a liar likes, five times a second, with a beacon beyond reproach.
func (s *sim) lie(n *node, t float64, now fuseboard.Instant) {
	if now >= n.beacon {
		n.beacon = now + fuseboard.Instant(1e9)
		s.toAll(n, t, message{from: n.id, boot: n.boots, isBeacon: true, beacon: Beacon{Uptime: time.Hour, Boots: 1}})
	}
	if now.Sub(n.sentAt) < 200*time.Millisecond {
		return
	}
	n.sentAt = now
	n.mySeq++
	kind := s.claimOf()
	c := s.lieOf(kind, n, t)
	for i := range s.nodes {
		if i == n.id {
			continue
		}
		if kind == twoFaced {
			c = s.lieOf(claim(1+s.rng.IntN(int(twoFaced)-1)), n, t)
		}
		s.send(t, message{from: n.id, to: i, seq: n.mySeq, boot: n.boots, cell: c})
	}
}

func (s *sim) lieOf(kind claim, n *node, t float64) Cell {
	fail := Cell{Vote: VoteFail, Wanted: 1e6, Fail: 1e6}
	fine := Cell{Vote: VoteOK, Wanted: 1e6, OK: 1e6}
	switch kind {
	case alwaysFail:
		return fail
	case alternating:
		if int(t/2)%2 == 0 {
			return fail
		}
	case random:
		return anyCell(s.rng)
	case forgedHold:
		return Cell{Phase: Hold, Scope: ScopeDependency, Vote: VoteFail, Wanted: 1e6, Fail: 1e6, ProbeFail: 9}
	case forgedRamp:
		return Cell{Phase: Ramp, Vote: VoteFail, Wanted: 1e6, Fail: 1e6}
	case modest:
		return Cell{Vote: VoteFail, Wanted: 20, OK: 9, Fail: 11}
	case replay:
		if c := n.peers[s.rng.IntN(len(n.peers))].Cell; c.Wanted > 0 {
			return c
		}
	case idle:
		return Cell{Vote: VoteFail, Fail: 1e6}
	}
	return fine
}

func anyCell(r *rand.Rand) Cell {
	return Cell{
		Phase: Phase(r.IntN(3)), Scope: Scope(r.IntN(4)), Vote: Vote(r.IntN(3)), Open: r.IntN(2) == 0, Suspect: r.IntN(8) == 0,
		VoteAge: time.Duration(r.IntN(100)) * step, ProbeAge: time.Duration(r.IntN(100)) * step,
		Wanted: uint32(r.IntN(1 << r.IntN(31))), OK: uint32(r.IntN(1 << r.IntN(31))), Fail: uint32(r.IntN(1 << r.IntN(31))),
		ProbeOK: uint8(r.IntN(256)), ProbeFail: uint8(r.IntN(256)),
	}
}
