// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/gossip/record"
)

// The defaults and bounds of [Options].
const (
	// DefaultBind is where a node listens that was told nothing: loopback, any free port.
	DefaultBind = "127.0.0.1:0"
	// DefaultMaxMembers is how many nodes a fleet has at most.
	DefaultMaxMembers = 200
	// MaxMeta is how many bytes [Options.Meta] may have.
	MaxMeta = 256
	// MaxName is how many bytes [Options.Name] may have.
	MaxName = 96
	// MaxZone is how many bytes [Options.Zone] may have.
	MaxZone = 64

	// MaxLabel is how many bytes [Options.Label] may have: it is in every packet, which must hold the longest record, too.
	MaxLabel = 64

	defaultAnswer = 1 << 20

	mostMembers = 1000
	mostKeys    = 2
	mostSeeds   = 64
)

// Options says what a [Node] is, and of which fleet. Name and Label have no default.
type Options struct {
	// Name is the stable name of the node: it stays when the node starts again, and identity, quorums and
	// records count it. 1 to 96 bytes: letters, digits, and . _ - inside.
	Name string
	// Label names the fleet: service and environment, "shop/production". Packets with another label are refused and
	// counted. 1 to 64 bytes. It is part of what is authenticated where there are keys.
	Label string
	// Zone is where the node is, told to all members: "eu-west-1a". Up to 64 bytes; default none.
	Zone string
	// Meta is what else is told to all members, up to 256 bytes. It is copied. Default none.
	Meta []byte

	// Keys encrypt and authenticate all that is sent: AES of 16, 24 or 32 bytes each, at most two. The first encrypts, both
	// decrypt ([Node.AddKey] says how to change them). What was not encrypted with one of them is refused from the first
	// packet. They are copied.
	Keys [][]byte
	// Plaintext says that the lack of Keys is meant: everybody who reaches the port reads and writes.
	Plaintext bool

	// Profile says how far apart nodes are. Default [LAN].
	Profile Profile
	// Bind is where memberlist's own carrier listens, UDP and TCP: "10.0.0.1:7946". The host is an IP address. Default
	// [DefaultBind]: no other machine can reach that. Not used with a Carrier.
	Bind string
	// Advertise is the address that others are told, where it is not Bind: "192.0.2.7:7946", for containers and address
	// translation. Default Bind, or a private address of the machine if Bind is 0.0.0.0.
	Advertise string
	// Seeds are where the fleet may be found, up to 64; an address without a port has [DefaultPort]. None is fine for the first node
	// of a fleet.
	Seeds []Seeds
	// Dir is a folder in which the node keeps its boot and the members it saw last, so that it finds its fleet again without
	// seeds. It is made if it is not there. One node alone may use it. Default: all of that is in memory.
	Dir string
	// Carrier carries packets and streams. Default memberlist's own over Bind. What comes in is bounded for each source by the
	// defaults of package limits; a carrier that is wrapped in limits of its own keeps those.
	Carrier Carrier

	// Accept says whether a record of another owner may be merged; its error is counted, and the record is gone. It is called
	// by one goroutine at a time, and by [Node.Offer]; it must be quick and must not call the node. Default: all may.
	Accept func(record.Record) error
	// Admit says whether a node may be a member; its error is counted. It is called with memberlist's lock held: it must be
	// quick and must not call the node, and be the same on all nodes. Default: all may who have label and key.
	Admit func(Member) error
	// MaxMembers is how many nodes may be members; more are refused and counted. Default 200, accepted 1 to 1000.
	MaxMembers int
	// Limits bound the records. Defaults those of package record, but 1 MiB for Answer: a new node gets all there is at once.
	Limits record.Limits
	// Seed is where the node's own draws come from: whom it asks, and when. Default: drawn from the boot and the name.
	Seed uint64
}

// Carrier makes what carries the packets and streams of a node. It gets the node's full name, which is its stable name, "#"
// and its boot; addresses it is given later have the full names of others where they are known. The node shuts the carrier down.
type Carrier func(node string) (memberlist.NodeAwareTransport, error)
