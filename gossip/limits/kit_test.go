// SPDX-License-Identifier: Apache-2.0

package limits

import (
	"fmt"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"
)

// carrier is a transport to which things come because the test says so.
type carrier struct {
	memberlist.NodeAwareTransport
	packets chan *memberlist.Packet
	streams chan net.Conn
	ended   int
}

func (c *carrier) PacketCh() <-chan *memberlist.Packet { return c.packets }
func (c *carrier) StreamCh() <-chan net.Conn           { return c.streams }
func (c *carrier) Shutdown() error {
	c.ended++
	return nil
}

// place is an address with a port.
type place string

func (place) Network() string  { return "test" }
func (p place) String() string { return string(p) }

// known is an address of somebody who is verified.
type known struct{ place }

func (k known) Source() string { return "verified " + string(k.place) }

// limited is a carrier behind limits, in a bubble.
type limited struct {
	*Transport
	t     *testing.T
	inner *carrier
}

func bubble(t *testing.T, o Options, story func(t *testing.T, l *limited)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		inner := &carrier{packets: make(chan *memberlist.Packet, 100_000), streams: make(chan net.Conn, 1000)}
		w, err := Wrap(inner, o)
		ok(t, err)
		defer func() { ok(t, w.Shutdown()) }()
		story(t, &limited{w, t, inner})
	})
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// come has count packets of a size come from an address.
func (l *limited) come(from net.Addr, count, size int) {
	for i := range count {
		b := make([]byte, size)
		copy(b, fmt.Sprint(i))
		l.inner.packets <- &memberlist.Packet{Buf: b, From: from, Timestamp: time.Now()}
	}
}

// passed counts the packets that pass until nothing moves any more.
func (l *limited) passed() (n int) {
	for {
		synctest.Wait()
		select {
		case <-l.PacketCh():
			n++
		default:
			return n
		}
	}
}

// conn is one end of a pipe, from somewhere.
type conn struct {
	net.Conn
	from   net.Addr
	closed int
}

func (c *conn) RemoteAddr() net.Addr { return c.from }
func (c *conn) Close() error {
	c.closed++
	return c.Conn.Close()
}

// dials has a stream come from an address, and returns its other end, and what came out: nothing where it is refused.
func (l *limited) dials(from net.Addr) (other net.Conn, in net.Conn) {
	l.t.Helper()
	a, b := net.Pipe()
	l.inner.streams <- &conn{Conn: b, from: from}
	synctest.Wait()
	select {
	case in = <-l.StreamCh():
	default:
	}
	return a, in
}
