// SPDX-License-Identifier: Apache-2.0

package network

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Conn is one end of a stream, as [Transport.DialTimeout] and [Transport.StreamCh] give it. Its errors are those of a
// TCP connection: [net.OpError] around [os.ErrDeadlineExceeded], [net.ErrClosed] or [ErrReset]; [io.EOF] when the
// other end has closed and everything was read.
type Conn struct {
	t             *Transport
	local, remote *net.TCPAddr
	changed       *sync.Cond // with the network's lock

	// Below: under the network's lock.
	peer        *Conn // nil until the handshake came there
	in, out     *pipe
	established bool
	broken      error         // why it can be used no more
	readBy      time.Duration // 0 for no deadline
	writeBy     time.Duration
}

func newConn(t *Transport, local, remote *net.TCPAddr) *Conn {
	c := &Conn{t: t, local: local, remote: remote, changed: sync.NewCond(&t.n.mu)}
	t.conns[c] = struct{}{}
	return c
}

// Read reads what has arrived, and waits until something has.
func (c *Conn) Read(b []byte) (int, error) {
	c.t.n.mu.Lock()
	defer c.t.n.mu.Unlock()
	for {
		switch {
		case c.broken != nil:
			return 0, c.failed("read", c.broken)
		case c.late(c.readBy):
			return 0, c.failed("read", os.ErrDeadlineExceeded)
		case c.t.paused:
		case len(b) == 0:
			return 0, nil
		case len(c.in.arrived) > 0:
			n := c.in.take(b)
			if c.peer != nil {
				c.peer.changed.Broadcast() // there is room to write
			}
			return n, nil
		case c.in.ended:
			return 0, io.EOF
		}
		c.wait(c.readBy)
	}
}

// Write sends b, and waits while the window is full. It returns how much of b was sent.
func (c *Conn) Write(b []byte) (int, error) {
	c.t.n.mu.Lock()
	defer c.t.n.mu.Unlock()
	for sent := 0; ; {
		switch room := c.t.n.opts.Window - c.out.held; {
		case c.broken != nil:
			return sent, c.failed("write", c.broken)
		case c.late(c.writeBy):
			return sent, c.failed("write", os.ErrDeadlineExceeded)
		case c.t.paused:
		case sent == len(b):
			return sent, nil
		case room > 0:
			piece := b[sent:min(len(b), sent+segmentSize, sent+room)]
			c.push(piece)
			sent += len(piece)
			continue
		}
		c.wait(c.writeBy)
	}
}

// Close ends the stream: the other end reads what was written, and then [io.EOF].
// A second call returns [net.ErrClosed].
func (c *Conn) Close() error {
	c.t.n.mu.Lock()
	defer c.t.n.mu.Unlock()
	if c.broken != nil {
		return c.failed("close", net.ErrClosed)
	}
	c.leave(net.ErrClosed)
	if c.peer != nil && c.peer.broken == nil {
		c.push(nil)
	}
	return nil
}

// LocalAddr is the address of this end, a [net.TCPAddr].
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the address of the other end, a [net.TCPAddr].
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets until when reads and writes wait; the zero time means for ever.
func (c *Conn) SetDeadline(t time.Time) error { return c.limit(t, &c.readBy, &c.writeBy) }

// SetReadDeadline sets until when reads wait; the zero time means for ever.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.limit(t, &c.readBy) }

// SetWriteDeadline sets until when writes wait; the zero time means for ever.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.limit(t, &c.writeBy) }

func (c *Conn) limit(t time.Time, fields ...*time.Duration) error {
	c.t.n.mu.Lock()
	defer c.t.n.mu.Unlock()
	if c.broken != nil {
		return c.failed("set", c.broken)
	}
	by := time.Duration(0)
	if !t.IsZero() {
		by = max(t.Sub(c.t.n.base), 1) // one that is over since long is still a deadline
	}
	for _, f := range fields {
		*f = by
	}
	c.changed.Broadcast()
	return nil
}

func (c *Conn) late(by time.Duration) bool { return by != 0 && c.t.n.now() >= by }

// wait waits until something has changed, or by is reached where it is not zero.
func (c *Conn) wait(by time.Duration) {
	if by != 0 {
		e := c.t.n.plan(by, c.changed.Broadcast)
		defer c.t.n.cancel(e)
	}
	c.changed.Wait()
}

func (c *Conn) failed(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: c.local, Addr: c.remote, Err: err}
}

// leave makes this end unusable, for its own side.
func (c *Conn) leave(why error) {
	c.broken = why
	delete(c.t.conns, c)
	c.changed.Broadcast()
	c.in.drop()
	if c.peer != nil {
		c.peer.changed.Broadcast() // there is room to write, into the void
	}
	if c.peer == nil || c.peer.broken != nil {
		c.out.link.forget()
		c.in.link.forget()
	}
}

// abort ends the stream in this moment. The other end is told so by a segment that is
// not sent again: where it is cut off, it finds out when it sends something.
func (c *Conn) abort(why error) {
	if c.broken != nil {
		return
	}
	c.leave(why)
	c.tell()
}

// tell resets the other end, a latency later.
func (c *Conn) tell() {
	n, l, peer := c.t.n, c.out.link, c.peer
	if n.closed || peer == nil || !l.open() {
		return
	}
	n.plan(n.now()+l.Latency, func() {
		if l.open() && peer.broken == nil {
			peer.leave(ErrReset)
		}
	})
}
