// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/fuseboard/fuseboard"
)

// FleetSource is who computes what the fleet says: it hears of the guards that want to
// know, and sends them [Guard.Follow]. Its methods are called one after the other, by
// whoever makes, updates or stops the guard. They must not wait for anything, nor make,
// update or stop guards of the same System; they may call Follow and Evidence.
type FleetSource interface {
	// Attach hears of a guard whose policy has a fleet section that is on, and of each
	// change of that section.
	Attach(g *Guard, f Fleet)
	// Detach hears that the guard has no such section any more, or has stopped.
	Detach(g *Guard)
}

// roll are the guards of a System that listen to the fleet.
type roll struct {
	mu     sync.Mutex
	src    FleetSource      // nil: none; guarded by mu
	token  *int             // of the FollowFleet in force; guarded by mu
	guards map[*Guard]Fleet // guarded by mu
}

// FollowFleet lets src hear of each guard that has a fleet section: of those there are,
// before it returns, in the order of their names, and then of each that is made,
// updated or stopped, until stop is called. After stop it hears of nothing more; what it has
// ordered ends by itself.
//
// Errors: a [fuseboard.Problem] for a src that is nil, a System that no Start made, and
// one that has a source already.
func (s *System) FollowFleet(src FleetSource) (stop func(), err error) {
	if src == nil || !s.made() {
		return nil, fuseboard.Problem{Path: "fleet", Code: codeNil, Message: "needs a source and a System of Start", Fix: "pass both"}
	}
	r := &s.fleet
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.src != nil {
		return nil, fuseboard.Problem{
			Path: "fleet", Code: codeFollows, Message: "is followed by another source already",
			Fix: "stop the other first: a System is of one fleet",
		}
	}
	token := new(int)
	r.src, r.token = src, token
	byName := func(a, b *Guard) int { return cmp.Compare(a.name, b.name) }
	for _, g := range slices.SortedFunc(maps.Keys(r.guards), byName) {
		src.Attach(g, r.guards[g])
	}
	return func() { r.leave(token) }, nil
}

// leave ends a FollowFleet, if it is still that in force.
func (r *roll) leave(token *int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.token == token {
		r.src, r.token = nil, nil
	}
}

// look tells the source what has changed about a guard since the last look. Whoever
// comes late finds what is, so the order of looks does not matter.
func (r *roll) look(g *Guard) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := g.wantsFleet()
	was, known := r.guards[g]
	if now == was {
		return
	}
	if r.guards == nil {
		r.guards = map[*Guard]Fleet{}
	}
	switch {
	case now.On():
		r.guards[g] = now
		if r.src != nil {
			r.src.Attach(g, now)
		}
	case known:
		delete(r.guards, g)
		if r.src != nil {
			r.src.Detach(g)
		}
	}
}

// wantsFleet is the section with its defaults, of a guard that listens; else zero.
func (g *Guard) wantsFleet() Fleet {
	p := g.plan.Load().given
	if !p.Fleet.On() || g.key != nil || g.keys != nil || g.hasGone() {
		return Fleet{}
	}
	return p.fleet()
}

func (g *Guard) hasGone() bool {
	g.sys.mu.RLock()
	defer g.sys.mu.RUnlock()
	return g.gone
}
