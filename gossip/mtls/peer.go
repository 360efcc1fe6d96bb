// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"net"
	"net/netip"
)

// Peer is who is at the other end: the address of packets and of streams. It is a net.Addr, plain data.
type Peer struct {
	// Identity is what its certificate says, verified. It is empty in no Peer that a transport gives.
	Identity Identity
	// Advertised is where it says that it listens. It could name another's address: dial by name to be sure.
	Advertised netip.AddrPort
	// Remote is the address that the connection came from, or was made to.
	Remote string
}

// PeerOf returns who is behind the From of a packet, or the RemoteAddr of a stream, of this transport.
func PeerOf(a net.Addr) (Peer, bool) {
	p, ok := a.(Peer)
	return p, ok
}

// Network is "tls".
func (Peer) Network() string { return "tls" }

// String is the address that the peer advertises: packets sent there reach it.
func (p Peer) String() string { return p.Advertised.String() }

// Source is the identity in one word, which is what limits on one source go by, from whatever address it comes.
func (p Peer) Source() string { return p.Identity.String() }
