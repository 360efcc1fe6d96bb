// SPDX-License-Identifier: Apache-2.0

package telemetry

import "time"

// FleetNumbers are what the page shows of a node in its fleet. It has the fields of cluster.Numbers, so that a node is shown by a
// conversion, and neither room needs the other:
//
//	Fleet: func() telemetry.FleetNumbers { return telemetry.FleetNumbers(node.Numbers()) },
type FleetNumbers struct {
	// Members is how many there are, this node included, and HighWater the most there were, less those that left; below 0 counts as 0.
	Members, HighWater int
	// Isolated reports that fewer than half of them can be seen.
	Isolated bool
	// Health is the gossip's score: 0 is healthy, 7 is bad; below 0 counts as 0.
	Health int
	// Seeds is how many addresses the seeds gave last, and SeedsMet at how many of them somebody was met; below 0 counts as 0.
	Seeds, SeedsMet int
	// Packets and Bytes are what was sent in packets. They never fall.
	Packets, Bytes uint64
	// Refused is what was not let in, by the word of its reason, and Dropped what there was no room for, by where. They never fall.
	Refused map[string]uint64
	Dropped map[string]uint64
	// Certified reports that the carrier is mutual TLS. Then CertificateLeft is how long the node's certificate lasts; below 0 counts as
	// 0; and ReloadsFailed how often new credentials were not taken, which never falls.
	Certified       bool
	CertificateLeft time.Duration
	ReloadsFailed   uint64
}

// lookAtFleet asks for the numbers of the node; nil where there is none. Whoever panics has no series on this page, and the
// rest of it is whole.
func (t *Telemetry) lookAtFleet() (n *FleetNumbers) {
	if t.fleet == nil {
		return nil
	}
	defer func() {
		if recover() != nil {
			n = nil
		}
	}()
	now := t.fleet()
	return &now
}
