// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"math"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/mtls"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Contacts is what to look at where a fleet does not come together: what this node did not let in, and whom it has not met.
type Contacts struct {
	// Refused is what was not let in since this node joined, by reason; empty if nothing was.
	Refused []RefusedStatus `json:"refused"`
	// Seeds are the addresses that the seeds gave last, without this node's own.
	Seeds []SeedStatus `json:"seeds"`
	// SeedTrouble is what went wrong with seeds that could not be read or looked up the last time; empty: all could.
	SeedTrouble string `json:"seed_trouble,omitempty"`
	// Certificate is that of this node; nil where the carrier is not mutual TLS.
	Certificate *CertificateStatus `json:"certificate,omitempty"`
}

// RefusedStatus is what was refused for one reason.
type RefusedStatus struct {
	// Reason is the word of a [gossip.Reason], as key or label, or that of an [mtls.Reason], as mtls-bad-service.
	Reason string `json:"reason"`
	// Count is how much was refused.
	Count uint64 `json:"count"`
	// From is where the last came from; empty where nobody knows.
	From string `json:"from,omitempty"`
	// Ago is how long ago that was, as far as it is known.
	Ago Span `json:"ago,omitempty"`
	// Text says it in words, with what to do.
	Text string `json:"text"`
}

// SeedStatus is an address where a member may be.
type SeedStatus struct {
	// Address is host:port, and Tries how often this node tried to meet somebody there.
	Address string `json:"address"`
	Tries   uint64 `json:"tries"`
	// Met says that somebody was met there, or is a member at that address.
	Met bool `json:"met"`
	// Trouble is why the last attempt failed, with what to do.
	Trouble string `json:"trouble,omitempty"`
}

// Contacts says what this node did not let in, and whom it has not met. It may be called after the end, too.
func (n *Node) Contacts() Contacts {
	c := Contacts{Refused: []RefusedStatus{}, Seeds: []SeedStatus{}}
	now := n.gossip.Now()
	for _, r := range n.gossip.Refusals() {
		c.Refused = append(c.Refused, RefusedStatus{Reason: r.Reason.String(), Count: r.Count, From: r.From, Ago: Span(now.Sub(r.At)), Text: r.String()})
	}
	if n.tls != nil {
		s := n.tls.Stats()
		c.Refused = append(c.Refused, refusedOverTLS(s)...)
		c.Certificate = certificateOf(time.Now(), s)
	}
	seeds, err := n.gossip.Seeds()
	for _, s := range seeds {
		c.Seeds = append(c.Seeds, SeedStatus(s))
	}
	if err != nil {
		c.SeedTrouble = err.Error()
	}
	return c
}

// overTLS begins the word of a reason that certificates decided.
const overTLS = "mtls-"

// badLinks are reasons that come of networks and of nodes that end, and say nothing of who is there.
var badLinks = map[mtls.Reason]bool{mtls.TooSlow: true, mtls.HungUp: true, mtls.Unreachable: true}

// refusedOverTLS is what the certificates decided.
func refusedOverTLS(s mtls.Stats) (all []RefusedStatus) {
	for why := mtls.BadProtocol; why < mtls.Unreachable; why++ {
		count := s.Refused[why]
		if count == 0 || badLinks[why] {
			continue
		}
		text := plain.Count(int(min(count, math.MaxInt)), "connection", "connections") + " refused: " + why.String() //nolint:gosec // bounded
		if strings.HasSuffix(s.LastRefusal, "["+why.String()+"]") {
			text += "; the last: " + s.LastRefusal
		}
		all = append(all, RefusedStatus{Reason: overTLS + why.String(), Count: count, Text: text})
	}
	return all
}

// Numbers are what the page of metrics shows of a fleet. It has the fields of telemetry.FleetNumbers: a program that shows them
// converts one into the other.
type Numbers struct {
	// Members is how many there are, this node included, and HighWater the most there were, less those that left.
	Members, HighWater int
	// Isolated: fewer than half of them can be seen.
	Isolated bool
	// Health is the gossip's score: 0 is healthy, 7 is bad.
	Health int
	// Seeds is how many addresses the seeds gave last, and SeedsMet at how many of them somebody was met.
	Seeds, SeedsMet int
	// Packets and Bytes are what was sent in packets. They never fall.
	Packets, Bytes uint64
	// Refused is what was not let in, by the word of its reason; all reasons are there, and where the carrier is mutual TLS its own,
	// as mtls-bad-ca. They never fall.
	Refused map[string]uint64
	// Dropped is what there was no room for, by where: inbox, outbox, unsent, overload. They never fall.
	Dropped map[string]uint64
	// Certified: the carrier is mutual TLS. Then CertificateLeft is how long this node's certificate lasts, 0 if it has ended, and
	// ReloadsFailed how often new credentials were not taken, which never falls.
	Certified       bool
	CertificateLeft time.Duration
	ReloadsFailed   uint64
}

// Numbers are for telemetry.Options.Fleet: it waits for nobody, and may be called after the end, too.
func (n *Node) Numbers() Numbers {
	s := n.gossip.Stats()
	all := Numbers{
		Members: s.Members, HighWater: s.HighWater, Isolated: s.Isolated, Health: s.Health, Packets: s.Packets, Bytes: s.Bytes,
		Refused: map[string]uint64{},
		Dropped: map[string]uint64{"inbox": s.Dropped.Inbox, "outbox": s.Dropped.Outbox, "unsent": s.Dropped.NotSent, "overload": s.Dropped.Overload},
	}
	for _, why := range gossip.Reasons() {
		all.Refused[why.String()] = 0
	}
	for _, r := range n.gossip.Refusals() {
		all.Refused[r.Reason.String()] = r.Count
	}
	if n.tls != nil {
		all.certified(time.Now(), n.tls.Stats())
	}
	seeds, _ := n.gossip.Seeds() // what went wrong is for people: Contacts has it
	all.Seeds = len(seeds)
	for _, seed := range seeds {
		if seed.Met {
			all.SeedsMet++
		}
	}
	return all
}
