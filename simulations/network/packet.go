// SPDX-License-Identifier: Apache-2.0

package network

import (
	"bytes"
	"net"
	"time"

	"github.com/hashicorp/memberlist"
)

// send draws the fate of a packet and lets it travel. Draws are made whether or not
// the link is open, so that a cut changes no other packet's fate.
func (n *Network) send(l *link, b []byte) {
	f := l.source.packet(l.packets, l.Link)
	l.packets++
	l.counts.Sent++
	l.counts.Bytes += uint64(len(b))
	switch {
	case !l.open():
		l.counts.Cut++
		return
	case f.lost:
		l.counts.Lost++
		return
	}
	b = bytes.Clone(b)
	at := n.now() + f.latency
	if f.reordered {
		l.counts.Reordered++
	} else {
		at = max(at, l.last)
		l.last = at
	}
	n.travel(l, b, at)
	if f.duplicated {
		l.counts.Duplicated++
		n.travel(l, bytes.Clone(b), max(n.now()+f.second, at))
	}
}

func (n *Network) travel(l *link, b []byte, at time.Duration) {
	if l.counts.InFlight >= uint64(n.opts.Buffer) {
		l.counts.Overflowed++
		return
	}
	l.counts.InFlight++
	n.plan(at, func() { n.arrive(l, b) })
}

func (n *Network) arrive(l *link, b []byte) {
	l.counts.InFlight--
	t := l.to.node
	switch {
	case !l.open():
		l.counts.Cut++
	case t == nil:
		l.counts.Dead++
	case len(t.packets)+len(t.held) >= n.opts.Buffer:
		l.counts.Overflowed++
	default:
		l.counts.Delivered++
		t.take(&memberlist.Packet{Buf: b, From: &net.UDPAddr{IP: l.from.ip, Port: Port}, Timestamp: time.Now()})
	}
}

// take puts a packet where the node finds it, or will find it. There is room.
func (t *Transport) take(p *memberlist.Packet) {
	if t.paused {
		t.held = append(t.held, p)
		return
	}
	t.packets <- p
}
