// SPDX-License-Identifier: Apache-2.0

package network

// pipe is one direction of a stream.
type pipe struct {
	link    *link
	queue   []*piece // sent, and not yet arrived in order
	held    int      // bytes written and not yet read
	arrived []byte
	ended   bool
}

// piece is some bytes of a stream; none means its end.
type piece struct {
	data []byte
	here bool // it arrived, perhaps before those ahead of it
}

func newPipe(l *link) *pipe { return &pipe{link: l} }

// take reads what has arrived.
func (p *pipe) take(b []byte) int {
	n := copy(b, p.arrived)
	p.held -= n
	if p.arrived = p.arrived[n:]; len(p.arrived) == 0 {
		p.arrived = nil
	}
	return n
}

// drop is for what nobody will read.
func (p *pipe) drop() {
	p.held -= len(p.arrived)
	p.arrived = nil
}

// push sends data, or the end of the stream.
func (c *Conn) push(data []byte) {
	p, n := c.out, c.t.n
	d := &piece{data: append([]byte(nil), data...)}
	p.queue = append(p.queue, d)
	p.held += len(data)
	p.link.counts.StreamBytes += uint64(len(data))
	n.transmit(&segment{
		link: p.link,
		gone: func() bool { return c.broken != nil && c.peer.broken != nil },
		come: func() { c.came(d) },
	})
}

// came puts a piece where the other end reads it, with those behind that have waited for it.
func (c *Conn) came(d *piece) {
	p := c.out
	if c.peer.broken != nil { // who sends to an end that is no more is reset
		p.held -= len(d.data)
		if c.broken == nil && len(d.data) > 0 {
			c.peer.tell()
		}
		return
	}
	d.here = true
	for len(p.queue) > 0 && p.queue[0].here {
		next := p.queue[0].data
		p.arrived = append(p.arrived, next...)
		p.ended = len(next) == 0
		p.queue[0] = nil
		p.queue = p.queue[1:]
	}
	c.peer.changed.Broadcast()
}
