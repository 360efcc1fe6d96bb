// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"
)

// accept takes connections until the listener is closed.
func (t *Transport) accept() {
	const least, most = 5 * time.Millisecond, time.Second
	wait := least
	for {
		raw, err := t.listener.Accept()
		if t.ctx.Err() != nil {
			if err == nil {
				_ = raw.Close()
			}
			return
		}
		if err != nil { // out of files, most likely: they come back
			t.pause(wait)
			wait = min(2*wait, most)
			continue
		}
		wait = least
		t.receive(raw)
	}
}

func (t *Transport) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.ctx.Done():
	}
}

// receive serves a connection in a goroutine of its own, if there is a place for it.
func (t *Transport) receive(raw net.Conn) {
	host := hostOf(raw.RemoteAddr())
	if e := t.gate.enter(host); e != nil {
		e.Peer, e.Inbound = raw.RemoteAddr().String(), true
		t.countRefusal(e)
		_ = raw.Close()
		return
	}
	l := t.links.add(raw, true, t.gate.leave)
	if l == nil {
		t.gate.shaken(host)
		return
	}
	t.work.Go(func() { t.serve(l, host) })
}

func (t *Transport) serve(l *link, host string) {
	k, err := t.greet(l)
	if err != nil {
		_ = t.refused(l, err)
		t.letRead(l, err)
		l.cut()
		t.gate.shaken(host)
		return
	}
	t.gate.shaken(host)
	switch k {
	case stream:
		t.handOver(l)
	case packets:
		t.readPackets(l)
	}
}

// greet verifies who is there and hears what for.
func (t *Transport) greet(l *link) (kind, error) {
	if err := l.raw.SetDeadline(time.Now().Add(t.opts.Handshake)); err != nil {
		return 0, err
	}
	s := t.state.Load()
	l.Conn = tls.Server(l.raw, s.server)
	if err := l.HandshakeContext(t.ctx); err != nil {
		return 0, err
	}
	k, at, err := readHello(l.Conn)
	if err != nil {
		return 0, err
	}
	if err := t.welcomed(l, s, at.String(), ""); err != nil {
		return 0, err
	}
	if _, err := l.Conn.Write([]byte{welcome}); err != nil {
		return 0, err
	}
	return k, l.raw.SetDeadline(time.Time{})
}

// letRead gives a peer that was refused a moment to read that: closing at once, with what it has sent still unread, would
// reset the connection, and it would never know.
func (t *Transport) letRead(l *link, err error) {
	var e *RefusedError
	tcp, ok := l.raw.(*net.TCPConn)
	if !ok || !errors.As(err, &e) && !errors.Is(err, errHello) {
		return
	}
	_ = tcp.SetDeadline(time.Now().Add(goodbye))
	if l.ConnectionState().HandshakeComplete { // or an alert of TLS has told it
		_, _ = l.Conn.Write([]byte{unwelcome})
	}
	_ = tcp.CloseWrite()
	_, _ = io.CopyN(io.Discard, tcp, MaxFrame)
}

// goodbye is how long a peer has to read that it is refused.
const goodbye = 250 * time.Millisecond

// handOver gives a stream to who reads StreamCh.
func (t *Transport) handOver(l *link) {
	select {
	case t.streams <- l:
		t.count(func(s *Stats) { s.StreamsIn++ })
	default:
		_ = t.refused(l, refuse(TooMany, "%d streams wait to be read already", unreadStreams))
		l.cut()
	}
}

// welcomed notes who is there.
func (t *Transport) welcomed(l *link, s *state, at, name string) error {
	c := l.ConnectionState()
	peer, err := peerOf(c, at, l.raw.RemoteAddr())
	if err != nil {
		return err
	}
	if err := t.links.verified(l, s.rules, peer, name, time.Now()); err != nil {
		return err
	}
	t.count(func(s *Stats) {
		s.Handshakes++
		if c.DidResume {
			s.Resumed++
		}
	})
	return nil
}
