// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/cluster/verdict"
	"github.com/fuseboard/fuseboard/gossip"
)

// Status is what this node knows of its fleet, at one instant. It shares nothing with the node.
type Status struct {
	// Fleet, Name and Zone are where and who this node is, and Boot its present life.
	Fleet string `json:"fleet"`
	Name  string `json:"name"`
	Zone  string `json:"zone,omitempty"`
	Boot  uint64 `json:"boot"`
	// Uptime is how long ago it joined.
	Uptime Span `json:"uptime"`
	// Alive is how many members there are, this one included, and HighWater the most there were, less those that left.
	Alive     int `json:"alive"`
	HighWater int `json:"high_water"`
	// Isolated: fewer than half of them can be seen, so that the fleet's evidence decides nothing here.
	Isolated bool `json:"isolated"`
	// Suspect: this node holds itself for the cause of what it sees, and has no vote.
	Suspect bool `json:"suspect"`
	// Health is the gossip's score: 0 is healthy.
	Health int `json:"health"`
	// Trust is what keeps strangers from speaking in others' names: none, gossip-key, mtls.
	Trust string `json:"trust"`
	// Durability says where operators' orders are kept: memory or disk. Trouble is what keeps them from the
	// disk, what of a former life could not be read, and names under which two nodes run.
	Durability orders.Durability `json:"durability"`
	Trouble    string            `json:"trouble,omitempty"`
	// Untold is how many events of this node its fleet does not hear of: they were too many at once, or none that can travel. The
	// node's own metrics and logs have them.
	Untold uint64 `json:"untold"`
	// Contacts is what this node did not let in, and whom it has not met.
	Contacts
	// Dependencies are those whose policy has a fleet section, by name.
	Dependencies []DependencyStatus `json:"dependencies"`
	// Orders are those in force, by register.
	Orders []OrderStatus `json:"orders"`
}

// DependencyStatus is what the fleet makes of one dependency, as this node sees it.
type DependencyStatus struct {
	// Name is the guard's.
	Name string `json:"name"`
	// Mode is that of the policy: advise or follow. Effective is what comes of it: follow without trust only advises.
	Mode      string `json:"mode"`
	Effective string `json:"effective"`
	// Circuit is the state of this node's own circuit.
	Circuit string `json:"circuit"`
	// Phase is what the fleet asks of this node: clear, hold, ramp. Scope is whose trouble it is: none, node, zone, dependency.
	Phase string `json:"phase"`
	Scope string `json:"scope"`
	// For is how long the phase lasts, as it looks now; 0: until something happens. Share is what a ramp lets in.
	For   Span    `json:"for"`
	Share float64 `json:"share"`
	// Text says it in a sentence: "inactive, 2 callers"; "4 of 5 callers fail, quorum 3".
	Text string `json:"text"`
	// Callers are nodes that call it; of them Failing and Passing have that vote, and Held hold back. Quorum of them must fail.
	Callers int `json:"callers"`
	Failing int `json:"failing"`
	Passing int `json:"passing"`
	Held    int `json:"held"`
	Quorum  int `json:"quorum"`
	// Vote is this node's own: none, ok, fail.
	Vote string `json:"vote"`
	// Trouble is why an order about it is not obeyed; empty: all are.
	Trouble string `json:"trouble,omitempty"`
}

// OrderStatus is an operators' order in force.
type OrderStatus struct {
	// Dependency is a name, or "*" for all, and Verb what is asked of it.
	Dependency string `json:"dependency"`
	Verb       string `json:"verb"`
	// Policy are the values that it wants, for the verb policy.
	Policy map[string]string `json:"policy,omitempty"`
	// Author is who gave it, as he calls himself, Operator whose key signed it, and Reason why.
	Author   string `json:"author"`
	Operator string `json:"operator"`
	Reason   string `json:"reason"`
	// Issued and Expires are wall-clock times, of whoever signed it.
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires,omitzero"`
	// Version decides between orders about the same: the highest holds.
	Version string `json:"version"`
	// Without are members that do not have it, ten seconds after it was given, as far as this node has heard.
	Without []WithoutStatus `json:"without,omitempty"`
}

// WithoutStatus is a member that does not have an order.
type WithoutStatus struct {
	// Name is the member's, and Why the reason: no operators, other operators, not heard of it.
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Status says how the fleet looks from here. The error is [ErrLeft], or that of the context.
func (n *Node) Status(ctx context.Context) (s Status, err error) {
	err = n.ask(ctx, func() { s = n.status() })
	return s, err
}

func (n *Node) status() Status {
	now := n.sys.Now()
	self := n.gossip.Self()
	s := Status{
		Fleet: n.opts.Label(), Name: n.opts.Name, Zone: n.opts.Zone, Boot: self.Boot, Uptime: Span(now.Sub(n.joined)),
		Alive: n.peers.alive(), HighWater: n.gossip.HighWater(), Isolated: n.gossip.Isolated(), Suspect: n.suspect, Health: n.gossip.Health(),
		Trust: n.opts.trust().String(), Durability: n.book.Durability(), Untold: n.untold + n.local.Dropped(), Contacts: n.Contacts(),
		Dependencies: []DependencyStatus{}, Orders: []OrderStatus{},
	}
	s.Trouble = n.troubles(n.gossip.Now())
	for _, d := range n.desks {
		s.Dependencies = append(s.Dependencies, n.statusOf(now, d))
	}
	slices.SortFunc(s.Dependencies, func(a, b DependencyStatus) int { return cmp.Compare(a.Name, b.Name) })
	wall := time.Now()
	for _, e := range n.book.InForce(wall) {
		o := orderStatus(e)
		o.Without = n.without(now, wall, e)
		s.Orders = append(s.Orders, o)
	}
	return s
}

func (n *Node) statusOf(now fuseboard.Instant, d *desk) DependencyStatus {
	o := d.order
	s := DependencyStatus{
		Name: d.name, Mode: d.fleet.Mode.String(), Effective: d.fleet.Mode.String(), Circuit: d.guard.State().String(),
		Phase: o.Phase.String(), Scope: o.Scope.String(), Share: o.Share, Text: explain(o),
		Callers: o.Why.Callers, Failing: o.Why.Failing, Passing: o.Why.Passing, Held: o.Why.Held, Quorum: o.Why.Quorum, Vote: o.Why.Vote.String(),
	}
	if d.fleet.Mode == actors.FleetFollow && !n.follows(d) {
		s.Effective = "advise"
		s.Text += "; follows nobody: trust is none, set mtls or gossip-key"
	}
	if o.Phase != verdict.Clear && o.Until != fuseboard.Never {
		s.For = Span(max(0, o.Until.Sub(now)))
	}
	if st := n.standing[d.name]; st != nil {
		s.Trouble = st.trouble
	}
	return s
}

func orderStatus(e orders.Entry) OrderStatus {
	return OrderStatus{
		Dependency: e.Dependency, Verb: e.Verb.String(), Policy: e.Policy, Author: e.Author, Operator: e.Operator, Reason: e.Reason,
		Issued: e.Issued, Expires: e.Expires, Version: e.Version.String(),
	}
}

// MemberStatus is a member, as it is shown.
type MemberStatus struct {
	// Name is the stable name, Zone where it runs, and Address where it listens.
	Name    string `json:"name"`
	Zone    string `json:"zone,omitempty"`
	Address string `json:"address"`
	// Boot numbers its lives, and State is how it is: alive, suspect, left, failed.
	Boot  uint64 `json:"boot"`
	State string `json:"state"`
	// For is how long it has been so, as this node saw it.
	For Span `json:"for"`
	// Self marks this node, and Superseded an older life of a name that has a newer one.
	Self       bool `json:"self,omitempty"`
	Superseded bool `json:"superseded,omitempty"`
}

// MemberStatuses lists the members, by name.
func (n *Node) MemberStatuses() []MemberStatus {
	now, self := n.gossip.Now(), n.gossip.Self()
	list := []MemberStatus{}
	for _, m := range n.gossip.Members() {
		list = append(list, memberStatus(now, self, m))
	}
	slices.SortFunc(list, func(a, b MemberStatus) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(b.Boot, a.Boot)) })
	return list
}

func memberStatus(now fuseboard.Instant, self, m gossip.Member) MemberStatus {
	return MemberStatus{
		Name: m.Name, Zone: m.Zone, Address: m.Address, Boot: m.Boot, State: m.State.String(), For: Span(now.Sub(m.Since)),
		Self: m.Name == self.Name && m.Boot == self.Boot, Superseded: m.Superseded,
	}
}

// Span is a length of time that JSON has in natural units: "1m30s".
type Span time.Duration

// MarshalText returns the span in natural units.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote, and whatever [time.ParseDuration] reads.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err == nil {
		*s = Span(d)
	}
	return err
}

// String returns the span in natural units, in steps of 0.1s where it is longer than a second.
func (s Span) String() string {
	d := time.Duration(s)
	if d > time.Second {
		d = d.Round(100 * time.Millisecond)
	}
	return d.String()
}
