// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"strconv"
	"time"

	"github.com/hashicorp/memberlist"
)

// Profile says how far apart the nodes of a fleet are. All nodes of a fleet have the same.
type Profile uint8

const (
	// LAN is one data centre, or several in one region: round trips of some milliseconds.
	LAN Profile = iota
	// WAN is round trips of some hundred milliseconds. Everything takes about four times as long.
	WAN

	profiles = int(WAN) + 1
)

// String returns "lan" or "wan".
func (p Profile) String() string {
	switch p {
	case LAN:
		return "lan"
	case WAN:
		return "wan"
	}
	return "profile " + strconv.Itoa(int(p))
}

// tuning is how fast a node does what.
type tuning struct {
	gossip, probe, probeTimeout, pushPull time.Duration // memberlist's
	stream                                time.Duration // a stream is given up after
	digest                                time.Duration // somebody is asked for what is missing
	rejoin                                time.Duration // somebody at random is joined
	chase                                 time.Duration // some of those who are missing are tried
	calm                                  time.Duration // no member came or went: views should be equal
	silence                               time.Duration // nobody answered: cut off
}

// tunings. LAN's first three are measured: in a fleet of 50 they halve the time to detect a crash and quarter the time to
// reach everybody that memberlist's own have, for some kB/s.
var tunings = [profiles]tuning{
	LAN: {
		gossip: 50 * time.Millisecond, probe: 500 * time.Millisecond, probeTimeout: 200 * time.Millisecond, pushPull: 10 * time.Second,
		stream: 3 * time.Second, digest: 2 * time.Second, rejoin: 10 * time.Second, chase: 2 * time.Second, calm: time.Second,
		silence: 6 * time.Second,
	},
	WAN: {
		gossip: 200 * time.Millisecond, probe: 2 * time.Second, probeTimeout: time.Second, pushPull: 40 * time.Second,
		stream: 10 * time.Second, digest: 4 * time.Second, rejoin: 30 * time.Second, chase: 8 * time.Second, calm: 4 * time.Second,
		silence: 24 * time.Second,
	},
}

// retransmit is how often each message of memberlist is sent, times log10 of the members: with 4, a new member was
// unknown to somebody for 20s now and then.
const retransmit = 16

// indirect is how many members are asked to try one that did not answer. With memberlist's own 3, where three packets in ten
// are lost, one probe in seven fails, and live members were taken for dead some times an hour, in a fleet of 10; with 8, none.
const indirect = 8

const reclaim = 10 * time.Second

// config is memberlist's, but for who it is and whom it tells.
func (t tuning) config() *memberlist.Config {
	c := memberlist.DefaultLANConfig()
	c.GossipInterval, c.GossipNodes, c.RetransmitMult = t.gossip, 4, retransmit
	c.ProbeInterval, c.ProbeTimeout, c.PushPullInterval = t.probe, t.probeTimeout, t.pushPull
	c.TCPTimeout = t.stream
	c.IndirectChecks = indirect
	c.DeadNodeReclaimTime = reclaim
	c.EnableCompression = false // it costs more than it saves, and packets of others are opened before they are checked
	return c
}
