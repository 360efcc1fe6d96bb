// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// lossy stands before a node's address: of packets it loses a share, of streams nothing.
type lossy struct {
	addr    string // what the node advertises
	packets net.PacketConn
	streams net.Listener
	to      string
	draw    *rand.Rand // the goroutine of packets owns it
	share   float64
	work    sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]bool
}

// newLossy relays to an address.
func newLossy(t *testing.T, to string, share float64, seed uint64) *lossy {
	t.Helper()
	streams, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	packets, err := net.ListenPacket("udp", streams.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	r := &lossy{
		addr: streams.Addr().String(), packets: packets, streams: streams, to: to, share: share,
		draw: rand.New(rand.NewPCG(seed, 1)), conns: map[net.Conn]bool{},
	}
	r.work.Go(r.relayPackets)
	r.work.Go(r.relayStreams)
	t.Cleanup(r.close)
	return r
}

func (r *lossy) relayPackets() {
	to, err := net.ResolveUDPAddr("udp", r.to)
	if err != nil {
		return
	}
	b := make([]byte, 64<<10)
	for {
		n, _, err := r.packets.ReadFrom(b)
		if err != nil {
			return
		}
		if r.draw.Float64() >= r.share {
			_, _ = r.packets.WriteTo(b[:n], to) // a dead node's port refuses, as it should
		}
	}
}

func (r *lossy) relayStreams() {
	for {
		in, err := r.streams.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", r.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		r.keep(in, out)
		r.work.Go(func() { r.pipe(in, out) })
		r.work.Go(func() { r.pipe(out, in) })
	}
}

func (r *lossy) keep(conns ...net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range conns {
		r.conns[c] = true
	}
}

// pipe carries one way until it ends, and then both end.
func (r *lossy) pipe(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	_, _ = to.Close(), from.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, from)
}

func (r *lossy) close() {
	_, _ = r.packets.Close(), r.streams.Close()
	r.mu.Lock()
	for c := range r.conns {
		_ = c.Close()
	}
	r.mu.Unlock()
	r.work.Wait()
}
