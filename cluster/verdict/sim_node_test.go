// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// node is one member of a simulated fleet.
type node struct {
	id      int
	zone    int
	liar    bool
	m       *Machine
	circuit *supervision.Circuit
	tight   bool
	tightTo fuseboard.Instant
	own     Own
	order   Order
	view    View
	peers   []Peer
	seq     []uint64 // of the newest cell of each
	mySeq   uint64
	sent    Cell
	sentAt  fuseboard.Instant
	beacon  fuseboard.Instant // next
	sync    fuseboard.Instant // next
	spent   fuseboard.Instant // the probe that passed last
	next    float64           // arrival
	calls   uint64
	running []run
	epoch   int
	joined  fuseboard.Instant
	bootsAt []float64
	boots   int
	up      bool
	rng     *rand.Rand
	share   float64
	is      tale
}

// run is an attempt that has not ended yet.
type run struct {
	end    float64
	epoch  int
	permit supervision.Permit
	probe  bool
	fail   bool
	direct bool // no circuit was asked
}

// tale is what happened to a node.
type tale struct {
	holds, releases, clears int
	heldAt, freedAt         float64 // the first hold, the last release
	clearAt                 float64
	held                    float64 // seconds
	wanted, good            int
	crossed                 float64 // when its own vote first failed
	zoned, alone            int
}

func (s *sim) boot(n *node, t float64) {
	n.boots++
	n.m = New(Rules{}, nameOf(n.id), zoneOf(n.zone), s.seed*1000+uint64(n.id)*17+uint64(n.boots))
	n.circuit = usualRules.Circuit(s.seed + uint64(n.id))
	n.tight, n.own, n.order, n.running = false, Own{}, Order{Share: 1}, n.running[:0]
	n.joined = instant(t)
	n.up = true
	n.epoch++
	n.spent = 0
	for i := range n.peers {
		n.peers[i] = Peer{Name: nameOf(i), Zone: zoneOf(s.nodes[i].zone)}
		n.seq[i] = 0
	}
	n.view = View{Joined: n.joined}
	n.next = math.Max(n.next, t)
}

var names, zones = func() (ns, zs []string) {
	for i := range 256 {
		ns = append(ns, fmt.Sprintf("n%03d", i))
		zs = append(zs, fmt.Sprintf("z%d", i))
	}
	return ns, zs
}()

func nameOf(i int) string { return names[i] }
func zoneOf(i int) string { return zones[i] }

// step is a tenth of a second in the life of a node.
func (s *sim) step(n *node, t float64) {
	now := instant(t)
	if len(n.bootsAt) > 0 && t >= n.bootsAt[0] {
		n.bootsAt = n.bootsAt[1:]
		s.boot(n, t)
	}
	if !n.up {
		return
	}
	s.settle(n, t)
	if !s.local {
		s.look(n, now)
		was := n.order.Phase
		n.own.Open = n.order.Phase == Clear && n.circuit.State() != supervision.Closed // as a guard tells it
		n.order = n.m.Step(now, n.own, n.view)
		if s.advised {
			n.order = Order{Share: 1, Tighten: n.order.Tighten}
		}
		s.obey(n, t, was)
		s.tell(n, t, now)
	}
	s.call(n, t)
}

// look makes the view: membership is a beacon in the last ten seconds.
func (s *sim) look(n *node, now fuseboard.Instant) {
	alive := 1
	for i := range n.peers {
		p := &n.peers[i]
		p.Alive = p.Seen != 0 && now.Sub(p.Seen) < 10*time.Second
		if p.Alive && i != n.id {
			alive++
		}
	}
	n.view.Peers, n.view.Alive, n.view.HighWater = n.peers, alive, max(n.view.HighWater, alive)
	n.view.Boots = n.boots
}

// obey does what the guard of a node will do.
func (s *sim) obey(n *node, t float64, was Phase) {
	o := &n.order
	if o.Phase != was {
		n.epoch++
		n.is.moved(was, o.Phase, t)
		if o.Scope == ScopeZone && o.Phase == Hold {
			n.is.zoned++
		}
	}
	if o.Scope == ScopeNode {
		n.is.alone++
	}
	if o.Phase == Hold {
		n.is.held += 0.1
	}
	if n.m.own.vote == VoteFail && n.is.crossed == 0 {
		n.is.crossed = t
	}
	if o.Reset {
		n.circuit, n.tight = tightRules.Circuit(s.seed+uint64(n.epoch)), true
		n.tightTo = instant(t + 20)
	}
	if tight := (o.Tighten && s.advised) || instant(t) < n.tightTo; tight != n.tight && o.Phase != Hold {
		rules := usualRules
		if tight {
			rules = tightRules
		}
		rules.Reshape(n.circuit, instant(t))
		n.tight = tight
	}
}

func (e *tale) moved(from, to Phase, t float64) {
	switch {
	case to == Hold:
		e.holds++
		if e.heldAt == 0 {
			e.heldAt = t
		}
	case from == Hold:
		e.releases++
		e.freedAt = t
	case to == Clear:
		e.clears++
		e.clearAt = t
	}
}

// settle ends what ran long enough.
func (s *sim) settle(n *node, t float64) {
	kept := n.running[:0]
	for _, r := range n.running {
		if r.end > t {
			kept = append(kept, r)
			continue
		}
		if !r.fail {
			n.is.good++
		}
		s.record(n, r)
	}
	n.running = kept
}

func (s *sim) record(n *node, r run) {
	if !r.direct {
		o := fuseboard.Outcome{Kind: fuseboard.Success, Elapsed: 50 * time.Millisecond}
		if r.fail {
			o = fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError, Elapsed: 50 * time.Millisecond}
		}
		n.circuit.Record(instant(r.end), r.permit, o)
	}
	if r.epoch != n.epoch {
		return
	}
	switch {
	case r.probe && r.fail:
		n.own.ProbeFail++
	case r.probe:
		n.own.ProbeOK++
	case r.fail:
		n.own.Fail++
	default:
		n.own.OK++
	}
}

// call makes the calls of the next tenth of a second.
func (s *sim) call(n *node, t float64) {
	rate := s.rateOf(n.id)
	for n.next < t+0.1 {
		at := n.next
		n.next += n.rng.ExpFloat64() / rate
		n.calls++
		n.own.Wanted++
		n.is.wanted++
		s.admit(n, at)
	}
}

func (s *sim) admit(n *node, at float64) {
	now := instant(at)
	r := run{end: at + 0.05, epoch: n.epoch}
	switch n.order.Phase {
	case Hold:
		if now < n.order.Probe || n.spent == n.order.Probe {
			return
		}
		n.spent, r.probe, r.direct = n.order.Probe, true, true
	case Ramp:
		if n.share += n.order.Share; n.share < 1 {
			return
		}
		n.share--
	case Clear:
	}
	if !r.direct {
		permit, ok := n.circuit.Admit(now)
		if !ok {
			return
		}
		r.permit = permit
	}
	p := s.fails(at, n.id, n.zone)
	if over := s.dep.overload(at, s.capacity); over > 0 {
		p = 1 - (1-p)*(1-over)
	}
	s.dep.serve(at, r.probe)
	r.fail = supervision.Uniform(s.seed^uint64(n.id+1)<<32, n.calls) < p
	n.running = append(n.running, r)
}
