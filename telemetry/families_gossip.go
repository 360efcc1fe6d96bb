// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"maps"
	"slices"
)

var gossipFamilies = []family{
	{
		"fleet_members", gauge, "", "nodes",
		"Nodes of the fleet that this one sees, itself included.",
		"Do all replicas see each other?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) { p.count(whose, "", natural(n.Members)) }),
	},
	{
		"fleet_members_high", gauge, "", "nodes",
		"The most there were in the last day, less those that said goodbye.",
		"Is somebody missing?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) { p.count(whose, "", natural(n.HighWater)) }),
	},
	{
		"fleet_isolated", gauge, "", "1",
		"1 while this node sees fewer than half of them, or nobody answers it; else 0.",
		"Is this node cut off, and on its own?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) { p.either(whose, "", n.Isolated) }),
	},
	{
		"fleet_health_score", gauge, "", "1",
		"How late the node's own gossip is: 0 is healthy, 7 is bad.",
		"Has the node too little processor time, or a bad network?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) { p.count(whose, "", natural(n.Health)) }),
	},
	{
		"fleet_seeds", gauge, "met", "addresses",
		"Addresses that the seeds gave, by whether somebody was met there.",
		"Does a node that is alone find nobody where it looks?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) {
			p.count(whose, `met="yes"`, natural(n.SeedsMet))
			p.count(whose, `met="no"`, natural(n.Seeds-n.SeedsMet))
		}),
	},
	{
		"fleet_gossip_refused_total", counter, "reason", "1",
		"Packets, streams, messages and records that were not let in, by reason: label, key, plaintext, corrupt, inflated, unreadable, newer, oversize, not-admitted, not-accepted, stranger, limit; with mtls- before it what certificates decided, and links over TLS that broke.",
		"Does a replica have another key or label, or does somebody else knock?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) { eachWord(p, whose, "reason", n.Refused) }),
	},
	{
		"fleet_certificate_left_seconds", gauge, "", "seconds",
		"How long the node's certificate lasts, 0 when it has ended; nothing where the carrier is not mutual TLS.",
		"Will nobody let this node in soon?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) {
			if n.Certified {
				p.number(whose, "", max(0, n.CertificateLeft).Seconds())
			}
		}),
	},
	{
		"fleet_certificate_reloads_failed_total", counter, "", "1",
		"How often new credentials of the node could not be had or were wrong; nothing where the carrier is not mutual TLS.",
		"Does its certificate get renewed?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) {
			if n.Certified {
				p.count(whose, "", n.ReloadsFailed)
			}
		}),
	},
	{
		"fleet_gossip_dropped_total", counter, "where", "1",
		"Messages that there was no room for: inbox, outbox, unsent, overload. What is lost comes with the exchange of digests.",
		"Is more told than the node can take?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) { eachWord(p, whose, "where", n.Dropped) }),
	},
	{
		"fleet_gossip_sent_packets_total", counter, "", "packets",
		"Packets that were sent to other nodes.",
		"How much does the fleet talk?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) { p.count(whose, "", n.Packets) }),
	},
	{
		"fleet_gossip_sent_bytes_total", counter, "", "bytes",
		"Bytes of these packets.",
		"What does the fleet's talk cost?",
		ofFleet(func(p *page, whose string, n *FleetNumbers) { p.count(whose, "", n.Bytes) }),
	},
}

// ofFleet writes where there is a node.
func ofFleet(write func(*page, string, *FleetNumbers)) func(*page, *view) {
	return func(p *page, v *view) {
		if v.fleet != nil {
			write(p, v.t.service, v.fleet)
		}
	}
}

// eachWord writes a count for each word.
func eachWord(p *page, whose, name string, counts map[string]uint64) {
	for _, word := range slices.Sorted(maps.Keys(counts)) {
		p.count(whose, label(name, word), counts[word])
	}
}
