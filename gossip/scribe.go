// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"slices"
	"time"
)

// writes is how long what is on disk may be behind.
const writes = 5 * time.Second

// scribe is the one goroutine that writes to Dir.
func (n *Node) scribe(life context.Context) {
	n.record()
	for wait(life, writes) {
		n.record()
	}
	n.record()
}

// record writes what a next life should know, if that is different.
func (n *Node) record() {
	m := n.memory()
	if n.written.same(m) {
		return
	}
	if err := writeMemory(n.opts.Dir, m); err != nil {
		n.counts.disk.fail(err)
		return
	}
	n.written = m
}

// memory is what a next life should know. Those who are here are seen now; to the minute, so that not every look is a
// difference.
func (n *Node) memory() memory {
	now := time.Now().UTC().Truncate(time.Minute)
	v := n.roster.view(n.clock.Now())
	m := memory{Format: diskFormat, Name: n.opts.Name, Boot: n.boot, Boots: append(n.Boots(), n.boot), HighWater: v.high}
	known := map[string]bool{}
	for _, p := range places(n.roster.addresses()) {
		m.Seen = append(m.Seen, seen{Node: p.full, Address: p.address, At: now})
		name, _, _ := splitName(p.full)
		known[name] = true
	}
	for _, old := range n.former() {
		if name, _, _ := splitName(old.Node); !known[name] {
			m.Seen = append(m.Seen, old)
		}
	}
	return m.crop()
}

// former are those who are missing, and those of former lives who were not here yet.
func (n *Node) former() []seen {
	now := n.clock.Now()
	var out []seen
	known := map[string]bool{n.opts.Name: true}
	for _, m := range n.roster.all() {
		known[m.Name] = true
		if m.State == Failed {
			at := time.Now().UTC().Add(-now.Sub(m.Since)).Truncate(time.Minute)
			out = append(out, seen{Node: fullName(m.Name, m.Boot), Address: m.Address, At: at})
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, old := range n.known.recent(time.Now()).Seen {
		if name, _, _ := splitName(old.Node); !known[name] {
			out = append(out, old)
		}
	}
	return out
}

func (m memory) same(other memory) bool {
	return m.Boot == other.Boot && m.HighWater == other.HighWater && slices.EqualFunc(m.Seen, other.Seen, func(a, b seen) bool {
		return a.Node == b.Node && a.Address == b.Address && a.At.Equal(b.At)
	})
}
