// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// Own is what a node counted of its own calls to one dependency since it began to. The
// numbers only grow; where one is less than before, counting began anew.
type Own struct {
	// Wanted is how many calls asked, refused ones included.
	Wanted uint64
	// OK and Fail are ends of attempts by the circuit's own judgement. An attempt that
	// began before the last change of [Order.Phase] counts in none.
	OK, Fail uint64
	// ProbeOK and ProbeFail are ends of what [Order.Probe] let pass, which count here and
	// not in OK and Fail. A probe that ended as neither counts in none.
	ProbeOK, ProbeFail uint64
	// Open reports that the node's own circuit is not closed because its own attempts
	// failed. One that a command, or an [Order], keeps open is not meant: in a hold it is open
	// only where nobody obeys.
	Open bool
}

// Beacon is what a node says of itself once a second, for all dependencies together.
type Beacon struct {
	// Uptime is how long ago the node joined.
	Uptime time.Duration
	// Boots is how often it began in the last ten minutes, this time included, as far as
	// it knows.
	Boots uint8
	// Suspect reports that it holds itself for the cause of what it sees: see [SuspectNode].
	Suspect bool
	// Health is its gossip's score: 0 is healthy.
	Health uint8
	// Calls is how many dependencies it called in the last window, and Alone how many of
	// these fail for it alone. Both are shown and decide nothing.
	Calls, Alone uint16
}

// Peer is what a node holds of another that may call the same dependency.
type Peer struct {
	// Name is the node's stable name, which votes and quorums count.
	Name string
	// Zone is where it runs; may be empty.
	Zone string
	// Boot tells its lives apart, and Boots is how many of these were seen in the last ten
	// minutes. The larger of Boots and [Beacon.Boots] counts.
	Boot  uint64
	Boots int
	// Alive reports that it is a member.
	Alive bool
	// Heard is when Cell came, and Seen when Beacon came. A peer without a beacon is not
	// counted.
	Heard, Seen fuseboard.Instant
	Beacon      Beacon
	// Cell is the newest that came; zero when there is none, which is no caller's.
	Cell Cell
}

// View is what a node knows of the others at one instant. The machine keeps nothing of it.
type View struct {
	// Peers are the others, one for each name, in ascending order of names. One that is
	// not above the one before it is not counted, nor is one that bears the node's own name.
	Peers []Peer
	// Alive is how many members are alive, and HighWater the most there have been, less
	// those that left in order. Both include the node itself.
	Alive, HighWater int
	// Joined is when the node joined the fleet.
	Joined fuseboard.Instant
	// Boots is how often this node began in the last ten minutes, as far as it knows.
	Boots int
	// Isolated reports that the node cannot reach the fleet, whatever the numbers say.
	Isolated bool
	// Suspect reports that the node holds itself for the cause of what it sees: its votes
	// weigh nothing, here and everywhere. See [SuspectNode].
	Suspect bool
}

// SuspectNode reports whether a node should hold itself for the cause of what it sees:
// its gossip's health score is 2 or more, or at least half of the two or more
// dependencies that it calls fail for it alone (Order.Scope is [ScopeNode]).
func SuspectNode(health, calls, alone int) bool {
	return health >= 2 || (calls >= 2 && 2*alone >= calls)
}
