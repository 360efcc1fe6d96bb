// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// conn is one client's connection and the one to the upstream that belongs to it.
type conn struct {
	relay  *Relay
	fault  Fault
	client *net.TCPConn
	ctx    context.Context // ends when the connection is over: every wait looks at it
	over   context.CancelFunc

	mu       sync.Mutex
	upstream *net.TCPConn // nil until dialled
}

func newConn(r *Relay, client *net.TCPConn, f Fault) *conn {
	c := &conn{relay: r, fault: f, client: client}
	c.ctx, c.over = context.WithCancel(r.ctx)
	return c
}

// serve returns when both ways are done.
func (c *conn) serve() {
	defer c.close()
	switch {
	case c.fault.Refuse:
		c.refuse()
		return
	case c.fault.Swallow:
		_, _ = io.Copy(io.Discard, c.client)
		return
	}
	up, err := c.dial()
	if err != nil {
		c.refuse()
		return
	}
	var asking sync.WaitGroup
	asking.Go(func() { c.ask(up) })
	c.answer(up)
	asking.Wait()
}

// refuse resets at the client's first byte: earlier, some clients would still be
// connecting and others reading, and see different errors.
func (c *conn) refuse() {
	_, _ = c.client.Read(make([]byte, 1))
	c.reset()
}

func (c *conn) dial() (*net.TCPConn, error) {
	var d net.Dialer
	up, err := d.DialContext(c.ctx, "tcp", c.relay.upstream)
	if err != nil {
		return nil, err
	}
	tcp, ok := up.(*net.TCPConn)
	if !ok {
		return nil, errors.Join(errors.New("upstream is not TCP"), up.Close())
	}
	c.mu.Lock()
	c.upstream = tcp
	c.mu.Unlock()
	c.relay.count(func(n *Counts) { n.Dialled++ })
	if c.ctx.Err() != nil { // reset before there was an upstream to reset
		_ = tcp.Close()
	}
	return tcp, nil
}

// ask hands on what the client sends, and its half-close.
func (c *conn) ask(up *net.TCPConn) {
	err := c.pump(c.client, up, func(b []byte) error {
		step, wait := pace(c.fault.Rate, 0, len(b))
		return c.write(up, b, step, wait, func(n int64, t *Counts) { t.Sent += n })
	})
	switch {
	case err != nil:
		c.reset()
	case c.fault.End == Stall: // a client that has left is all that ends a stall
		c.over()
	}
}

// pump reads from one side and gives it to pass until the end, which it hands on as
// a half-close. Other errors than the end are returned: they break the connection.
func (c *conn) pump(from, to *net.TCPConn, pass func([]byte) error) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if err := pass(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			if err := c.wait(0); err != nil { // the end does not overtake a freeze
				return err
			}
			return half(to.CloseWrite())
		case err != nil:
			return err
		}
	}
}

// half forgives a half-close of what is closed already: the other way ended first.
func half(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	var broken *net.OpError // not connected any more
	if errors.As(err, &broken) {
		return nil
	}
	return err
}

// reset breaks both sides: what is not sent yet is lost.
func (c *conn) reset() {
	c.over()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, side := range []*net.TCPConn{c.client, c.upstream} {
		if side != nil {
			_ = side.SetLinger(0)
			_ = side.Close()
		}
	}
}

func (c *conn) close() {
	c.over()
	_ = c.client.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.upstream != nil {
		_ = c.upstream.Close()
	}
}

// wait returns after d and after a thaw, or with an error when the connection is over.
func (c *conn) wait(d time.Duration) error {
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-c.ctx.Done():
			return c.ctx.Err()
		}
	}
	for thaw := c.relay.frozen(); thaw != nil; thaw = c.relay.frozen() {
		select {
		case <-thaw:
		case <-c.ctx.Done():
			return c.ctx.Err()
		}
	}
	return c.ctx.Err()
}
