// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/supervision"
)

// standing is what orders have made of one guard.
type standing struct {
	circuit orders.Version // in force for its circuit; zero: none
	renew   time.Time      // when the command must be given again: a guard takes none for longer than a day
	values  [2]orders.Version
	base    actors.Policy // as it was without the orders
	laid    actors.Policy // as it is with them
	layered bool
	trouble string      // why an order could not be obeyed; empty: all are
	busy    atomic.Bool // a policy is on its way to the guard, which has another one until then
}

const longestCommand = 24 * time.Hour

// enforceOn lets one guard do what the orders in force say.
func (n *Node) enforceOn(g *actors.Guard) {
	now := time.Now()
	force := n.book.For(g.Name(), now)
	s := n.standing[g.Name()]
	if force == (orders.Force{}) && s == nil {
		return
	}
	if s == nil {
		s = &standing{}
		n.standing[g.Name()] = s
	}
	n.enforceCircuit(now, g, s, force.Circuit)
	n.enforcePolicy(g, s, force)
	if force == (orders.Force{}) && !s.layered && !s.busy.Load() {
		delete(n.standing, g.Name())
	}
}

// update lets the hand give a guard a policy.
func (n *Node) update(g *actors.Guard, s *standing, p actors.Policy) {
	s.busy.Store(true)
	n.hand.do(func(ctx context.Context) {
		defer s.busy.Store(false)
		_, _ = g.Update(ctx, p) // what it did not take, the next look finds
	})
}

// enforceCircuit holds a circuit, or lets it go.
func (n *Node) enforceCircuit(now time.Time, g *actors.Guard, s *standing, e *orders.Entry) {
	switch {
	case e == nil && s.circuit == (orders.Version{}):
		return
	case e == nil:
		s.circuit = orders.Version{}
		n.hand.do(func(ctx context.Context) {
			_ = g.Command(ctx, actors.Command{Mode: supervision.Enforce, By: "the fleet's operators", Reason: "their order has ended"})
		})
		return
	case e.Version == s.circuit && now.Before(s.renew):
		return
	}
	ttl := min(e.Expires.Sub(now), longestCommand)
	s.circuit, s.renew = e.Version, now.Add(longestCommand/2)
	c := actors.Command{Mode: supervision.HoldOpen, By: by(e), Reason: e.Reason, TTL: ttl}
	if e.Verb == orders.HoldClosed {
		c.Mode = supervision.HoldClosed
	}
	n.hand.do(func(ctx context.Context) { _ = g.Command(ctx, c) })
}

// enforcePolicy lays the values that orders want over the guard's policy, and takes them off when they end. A policy that
// somebody else gave meanwhile is kept below.
func (n *Node) enforcePolicy(g *actors.Guard, s *standing, f orders.Force) {
	if s.busy.Load() {
		return // what the guard has now is neither its own policy nor that of the orders: the next look comes within a second
	}
	want := [2]orders.Version{versionIn(f.Mode), versionIn(f.Values)}
	if want == ([2]orders.Version{}) {
		n.unlay(g, s)
		return
	}
	current := g.Policy()
	ours := s.stands(current)
	if want == s.values && (ours || s.trouble != "") {
		return
	}
	if !ours {
		s.base = current
	}
	s.values, s.trouble = want, ""
	laid, err := judged(g, s.base, f)
	if err != nil && f.Mode != nil { // values that do not fit keep no mode from coming
		s.trouble = err.Error()
		laid, err = judged(g, s.base, orders.Force{Mode: f.Mode})
	}
	if err != nil {
		s.trouble = err.Error()
		return
	}
	s.laid, s.layered = laid, true
	n.update(g, s, laid)
}

// stands reports whether a policy is what orders made of it.
func (s *standing) stands(p actors.Policy) bool { return s.layered && len(plain.Diff(p, s.laid)) == 0 }

// unlay takes off what orders laid over the policy, unless somebody else gave another since. It is done when a later look finds it done.
func (n *Node) unlay(g *actors.Guard, s *standing) {
	if !s.layered {
		return
	}
	s.values, s.trouble = [2]orders.Version{}, ""
	if len(plain.Diff(s.base, s.laid)) == 0 || !s.stands(g.Policy()) {
		s.layered = false
		return
	}
	n.update(g, s, s.base)
}

func versionIn(e *orders.Entry) orders.Version {
	if e == nil {
		return orders.Version{}
	}
	return e.Version
}

// baseOf is a guard's policy without what orders laid over it: their values end with them.
func (n *Node) baseOf(g *actors.Guard) actors.Policy {
	current := g.Policy()
	if s := n.standing[g.Name()]; s != nil && s.layered && (s.busy.Load() || s.stands(current)) {
		return s.base
	}
	return current
}

// judged is the policy with what orders want, if the guard would take it.
func judged(g *actors.Guard, base actors.Policy, f orders.Force) (actors.Policy, error) {
	laid, ps := lay(base, f)
	if err := ps.Err(); err != nil {
		return base, err
	}
	return laid, g.Judge(laid).Err()
}

// fits reports what keeps guards of this node from obeying an order: those of the other nodes are the same.
func (n *Node) fits(o orders.Order) error {
	if o.Verb != orders.Policy {
		return nil
	}
	var ps fuseboard.Problems
	for _, g := range n.sys.Guards() {
		if o.Dependency != orders.All && o.Dependency != g.Name() {
			continue
		}
		if err := n.foresee(g, o).Err(); err != nil {
			ps = append(ps, fuseboard.Problem{Path: g.Name(), Code: "policy", Message: "can't obey: " + err.Error()})
		}
	}
	return ps.Err()
}

// lay lays what orders want over a policy, with the words that policy files have: off takes a section or a field away. Values are
// laid in the order of their paths, so that a section may be off and one of its fields be set. What can't be read is told, and left out.
func lay(p actors.Policy, f orders.Force) (actors.Policy, fuseboard.Problems) {
	var ps fuseboard.Problems
	if f.Values != nil {
		for _, path := range sorted(f.Values.Policy) {
			ps = append(ps, plain.Lay(&p, path, plain.Said(f.Values.Policy[path]))...)
		}
	}
	if f.Mode != nil {
		ps = append(ps, plain.Lay(&p, "mode", plain.Said(f.Mode.Verb.String()))...)
	}
	return p, ps
}

func sorted(values map[string]string) []string { return slices.Sorted(maps.Keys(values)) }
