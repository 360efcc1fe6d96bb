// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"math/rand/v2"

	"github.com/fuseboard/fuseboard"
)

// sim is one run of a scene, single-threaded and the same for equal seeds.
type sim struct {
	scene
	seed  uint64
	nodes []*node
	dep   dependency
	wire  wire
	rng   *rand.Rand // of the network and the liars
	sent  int        // cells published
	trace func(n *node, t float64)
}

func newSim(c scene, seed uint64) *sim {
	s := &sim{scene: c, seed: seed, rng: rand.New(rand.NewPCG(seed, 1))}
	s.dep = dependency{load: make([]int, int(c.seconds*10)+10), probes: make([]int, int(c.seconds*10)+10)}
	for i := range c.nodes {
		n := &node{
			id: i, zone: i % max(1, c.zones), liar: i >= c.nodes-c.liars,
			peers: make([]Peer, c.nodes), seq: make([]uint64, c.nodes),
			rng: rand.New(rand.NewPCG(seed, uint64(i)+2)),
		}
		n.next = n.rng.ExpFloat64() / s.rateOf(i)
		if c.boots != nil {
			n.bootsAt = c.boots(i)
		}
		s.nodes = append(s.nodes, n)
	}
	for _, n := range s.nodes {
		s.enter(n)
	}
	return s
}

// enter makes a node a member from long before, or has it come later.
func (s *sim) enter(n *node) {
	if s.joins != nil {
		if at := s.joins(n.id); at > 0 {
			n.bootsAt = append([]float64{at}, n.bootsAt...)
			return
		}
	}
	s.boot(n, 0)
	n.joined, n.view.Joined = 0, 0
	for i := range n.peers {
		if i != n.id && (s.joins == nil || s.joins(i) == 0) {
			n.peers[i].Seen = start
			n.peers[i].Beacon = Beacon{Uptime: start.Sub(0), Boots: 1}
		}
	}
	n.beacon = instant(n.rng.Float64())
	n.sync = instant(2 * n.rng.Float64())
}

func (s *sim) rateOf(i int) float64 {
	if s.rates != nil {
		return s.rates(i)
	}
	return s.rate
}

// run goes through the scene in hundredths of a second; each node steps in every tenth.
func (s *sim) run() *sim {
	slots := int(s.seconds * 100)
	for slot := range slots {
		t := float64(slot) / 100
		s.deliver(slot, instant(t))
		for i := slot % 10; i < len(s.nodes); i += 10 {
			n := s.nodes[i]
			s.step(n, t)
			if s.trace != nil {
				s.trace(n, t)
			}
		}
	}
	return s
}

// message is a cell or a beacon on its way.
type message struct {
	from, to int
	seq      uint64
	boot     int
	cell     Cell
	beacon   Beacon
	isBeacon bool
}

// wire holds messages by the hundredth of a second at which they come.
type wire struct{ slots [600][]message }

// send puts m on its way.
func (s *sim) send(t float64, m message) {
	if s.silent || (s.cut != nil && s.cut(t, m.from, m.to)) || (s.loss > 0 && s.rng.Float64() < s.loss) {
		return
	}
	way := s.delay
	if way == nil {
		way = harsh
	}
	delay := way(s.rng)
	at := (int(t*100) + max(1, int(delay*100))) % len(s.wire.slots)
	s.wire.slots[at] = append(s.wire.slots[at], m)
}

func (s *sim) deliver(slot int, now fuseboard.Instant) {
	at := slot % len(s.wire.slots)
	for _, m := range s.wire.slots[at] {
		s.take(s.nodes[m.to], &m, now)
	}
	s.wire.slots[at] = s.wire.slots[at][:0]
}

// take merges what came: the newest of each sender.
func (s *sim) take(n *node, m *message, now fuseboard.Instant) {
	if !n.up {
		return
	}
	p := &n.peers[m.from]
	if m.isBeacon {
		if n.seq[m.from]>>32 < uint64(m.boot) {
			p.Cell = Cell{} // of an earlier life
		}
		p.Seen, p.Beacon, p.Boot = now, m.beacon, uint64(m.boot)
		return
	}
	if seq := uint64(m.boot)<<32 | m.seq; seq > n.seq[m.from] {
		n.seq[m.from] = seq
		p.Cell, p.Heard = m.cell, now
	}
}

// tell publishes a node's cell where it changed, its beacon and, to one other, everything.
func (s *sim) tell(n *node, t float64, now fuseboard.Instant) {
	if n.liar && t >= 15 { // the others are known as callers by then
		s.lie(n, t, now)
		return
	}
	c := n.m.Cell(now)
	if Publish(n.sent, c, now.Sub(n.sentAt)) {
		n.sent, n.sentAt = c, now
		n.mySeq++
		s.sent++
		s.toAll(n, t, message{from: n.id, seq: n.mySeq, boot: n.boots, cell: c})
	}
	if now >= n.beacon {
		n.beacon = now + fuseboard.Instant(1e9)
		s.toAll(n, t, message{from: n.id, boot: n.boots, isBeacon: true, beacon: s.beaconOf(n, now)})
	}
	if now >= n.sync && len(s.nodes) > 1 {
		n.sync = now + fuseboard.Instant(2e9)
		s.exchange(n, t, now, c)
	}
}

func (s *sim) beaconOf(n *node, now fuseboard.Instant) Beacon {
	return Beacon{Uptime: now.Sub(n.joined), Boots: uint8(n.boots)}
}

func (s *sim) toAll(n *node, t float64, m message) {
	for i := range s.nodes {
		if i != n.id {
			m.to = i
			s.send(t, m)
		}
	}
}

// exchange is anti-entropy with one other, both ways, for all that either holds.
func (s *sim) exchange(n *node, t float64, now fuseboard.Instant, c Cell) {
	n.mySeq++
	o := s.nodes[s.rng.IntN(len(s.nodes))]
	if o == n || !o.up || s.silent || (s.cut != nil && (s.cut(t, n.id, o.id) || s.cut(t, o.id, n.id))) {
		return
	}
	s.take(o, &message{from: n.id, seq: n.mySeq, boot: n.boots, cell: c}, now)
	if !o.liar {
		o.mySeq++
		s.take(n, &message{from: o.id, seq: o.mySeq, boot: o.boots, cell: o.m.Cell(now)}, now)
	}
	for i := range n.peers {
		if i != n.id && i != o.id {
			merge(n, o, i, now)
			merge(o, n, i, now)
		}
	}
}

// merge takes over what another holds of a third. Liars relay honestly: cells are signed.
func merge(to, from *node, i int, now fuseboard.Instant) {
	if from.seq[i] > to.seq[i] {
		to.seq[i], to.peers[i].Cell, to.peers[i].Heard = from.seq[i], from.peers[i].Cell, now
	}
}
