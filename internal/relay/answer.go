// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"errors"
	"net"
	"slices"
	"time"
)

// errEnded is returned where an answer has ended before its time, in order.
var errEnded = errors.New("the fault ended the answer")

// answer hands on what the upstream answers, with the connection's fault.
func (c *conn) answer(up *net.TCPConn) {
	a := answer{conn: c, inHead: !c.fault.Raw, first: true}
	err := c.pump(up, c.client, a.pass)
	switch {
	case errors.Is(err, errEnded) && c.fault.End == Cut:
		_ = c.client.CloseWrite()
		_ = up.CloseRead() // the client reads the end and leaves; then both are closed
	case errors.Is(err, errEnded) && c.fault.End == Stall:
		<-c.ctx.Done()
		c.close()
	case err != nil:
		c.reset()
	}
}

// answer is how far the bytes from the upstream have come.
type answer struct {
	*conn
	first  bool
	inHead bool
	blank  int   // how much of "\r\n\r\n" the last bytes of the head are
	body   int64 // bytes of the body passed on
}

// pass hands on b: first what belongs to the head, then what belongs to the body.
func (a *answer) pass(b []byte) error {
	if a.first {
		a.first = false
		if err := a.wait(a.fault.Delay); err != nil {
			return err
		}
	}
	head := a.headOf(b)
	if err := a.send(b[:head], a.fault.HeadEvery); err != nil {
		return err
	}
	if a.inHead {
		return nil
	}
	return a.passBody(b[head:])
}

// headOf returns how many bytes of b belong to the head, the blank line included.
func (a *answer) headOf(b []byte) int {
	if !a.inHead {
		return 0
	}
	const blankLine = "\r\n\r\n"
	for i, x := range b {
		switch x {
		case blankLine[a.blank]:
			a.blank++
		case '\r':
			a.blank = 1
		default:
			a.blank = 0
		}
		if a.blank == len(blankLine) {
			a.inHead = false
			return i + 1
		}
	}
	return len(b)
}

func (a *answer) passBody(b []byte) error {
	for i := range b {
		if slices.Contains(a.fault.Corrupt, a.body+int64(i)) {
			b[i] = ^b[i]
		}
	}
	rest, ends := a.fault.end(a.body)
	ends = ends && rest <= int64(len(b))
	if ends {
		b = b[:max(rest, 0)]
	}
	a.body += int64(len(b))
	if err := a.send(b, a.fault.BodyEvery); err != nil {
		return err
	}
	if ends {
		return errEnded
	}
	return nil
}

func (a *answer) send(b []byte, every time.Duration) error {
	step, wait := pace(a.fault.Rate, every, len(b))
	return a.write(a.client, b, step, wait, func(n int64, t *Counts) { t.Received += n })
}

// pace returns how many bytes are sent at a time, and the wait before each time: rate
// in bytes per second, or one byte every so long, or all n at once.
func pace(rate int, every time.Duration, n int) (step int, wait time.Duration) {
	switch {
	case rate > 0:
		step = max(1, rate/100)
		return step, time.Duration(step) * time.Second / time.Duration(rate)
	case every > 0:
		return 1, every
	}
	return max(1, n), 0
}

// write sends b in steps, and counts what was sent.
func (c *conn) write(to *net.TCPConn, b []byte, step int, wait time.Duration, count func(int64, *Counts)) error {
	for piece := range slices.Chunk(b, step) {
		if err := c.wait(wait); err != nil {
			return err
		}
		n, err := to.Write(piece)
		c.relay.count(func(t *Counts) { count(int64(n), t) })
		if err != nil {
			return err
		}
	}
	return nil
}
