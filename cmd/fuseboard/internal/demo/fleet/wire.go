// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// errCut is what a dial over a cut gets.
var errCut = errors.New("fleet: the wire is cut")

// wire is what nodes send over: memberlist's own UDP and TCP on loopback, and one node may be cut off from all others.
type wire struct {
	mu  sync.Mutex
	off string // the address of who is cut off; none: nobody
}

// cut keeps all that is sent from or to that address, but for streams under way; "" heals.
func (w *wire) cut(address string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.off = address
}

// between reports whether the cut is between the two.
func (w *wire) between(from, to string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.off != "" && (w.off == from) != (w.off == to)
}

// tries is how often a port is looked for that is free for TCP and for UDP.
const tries = 10

// carry is a gossip.Carrier.
func (w *wire) carry(string) (memberlist.NodeAwareTransport, error) {
	quiet := log.New(io.Discard, "", 0)
	for left := tries; ; left-- {
		t, err := memberlist.NewNetTransport(&memberlist.NetTransportConfig{BindAddrs: []string{"127.0.0.1"}, Logger: quiet})
		if err == nil {
			return &plug{NetTransport: t, wire: w, self: fmt.Sprintf("127.0.0.1:%d", t.GetAutoBindPort())}, nil
		}
		if left == 1 {
			return nil, fmt.Errorf("listen on 127.0.0.1 for the fleet: %w", err)
		}
	}
}

// plug is one node's end of the wire. What a cut loses is lost where it is sent.
type plug struct {
	*memberlist.NetTransport
	wire *wire
	self string
}

// WriteTo sends a packet, or loses it.
func (p *plug) WriteTo(b []byte, address string) (time.Time, error) {
	return p.WriteToAddress(b, memberlist.Address{Addr: address})
}

// WriteToAddress sends a packet, or loses it.
func (p *plug) WriteToAddress(b []byte, to memberlist.Address) (time.Time, error) {
	if p.wire.between(p.self, to.Addr) {
		return time.Now(), nil
	}
	return p.NetTransport.WriteToAddress(b, to)
}

// DialTimeout opens a stream, or does not.
func (p *plug) DialTimeout(address string, within time.Duration) (net.Conn, error) {
	return p.DialAddressTimeout(memberlist.Address{Addr: address}, within)
}

// DialAddressTimeout opens a stream, or does not.
func (p *plug) DialAddressTimeout(to memberlist.Address, within time.Duration) (net.Conn, error) {
	if p.wire.between(p.self, to.Addr) {
		return nil, errCut
	}
	return p.NetTransport.DialAddressTimeout(to, within)
}
