// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"fmt"
)

// Reason is why a connection was refused or cut. It counts in [Stats].
type Reason uint8

// The reasons.
const (
	// BadProtocol is what does not speak TLS 1.3, or not what comes after it.
	BadProtocol Reason = iota
	// BadTime is a certificate that is not valid yet, or not any more.
	BadTime
	// BadCA is a certificate that no CA of ours has signed.
	BadCA
	// BadUsage is a certificate that is not for clients and servers both.
	BadUsage
	// BadIdentity is a certificate without an identity, or with more than one.
	BadIdentity
	// BadService is a node of another service or trust domain.
	BadService
	// BadName is another node than the one that was dialled.
	BadName
	// NotAdmitted is a node that Options.Admit does not want.
	NotAdmitted
	// TooSlow is who took too long for a handshake, or stopped in the middle of a packet.
	TooSlow
	// TooMany is who came while as many connections as may be were open, or in a handshake.
	TooMany
	// Declined is a peer that refused this node's certificate.
	Declined
	// HungUp is who closed the connection in a handshake or in the middle of a packet.
	HungUp
	// Unreachable is a peer to which no connection could be made.
	Unreachable

	reasons = int(Unreachable) + 1
)

// String returns the word for it: "bad-service".
func (r Reason) String() string {
	words := [reasons]string{
		"bad-protocol", "bad-time", "bad-ca", "bad-usage", "bad-identity", "bad-service", "bad-name",
		"not-admitted", "too-slow", "too-many", "declined", "hung-up", "unreachable",
	}
	if int(r) < len(words) {
		return words[r]
	}
	return fmt.Sprintf("reason-%d", uint8(r))
}

// Reasons are all there are, in order.
func Reasons() (all []Reason) {
	for why := range Reason(reasons) {
		all = append(all, why)
	}
	return all
}

// RefusedError says why there is no connection, and what to do about it.
type RefusedError struct {
	// Reason is the kind of it.
	Reason Reason
	// Peer is the address of the other side.
	Peer string
	// Inbound is whether the other side dialled.
	Inbound bool
	// Identity is who the other side is, as far as its certificate says so.
	Identity Identity
	// Err is what is wrong, and what to do.
	Err error
}

// Error returns the peer's address, what is wrong, and what to do.
func (e *RefusedError) Error() string {
	way := "to"
	if e.Inbound {
		way = "from"
	}
	return fmt.Sprintf("mtls: connection %s %s: %v [%s]", way, e.Peer, e.Err, e.Reason)
}

// Unwrap returns what is wrong.
func (e *RefusedError) Unwrap() error { return e.Err }
