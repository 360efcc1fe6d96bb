// SPDX-License-Identifier: Apache-2.0

package network

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// mostPacket is the most that UDP carries over IPv4.
const mostPacket = 65507

// Transport is one life of a node: a [memberlist.NodeAwareTransport]. A node that was killed and comes back has
// a new one. While the node is paused, every call that sends, dials, reads or writes waits.
type Transport struct {
	n       *Network
	host    *host
	packets chan *memberlist.Packet
	streams chan net.Conn
	resumed *sync.Cond // with the network's lock; also when the life ends

	// Below: under the network's lock.
	paused  bool
	dead    bool
	held    []*memberlist.Packet // came in a pause
	pending []*Conn              // came in a pause
	conns   map[*Conn]struct{}   // open ones
}

func newTransport(n *Network, h *host) *Transport {
	return &Transport{
		n: n, host: h,
		packets: make(chan *memberlist.Packet, n.opts.Buffer),
		streams: make(chan net.Conn, n.opts.Buffer),
		resumed: sync.NewCond(&n.mu),
		conns:   map[*Conn]struct{}{},
	}
}

// Name is the name of the node.
func (t *Transport) Name() string { return t.host.name }

// Addr is where the node listens: "10.0.0.1:7946".
func (t *Transport) Addr() string { return t.host.addr }

// FinalAdvertiseAddr returns the address of the node, whatever is asked for. It never fails.
func (t *Transport) FinalAdvertiseAddr(string, int) (net.IP, int, error) {
	return t.host.ip, Port, nil
}

// WriteTo sends a packet to an address and returns when: a copy of b, at most 65507 bytes. That
// it cannot arrive is no error, as little as it is with UDP. It is an error if the node is dead, b is too long, or
// no name ever had the address.
func (t *Transport) WriteTo(b []byte, addr string) (time.Time, error) {
	n := t.n
	n.mu.Lock()
	defer n.mu.Unlock()
	for t.paused {
		t.resumed.Wait()
	}
	to := n.addrs[addr]
	switch {
	case t.dead:
		return time.Time{}, t.failed("write", "udp", addr, net.ErrClosed)
	case to == nil:
		return time.Time{}, t.failed("write", "udp", addr, errNobody)
	case len(b) > mostPacket:
		return time.Time{}, t.failed("write", "udp", addr, fmt.Errorf("a packet of %d bytes is too long (accepted: 0 to %d)", len(b), mostPacket))
	}
	n.send(n.link(t.host, to), b)
	return time.Now(), nil
}

// WriteToAddress is WriteTo the address of addr; the name in it is not looked at.
func (t *Transport) WriteToAddress(b []byte, addr memberlist.Address) (time.Time, error) {
	return t.WriteTo(b, addr.Addr)
}

// PacketCh is where packets arrive. It is never closed.
func (t *Transport) PacketCh() <-chan *memberlist.Packet { return t.packets }

// StreamCh is where streams arrive that others have dialled. It is never closed.
func (t *Transport) StreamCh() <-chan net.Conn { return t.streams }

// DialAddressTimeout is DialTimeout to the address of addr; the name in it is not looked at.
func (t *Transport) DialAddressTimeout(addr memberlist.Address, timeout time.Duration) (net.Conn, error) {
	return t.DialTimeout(addr.Addr, timeout)
}

// Shutdown ends this life of the node, as [Network.Kill] does. It may be called again. It never fails.
func (t *Transport) Shutdown() error {
	t.n.mu.Lock()
	defer t.n.mu.Unlock()
	t.n.end(t)
	return nil
}

// wake lets everybody look again who waits in a call of this node.
func (t *Transport) wake() {
	t.resumed.Broadcast()
	for c := range t.conns {
		c.changed.Broadcast()
	}
}

var errNobody = errors.New("no node has, or had, this address: Network.Node gives addresses")

// failed is an error in the form of package net, which memberlist looks at.
func (t *Transport) failed(op, proto, addr string, err error) error {
	e := &net.OpError{Op: op, Net: proto, Source: address(t.host.addr), Err: err}
	if addr != "" {
		e.Addr = address(addr)
	}
	return e
}

// address is a net.Addr that is its own text.
type address string

func (address) Network() string  { return "sim" }
func (a address) String() string { return string(a) }
