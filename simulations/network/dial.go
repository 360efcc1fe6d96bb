// SPDX-License-Identifier: Apache-2.0

package network

import (
	"net"
	"os"
	"time"
)

// giveUp is how long a dial without a timeout tries: six doublings of a second, as Linux does.
const giveUp = 127 * time.Second

// firstPort is the first of those that dialling ends get.
const (
	firstPort = 32768
	ports     = 28232
)

// DialTimeout opens a stream to the node at addr, a round trip later. Loss and cuts make it take longer; the timeout
// bounds that (0 means 127s, and a negative one is over at once). Its error is a [net.OpError] that holds
// [ErrRefused] where no node lives, [os.ErrDeadlineExceeded] after the timeout, or [net.ErrClosed] when the
// node itself is dead.
func (t *Transport) DialTimeout(addr string, timeout time.Duration) (net.Conn, error) {
	if timeout == 0 {
		timeout = giveUp
	}
	n := t.n
	n.mu.Lock()
	defer n.mu.Unlock()
	deadline := n.now() + timeout
	for t.paused {
		t.resumed.Wait()
	}
	to := n.addrs[addr]
	switch {
	case t.dead:
		return nil, t.failed("dial", "tcp", addr, net.ErrClosed)
	case to == nil:
		return nil, t.failed("dial", "tcp", addr, errNobody)
	}
	c := n.dial(t, to)
	for {
		switch {
		case c.broken != nil:
			return nil, t.failed("dial", "tcp", addr, c.broken)
		case n.now() >= deadline:
			c.abort(os.ErrDeadlineExceeded)
			return nil, t.failed("dial", "tcp", addr, os.ErrDeadlineExceeded)
		case c.established && !t.paused:
			return c, nil
		}
		c.wait(deadline)
	}
}

// dial begins a handshake.
func (n *Network) dial(t *Transport, to *host) *Conn {
	local := &net.TCPAddr{IP: t.host.ip, Port: firstPort + n.ports%ports}
	remote := &net.TCPAddr{IP: to.ip, Port: Port}
	n.ports++
	c := newConn(t, local, remote)
	there, back := n.link(t.host, to), n.link(to, t.host)
	c.out, c.in = newPipe(there), newPipe(back)
	there.counts.Dials++
	given := func() bool { return c.broken != nil }
	syn := &segment{link: there, gone: given}
	syn.come = func() {
		node := to.node
		switch {
		case given():
		case node == nil:
			there.counts.Refused++
			n.transmit(&segment{link: back, gone: given, come: func() { c.abort(ErrRefused) }})
		case len(node.streams)+len(node.pending) >= n.opts.Buffer:
			n.retransmit(syn) // Linux, too, answers nothing when the backlog is full
		default:
			n.accept(c, node)
		}
	}
	n.transmit(syn)
	return c
}

// accept makes the other end of c at node, and answers.
func (n *Network) accept(c *Conn, node *Transport) {
	s := newConn(node, c.remote, c.local)
	s.out, s.in = c.in, c.out
	s.established = true
	c.peer, s.peer = s, c
	if node.paused {
		node.pending = append(node.pending, s)
	} else {
		node.streams <- s
	}
	n.transmit(&segment{
		link: s.out.link,
		gone: func() bool { return c.broken != nil },
		come: func() {
			c.established = true
			c.changed.Broadcast()
		},
	})
}
