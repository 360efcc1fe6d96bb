// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"bufio"
	"errors"
	"net"
	"os"
	"time"

	"github.com/hashicorp/memberlist"
)

// readPackets reads until the connection ends.
func (t *Transport) readPackets(l *link) {
	id := l.peer.Identity
	if oldest := t.gate.line(id, l); oldest != nil {
		_ = t.refused(oldest, refuse(TooMany, "%s has %d newer connections for packets", id, perPeer))
		oldest.cut()
	}
	defer t.gate.unline(id, l)
	defer l.cut()
	if err := t.readEach(l); err != nil {
		_ = t.refused(l, err)
	}
}

func (t *Transport) readEach(l *link) error {
	r := bufio.NewReaderSize(l.Conn, readAhead)
	for {
		if more, err := t.awaitPacket(l, r); !more {
			return err
		}
		b, err := readFrame(r)
		switch {
		case err != nil:
			return err
		case len(b) > 0:
			t.deliver(&memberlist.Packet{Buf: b, From: l.peer, Timestamp: time.Now()})
		case !t.answer(l):
			return nil
		}
	}
}

// awaitPacket reports whether there is more to read. It ends well between two packets: the peer hangs up, or was quiet for
// long. It ends badly with what was damaged on the way. A packet that has begun must be there soon.
func (t *Transport) awaitPacket(l *link, r *bufio.Reader) (more bool, err error) {
	if r.Buffered() == 0 {
		if err := l.SetReadDeadline(time.Now().Add(2 * t.opts.Idle)); err != nil {
			return false, badEnd(err)
		}
		if _, err := r.Peek(1); err != nil {
			return false, badEnd(err)
		}
	}
	return l.SetReadDeadline(time.Now().Add(t.opts.Handshake)) == nil, nil
}

// badEnd returns err where it is more than a peer that hung up or was quiet, or an end that we made ourselves.
func badEnd(err error) error {
	if hungUp(err) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// answer tells a peer that asks that its packets are read.
func (t *Transport) answer(l *link) bool {
	if err := l.SetWriteDeadline(time.Now().Add(t.opts.Handshake)); err != nil {
		return false
	}
	_, err := l.Conn.Write([]byte{welcome})
	return err == nil
}

func (t *Transport) deliver(p *memberlist.Packet) {
	select {
	case t.packets <- p:
		t.count(func(s *Stats) { s.PacketsIn++; s.BytesIn += uint64(len(p.Buf)) })
	default:
		t.count(func(s *Stats) { s.DroppedUnread++ })
	}
}
