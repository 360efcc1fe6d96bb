// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster/verdict"
	"github.com/fuseboard/fuseboard/gossip"
)

// bootsIn is in which time boots of a node are counted: one that begins again and again weighs nothing.
const bootsIn = 10 * time.Minute

// roster is what this node knows of the others, whatever they call. The loop owns it.
type roster struct {
	self  string
	names []string // in order
	peers map[string]*peer
}

// peer is one other node.
type peer struct {
	name   string
	zone   string
	boot   uint64
	begun  []fuseboard.Instant // when boots of it were first seen here, the last bootsIn of them
	state  gossip.State
	known  bool              // membership has said something of it
	moved  fuseboard.Instant // when it did last
	alive  bool
	beacon verdict.Beacon
	seen   fuseboard.Instant // when the last beacon came; 0: none did

	obeys     obeys
	obeysBoot uint64 // the life that said so; 0: none did
}

func newRoster(self string) *roster { return &roster{self: self, peers: map[string]*peer{}} }

// of returns the peer of a name, and makes it. It is nil for this node itself.
func (r *roster) of(name string) *peer {
	if name == r.self {
		return nil
	}
	p := r.peers[name]
	if p == nil {
		p = &peer{name: name}
		r.peers[name] = p
		at, _ := slices.BinarySearch(r.names, name)
		r.names = slices.Insert(r.names, at, name)
	}
	return p
}

// first reports whether this node's name is the first of those that are there: it speaks for them where all see the same.
func (r *roster) first() bool {
	for _, name := range r.names {
		if name > r.self {
			return true
		}
		if r.peers[name].alive {
			return false
		}
	}
	return true
}

// member takes what membership says. It returns how the member was before ("" for one that is new), and whether that has changed.
func (r *roster) member(now fuseboard.Instant, m gossip.Member) (was string, moved bool) {
	if m.Superseded {
		return "", false
	}
	p := r.of(m.Name)
	if p == nil || p.outlives(m) {
		return "", false
	}
	if p.known {
		was = p.state.String()
	}
	moved = !p.known || p.state.Here() != m.State.Here() || m.Boot > p.boot
	p.known, p.state, p.moved = true, m.State, now
	if m.Boot > p.boot {
		p.boot, p.seen, p.beacon = m.Boot, 0, verdict.Beacon{}
		p.begun = append(p.begun, now)
	}
	p.zone, p.alive = m.Zone, m.State.Here()
	if !p.alive && m.State == gossip.Left {
		p.seen = 0
	}
	return was, moved
}

// outlives says whether what is known of the peer counts, and not what is told of an earlier life: of two lives the later one does,
// while it is there.
func (p *peer) outlives(m gossip.Member) bool {
	return m.Boot < p.boot && (p.state.Here() || !m.State.Here())
}

// beaconOf takes a beacon.
func (r *roster) beaconOf(now fuseboard.Instant, owner string, boot uint64, b verdict.Beacon) {
	if p := r.of(owner); p != nil && boot >= p.boot {
		p.beacon, p.seen = b, max(now, 1)
	}
}

// boots is how often the peer began lately.
func (p *peer) boots(now fuseboard.Instant) int {
	p.begun = slices.DeleteFunc(p.begun, func(at fuseboard.Instant) bool { return now.Sub(at) > bootsIn })
	return len(p.begun)
}

// alive is how many nodes are there, this one included.
func (r *roster) alive() int {
	n := 1
	for _, p := range r.peers {
		if p.alive {
			n++
		}
	}
	return n
}

// forget drops who has been gone for long.
func (r *roster) forget(now fuseboard.Instant) {
	r.names = slices.DeleteFunc(r.names, func(name string) bool {
		p := r.peers[name]
		gone := !p.alive && now.Sub(p.moved) > lasting
		if gone {
			delete(r.peers, name)
		}
		return gone
	})
}
