// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"net"
	"sync"
)

// perPeer is how many connections for packets one identity may have: one, and what is left over from lives and networks before.
const perPeer = 4

// gate counts the connections of others.
type gate struct {
	most, mostShaking, mostPerHost int

	mu      sync.Mutex // held for a few steps only
	inbound int
	shaking int
	hosts   map[string]int       // in a handshake
	lines   map[Identity][]*link // for packets, the oldest first
}

func newGate(o Options) gate {
	return gate{
		most: o.Inbound, mostShaking: o.Handshakes, mostPerHost: o.PerHost,
		hosts: map[string]int{}, lines: map[Identity][]*link{},
	}
}

// enter takes a place for a connection and its handshake, or says what there is too much of.
func (g *gate) enter(host string) *RefusedError {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.inbound >= g.most:
		return refuse(TooMany, "%d connections are open already (Options.Inbound)", g.inbound)
	case g.shaking >= g.mostShaking:
		return refuse(TooMany, "%d handshakes go on already (Options.Handshakes)", g.shaking)
	case g.hosts[host] >= g.mostPerHost:
		return refuse(TooMany, "%d handshakes with this host go on already (Options.PerHost)", g.hosts[host])
	}
	g.inbound++
	g.shaking++
	g.hosts[host]++
	return nil
}

// shaken gives the place of the handshake back.
func (g *gate) shaken(host string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shaking--
	if g.hosts[host]--; g.hosts[host] == 0 {
		delete(g.hosts, host)
	}
}

// leave gives the place of the connection back.
func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inbound--
}

// line notes a connection for packets, and returns the oldest of that peer where it is one too many.
func (g *gate) line(id Identity, l *link) (oldest *link) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if all := g.lines[id]; len(all) == perPeer {
		oldest, g.lines[id] = all[0], all[1:]
	}
	g.lines[id] = append(g.lines[id], l)
	return oldest
}

func (g *gate) unline(id Identity, l *link) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var rest []*link
	for _, other := range g.lines[id] {
		if other != l {
			rest = append(rest, other)
		}
	}
	if g.lines[id] = rest; len(rest) == 0 {
		delete(g.lines, id)
	}
}

func (g *gate) open() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.inbound
}

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}
