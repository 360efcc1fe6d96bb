// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"math"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/verdict"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/record"
)

// pace is how often evidence is judged.
const pace = 100 * time.Millisecond

// run is the loop: it owns what this node knows of the fleet, and waits for nobody.
func (n *Node) run(changes <-chan []gossip.Change, local <-chan actors.Event) {
	defer close(n.ended)
	tick := time.NewTicker(pace)
	defer tick.Stop()
	n.publishBoot()
	n.lookAround()
	n.recollect(n.sys.Now())
	n.republish()
	for {
		select {
		case <-n.left:
			n.release()
			return
		case <-n.guards.news:
			n.takeGuards()
		case news := <-changes:
			for _, c := range news {
				n.take(c)
			}
		case e, open := <-local:
			if !open {
				local = nil // the System has shut down
				break
			}
			n.takeLocal(e)
		case do := <-n.asks:
			do()
		case <-tick.C:
			n.step()
		}
	}
}

// release leaves every guard to itself.
func (n *Node) release() {
	for _, d := range n.desks {
		_ = d.guard.Follow(actors.FleetOrder{})
	}
}

// lookAround takes all that is known already: after a start, and when too much has happened to be told.
func (n *Node) lookAround() {
	now := n.sys.Now()
	for _, m := range n.gossip.Members() {
		n.takeMember(now, m)
	}
	for r := range n.gossip.Records() {
		n.takeRecord(now, r)
	}
}

// take takes one thing that the gossip tells.
func (n *Node) take(c gossip.Change) {
	now := n.sys.Now()
	switch c.What {
	case gossip.RecordChanged:
		n.takeRecord(now, c.Record)
	case gossip.MemberChanged:
		n.takeMember(now, c.Member)
	case gossip.Missed:
		n.lookAround()
	case gossip.IsolationChanged:
		n.tellIsolation(c.Isolated)
	}
}

// takeMember takes what membership says, and tells it if it is this node's to tell.
func (n *Node) takeMember(now fuseboard.Instant, m gossip.Member) {
	if was, moved := n.peers.member(now, m); moved && n.peers.first() {
		n.tellMember(m, was)
	}
}

// takeRecord takes one record of another node, or of the operators.
func (n *Node) takeRecord(now fuseboard.Instant, r record.Record) {
	switch {
	case r.Deleted:
	case r.Owner == n.opts.Name:
		n.takeFormer(r)
	case r.Key == beaconKey, r.Key == obeysKey:
		n.takeSelf(now, r)
	case strings.HasPrefix(r.Key, cellKeys):
		name, _ := dependencyOf(r.Key)
		if d := n.desks[name]; d != nil {
			n.takeCell(now, d, r)
		}
	case strings.HasPrefix(r.Key, orderKeys):
		n.takeOrder(r)
	case strings.HasPrefix(r.Key, eventKeys):
		n.takeEvent(r)
	}
}

// takeFormer takes what this node wrote itself: it needs to be told of its former lives alone.
func (n *Node) takeFormer(r record.Record) {
	if strings.HasPrefix(r.Key, eventKeys) {
		n.remember(r)
		return
	}
	n.takeBoot(r)
}

// takeSelf takes what a node says of itself.
func (n *Node) takeSelf(now fuseboard.Instant, r record.Record) {
	if r.Key == obeysKey {
		if o, err := decodeObeys(r.Body); err == nil {
			n.peers.takeObeys(r.Owner, r.Version.Epoch, o)
		}
		return
	}
	if b, err := verdict.DecodeBeacon(r.Body); err == nil {
		n.peers.beaconOf(now, r.Owner, r.Version.Epoch, b)
	}
}

func (n *Node) takeCell(now fuseboard.Instant, d *desk, r record.Record) {
	if c, err := verdict.DecodeCell(r.Body); err == nil {
		d.hear(now, r.Owner, r.Version.Epoch, c)
	}
}

// takeGuards takes guards that came, changed or went.
func (n *Node) takeGuards() {
	now := n.sys.Now()
	for _, w := range n.guards.take() {
		name := w.guard.Name()
		d := n.desks[name]
		switch {
		case w.fleet == (actors.Fleet{}):
			if d != nil && d.guard == w.guard {
				n.drop(name)
			}
		case d != nil && d.guard == w.guard:
			d.reshape(w.fleet, n.opts.Name, n.opts.Zone, n.seed(name))
		default:
			d = newDesk(w.guard, w.fleet, n.opts.Name, n.opts.Zone, n.seed(name))
			n.desks[name] = d
			n.warm(now, d)
		}
	}
}

// warm gives a new desk what the fleet knows already.
func (n *Node) warm(now fuseboard.Instant, d *desk) {
	key := cellKey(d.name)
	for r := range n.gossip.Records() {
		if r.Key == key && r.Owner != n.opts.Name && !r.Deleted {
			n.takeCell(now, d, r)
		}
	}
}

// drop forgets a guard, and tells the others.
func (n *Node) drop(name string) {
	d := n.desks[name]
	if d == nil {
		return
	}
	delete(n.desks, name)
	if d.told {
		_ = n.gossip.Delete(cellKey(name)) // a node that is closing tells nothing
	}
}

// seed is that of a dependency's machine on this node.
func (n *Node) seed(dependency string) uint64 {
	h := uint64(14695981039346656037) ^ n.opts.Seed
	for _, s := range []string{n.opts.Name, "/", dependency} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
	}
	return h
}

// step judges everything once.
func (n *Node) step() {
	now := n.sys.Now()
	n.recollect(now)
	view := n.view()
	n.calls, n.alone = 0, 0
	for _, d := range n.desks {
		view.Peers = n.peersOf(now, d)
		was := d.order.Phase
		d.step(now, view, n.follows(d))
		if d.order.Phase != was {
			n.tellPhase(d, was.String())
		}
		n.note(d)
		if c, kind, tell := d.cell(now); tell {
			_ = n.gossip.Put(kind, cellKey(d.name), c.Append(nil)) // bounded by its format: only a closed node refuses
		}
	}
	n.suspect = verdict.SuspectNode(n.gossip.Health(), n.calls, n.alone)
	n.beacon(now)
	n.keepOrders()
	n.keepEvents(now)
	n.forget(now)
}

// forget drops, once a minute, what belongs to nodes that are gone for long.
func (n *Node) forget(now fuseboard.Instant) {
	if now.Sub(n.forgotAt) < time.Minute {
		return
	}
	n.forgotAt = now
	n.peers.forget(now)
	n.forgetBoots(time.Now())
	for _, d := range n.desks {
		d.forget(now, n.peers)
	}
}

// note counts a dependency for the beacon.
func (n *Node) note(d *desk) {
	c := d.machine.Cell(n.sys.Now())
	if c.Wanted > 0 {
		n.calls++
	}
	if d.order.Scope == verdict.ScopeNode {
		n.alone++
	}
}

// follows reports whether a guard is held by the fleet, and not only advised.
func (n *Node) follows(d *desk) bool {
	return d.fleet.Mode == actors.FleetFollow && n.opts.trust() != TrustNone
}

// view is what this node knows of the fleet, whatever the dependency.
func (n *Node) view() verdict.View {
	return verdict.View{
		Alive: n.peers.alive(), HighWater: n.gossip.HighWater(), Joined: n.joined, Boots: n.boots.count(time.Now()), Isolated: n.gossip.Isolated(), Suspect: n.suspect,
	}
}

// peersOf are the others, with what they say of one dependency. The next call takes the memory again.
func (n *Node) peersOf(now fuseboard.Instant, d *desk) []verdict.Peer {
	n.scratch = n.scratch[:0]
	period := n.period()
	for _, name := range n.peers.names {
		p := n.peers.peers[name]
		h := d.cells[name]
		if h.boot < p.boot {
			h = heard{} // of an earlier life
		}
		n.scratch = append(n.scratch, verdict.Peer{
			Name: name, Zone: p.zone, Boot: p.boot, Boots: p.boots(now), Alive: p.alive, Heard: h.at,
			Seen: paced(now, p.seen, period), Beacon: p.beacon, Cell: h.cell,
		})
	}
	return n.scratch
}

// period is how often a node says that it lives: each second in a small fleet, and as rarely as keeps what all of them cost each
// within some two kilobytes a second.
func (n *Node) period() time.Duration { return beaconPeriod(n.peers.alive()) }

func beaconPeriod(members int) time.Duration {
	const each = 100 * time.Millisecond // of a beacon's way to everybody
	return max(time.Second, time.Duration(members)*each)
}

// paced is when a beacon would have come, if beacons came each second: the rule counts in those.
func paced(now, seen fuseboard.Instant, period time.Duration) fuseboard.Instant {
	if seen == 0 {
		return 0
	}
	age := float64(now.Sub(seen)) * float64(time.Second) / float64(period)
	return max(1, now.Add(-time.Duration(math.Ceil(age))))
}

// beacon says that this node lives.
func (n *Node) beacon(now fuseboard.Instant) {
	if n.beaconAt != 0 && now.Sub(n.beaconAt) < n.period() {
		return
	}
	n.beaconAt = max(1, now)
	b := verdict.Beacon{
		Uptime: now.Sub(n.joined), Boots: uint8(min(n.boots.count(time.Now()), math.MaxUint8)), Suspect: n.suspect, //nolint:gosec // bounded
		Health: uint8(min(max(n.gossip.Health(), 0), 255)),                                        //nolint:gosec // bounded
		Calls:  uint16(min(n.calls, math.MaxUint16)), Alone: uint16(min(n.alone, math.MaxUint16)), //nolint:gosec // bounded
	}
	_ = n.gossip.Put(record.Beacon, beaconKey, b.Append(nil))
}
