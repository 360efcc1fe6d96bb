// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bufio"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"
)

// wire is around a carrier: it counts, refuses what memberlist must not see, and ends all streams when the node closes, so that
// nobody waits for one of them.
type wire struct {
	memberlist.NodeAwareTransport
	label   string
	clear   bool // nothing is encrypted here: see door.go
	refuse  func(why Reason, from string)
	packet  chan *memberlist.Packet
	streams chan net.Conn
	done    chan struct{}
	busy    sync.WaitGroup // dials, and the pumps

	packets, bytes, dials, failed atomic.Uint64 // sent, and dialled

	mu     sync.Mutex
	closed bool
	open   map[*stream]struct{}
}

// stream is a connection that its wire can end.
type stream struct {
	net.Conn
	w     *wire
	front *front // nil where everything is encrypted
}

func (n *Node) newWire(carrier memberlist.NodeAwareTransport) *wire {
	w := &wire{
		NodeAwareTransport: carrier, streams: make(chan net.Conn), packet: make(chan *memberlist.Packet),
		label: n.opts.Label, clear: n.ring.ring == nil, refuse: n.refuse,
		done: make(chan struct{}), open: map[*stream]struct{}{},
	}
	w.busy.Add(2)
	go w.pump()
	go w.sift()
	return w
}

// sift gives packets to memberlist, but for those that it would have to unpack, or that are longer than any of a node.
func (w *wire) sift() {
	defer w.busy.Done()
	for {
		select {
		case p := <-w.NodeAwareTransport.PacketCh():
			if len(p.Buf) > mostPacket || w.clear && inflates(p.Buf, w.label) {
				w.refuse(Inflated, p.From.String())
				continue
			}
			select {
			case w.packet <- p:
			case <-w.done:
				return
			}
		case <-w.done:
			return
		}
	}
}

func (w *wire) PacketCh() <-chan *memberlist.Packet { return w.packet }

// pump gives accepted streams to memberlist.
func (w *wire) pump() {
	defer w.busy.Done()
	for {
		select {
		case c := <-w.NodeAwareTransport.StreamCh():
			w.hand(c)
		case <-w.done:
			return
		}
	}
}

func (w *wire) hand(c net.Conn) {
	s := w.keep(c)
	if s == nil {
		return
	}
	select {
	case w.streams <- s:
	case <-w.done:
	}
}

// keep returns nil, and closes c, if the wire is closed.
func (w *wire) keep(c net.Conn) *stream {
	s := &stream{Conn: c, w: w}
	if w.clear {
		s.front = &front{r: bufio.NewReaderSize(c, frontBytes)}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		_ = c.Close() // nobody reads from it
		return nil
	}
	w.open[s] = struct{}{}
	return s
}

// Read reads, unless the stream begins with what memberlist must not see.
func (s *stream) Read(b []byte) (int, error) {
	if s.front == nil {
		return s.Conn.Read(b)
	}
	n, refused, err := s.front.read(b)
	if refused {
		s.w.refuse(Inflated, s.RemoteAddr().String())
	}
	return n, err
}

// Close ends the stream, once.
func (s *stream) Close() error {
	s.w.mu.Lock()
	delete(s.w.open, s)
	s.w.mu.Unlock()
	return s.Conn.Close()
}

func (w *wire) StreamCh() <-chan net.Conn { return w.streams }

func (w *wire) WriteToAddress(b []byte, addr memberlist.Address) (time.Time, error) {
	w.packets.Add(1)
	w.bytes.Add(uint64(len(b)))
	return w.NodeAwareTransport.WriteToAddress(b, addr)
}

func (w *wire) WriteTo(b []byte, addr string) (time.Time, error) {
	return w.WriteToAddress(b, memberlist.Address{Addr: addr})
}

func (w *wire) DialAddressTimeout(addr memberlist.Address, timeout time.Duration) (net.Conn, error) {
	if !w.enter() {
		return nil, net.ErrClosed
	}
	defer w.busy.Done()
	w.dials.Add(1)
	c, err := w.NodeAwareTransport.DialAddressTimeout(addr, timeout)
	if err != nil {
		w.failed.Add(1)
		return nil, err
	}
	if s := w.keep(c); s != nil {
		return s, nil
	}
	return nil, net.ErrClosed
}

func (w *wire) DialTimeout(addr string, timeout time.Duration) (net.Conn, error) {
	return w.DialAddressTimeout(memberlist.Address{Addr: addr}, timeout)
}

func (w *wire) enter() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.busy.Add(1)
	}
	return !w.closed
}

// Shutdown ends the carrier and all streams. It may be called again.
func (w *wire) Shutdown() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	open := w.open
	w.open = map[*stream]struct{}{}
	w.mu.Unlock()
	close(w.done)
	for s := range open {
		_ = s.Conn.Close() // its reader is told by its error
	}
	return w.NodeAwareTransport.Shutdown()
}
