// SPDX-License-Identifier: Apache-2.0

package limits

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"
)

// wires connect nodes of a fleet, without latency, and with a buffer for each: memberlist answers packets from
// the goroutine that reads them, so it would wait for itself without one.
type wires map[string]*node

type node struct {
	carrier
	wires wires
	ip    net.IP
}

const port = 7946

func (w wires) add(i int) *node {
	n := &node{carrier{packets: make(chan *memberlist.Packet, 1024), streams: make(chan net.Conn, 1024)}, w, net.IPv4(10, 0, 0, byte(i+1)).To4()}
	w[n.addr().String()] = n
	return n
}

func (n *node) addr() net.Addr { return place(fmt.Sprintf("%s:%d", n.ip, port)) }

func (n *node) FinalAdvertiseAddr(string, int) (net.IP, int, error) { return n.ip, port, nil }

func (n *node) WriteTo(b []byte, addr string) (time.Time, error) {
	select {
	case n.wires[addr].packets <- &memberlist.Packet{Buf: append([]byte(nil), b...), From: n.addr(), Timestamp: time.Now()}:
		return time.Now(), nil
	default:
		return time.Time{}, errors.New("the buffer is full")
	}
}

func (n *node) WriteToAddress(b []byte, a memberlist.Address) (time.Time, error) {
	return n.WriteTo(b, a.Addr)
}

func (n *node) DialTimeout(addr string, _ time.Duration) (net.Conn, error) {
	out, in := net.Pipe()
	n.wires[addr].streams <- &conn{Conn: in, from: n.addr()}
	return &conn{Conn: out, from: place(addr)}, nil
}

func (n *node) DialAddressTimeout(a memberlist.Address, d time.Duration) (net.Conn, error) {
	return n.DialTimeout(a.Addr, d)
}

// The defaults are for fleets: what memberlist does unharmed passes.
func TestAFleetOfMemberlistIsNotStopped(t *testing.T) {
	count := 20
	if testing.Short() {
		count = 8
	}
	synctest.Test(t, func(t *testing.T) {
		net, members, limited := wires{}, []*memberlist.Memberlist{}, []*Transport{}
		for i := range count {
			w, err := Wrap(net.add(i), Options{})
			ok(t, err)
			c := memberlist.DefaultLANConfig()
			c.Name, c.Transport, c.Logger, c.EnableCompression = fmt.Sprint("n", i), w, log.New(io.Discard, "", 0), false
			m, err := memberlist.Create(c)
			ok(t, err)
			members, limited = append(members, m), append(limited, w)
		}
		for _, m := range members[1:] {
			_, err := m.Join([]string{members[0].LocalNode().Address()})
			ok(t, err)
		}
		time.Sleep(2 * time.Minute)
		for i, m := range members {
			if m.NumMembers() != len(members) {
				t.Errorf("n%d sees %d", i, m.NumMembers())
			}
			s := limited[i].Stats()
			if s.DroppedByRate+s.DroppedByBytes+s.RefusedBySource+s.RefusedByTotal+s.CutByBytes+s.CutByTime > 0 || s.Open > 0 || s.Packets == 0 {
				t.Errorf("n%d: %+v", i, s)
			}
		}
		for _, m := range members {
			ok(t, m.Shutdown())
		}
		time.Sleep(time.Minute) // memberlist's own timers and dials
	})
}
