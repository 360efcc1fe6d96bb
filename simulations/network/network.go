// SPDX-License-Identifier: Apache-2.0

package network

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// Port is where every node listens.
const Port = 7946

// perNet is how many nodes have the same first three bytes of address.
const (
	perNet    = 250
	mostNodes = perNet * 256
)

// Errors of networks and streams.
var (
	// ErrClosed is what a network answers after Close.
	ErrClosed = errors.New("network: it is closed")
	// ErrRefused is in the error of a dial to an address where no node lives.
	ErrRefused = errors.New("connection refused")
	// ErrReset is in the error of a stream whose other end is gone.
	ErrReset = errors.New("connection reset by peer")
)

// Network is a number of nodes in one process, and the links between them. It must be made in the bubble
// in which it is used. Any goroutine may call any method at any time.
type Network struct {
	opts Options
	base time.Time

	mu      sync.Mutex // held for a few steps only, never while something is waited for
	closed  bool
	hosts   map[string]*host // by name
	addrs   map[string]*host // by address
	order   []*host          // as they came
	ports   int              // handed out to who dials
	agenda  agenda
	seq     uint64
	timer   *time.Timer
	armed   bool
	rings   time.Duration  // when the timer does
	ringing sync.WaitGroup // one for each ring that is to come or runs
}

// host is a name and an address; the node that lives there may come and go.
type host struct {
	name  string
	ip    net.IP
	addr  string
	group int
	node  *Transport // nil while nobody lives there
	links map[*host]*link
}

// link is one direction between two hosts.
type link struct {
	from, to *host
	Link
	source   source
	packets  uint64        // drawn for so far
	segments uint64        // drawn for so far
	last     time.Duration // when the last packet in order arrives
	cut      bool
	stalled  []*segment // of streams, until the cut heals
	counts   Counts
}

// New makes a network without nodes. The error lists everything wrong with opts.
func New(opts Options) (*Network, error) {
	if err := opts.Validate().Err(); err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	return &Network{
		opts: opts.withDefaults(), base: time.Now(),
		hosts: map[string]*host{}, addrs: map[string]*host{},
	}, nil
}

// Node starts a node, and returns its transport for [memberlist.Config]. The first node has
// address 10.0.0.1:7946, the next 10.0.0.2:7946, and so on; a name whose node was killed or shut down keeps its address, and
// the faults and draws of its links go on. It is an error if the name is empty or lives, or if there are 64000 names.
func (n *Network) Node(name string) (*Transport, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	h := n.hosts[name]
	switch {
	case name == "":
		return nil, errors.New("network: a node needs a name")
	case h == nil && len(n.order) == mostNodes:
		return nil, fmt.Errorf("network: no address is left for node %q (accepted: %d nodes)", name, mostNodes)
	case h != nil && h.node != nil:
		return nil, fmt.Errorf("network: node %q lives already; Kill it first, or choose another name", name)
	case h == nil:
		h = n.newHost(name)
	}
	h.node = newTransport(n, h)
	return h.node, nil
}

func (n *Network) newHost(name string) *host {
	i := len(n.order)
	h := &host{name: name, ip: net.IPv4(10, 0, byte(i/perNet), byte(i%perNet+1)).To4(), links: map[*host]*link{}}
	h.addr = net.JoinHostPort(h.ip.String(), strconv.Itoa(Port))
	n.hosts[name], n.addrs[h.addr] = h, h
	n.order = append(n.order, h)
	return h
}

// Close ends all nodes, as [Network.Kill] does, forgets what is on the way, and waits until nothing runs.
// It may be called again. It never fails.
func (n *Network) Close() error {
	n.mu.Lock()
	if !n.closed {
		n.closed = true
		for _, h := range n.order {
			if h.node != nil {
				n.end(h.node)
			}
			for _, l := range h.links {
				l.stalled = nil
				l.counts.Dead += l.counts.InFlight
				l.counts.InFlight = 0
			}
		}
		n.agenda = nil
		if n.timer != nil && n.timer.Stop() {
			n.ringing.Done()
		}
	}
	n.mu.Unlock()
	n.ringing.Wait()
	return nil
}

// end makes t's life end: its streams are reset, and its address is free.
func (n *Network) end(t *Transport) {
	if t.dead {
		return
	}
	t.dead, t.paused, t.held, t.pending = true, false, nil, nil
	if t.host.node == t {
		t.host.node = nil
	}
	for c := range t.conns {
		c.abort(net.ErrClosed)
	}
	t.wake()
}

// link returns the link between two hosts, and makes it first if it is new.
func (n *Network) link(from, to *host) *link {
	l := from.links[to]
	if l == nil {
		l = &link{from: from, to: to, Link: n.opts.Link, source: newSource(n.opts.Seed, from.name, to.name)}
		from.links[to] = l
	}
	return l
}

func (l *link) open() bool { return !l.cut && l.from.group == l.to.group }

var _ memberlist.NodeAwareTransport = (*Transport)(nil)
