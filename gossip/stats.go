// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"sync"
	"sync/atomic"

	"github.com/fuseboard/fuseboard/gossip/limits"
	"github.com/fuseboard/fuseboard/gossip/record"
)

// Stats is what happened at a node since its start, and how it is. A copy.
type Stats struct {
	// Members is how many names are here, the node itself included, and HighWater how many there were.
	Members, HighWater int
	// Isolated and Health are as the methods of these names say.
	Isolated bool
	Health   int

	// Records is what the store has done and holds, Queue what waits to be sent and was.
	Records record.Stats
	Queue   record.QueueStats
	// Merged counts records that came from others and were new here. Frames counts messages that could be read.
	Merged, Frames uint64

	// Packets and Bytes are what was sent in packets, framing and encryption included. Dials counts streams that were opened,
	// and DialsFailed those that could not be.
	Packets, Bytes, Dials, DialsFailed uint64
	// Joins counts attempts to meet a member, JoinsFailed those where nobody answered or could be understood, JoinsSkipped
	// those for which too many others were on their way. Disagreed counts those because a member saw others than this node.
	Joins, JoinsFailed, JoinsSkipped, Disagreed uint64

	// Refused counts what was not let in; [Node.Refusals] says more of it.
	Refused Refused
	// Limits is what the limits before the carrier let pass, and what not.
	Limits limits.Stats
	// Dropped counts what had no room, and is left to the exchange of digests.
	Dropped Dropped

	// Conflicts counts nodes that came with the full name of another. Refuted counts how often this node had to say
	// that it lives. Panics counts what was caught of user code and decoders. Other counts other complaints of memberlist.
	Conflicts, Refuted, Panics, Other uint64
	// SeedsFailed counts seeds that could not be asked or looked up, and DiskFailed what could not be read from or written to Dir.
	SeedsFailed, DiskFailed uint64
	// LastJoin, LastSeeds and LastDisk are the last errors of each kind, empty if there was none.
	LastJoin, LastSeeds, LastDisk string
	// Unread is why what a former life left in Dir could not be read, so that another file takes its place; empty: it could.
	Unread string
	// Lines are the last of memberlist's log, the oldest first, 32 at most.
	Lines []string
}

// Refused counts what a node did not let in.
type Refused struct {
	// Label counts packets and streams of another fleet, or of none.
	Label uint64
	// Key counts what no key of the node can decrypt, packets that are not encrypted included, and what is encrypted
	// where the node has no key. Plaintext counts streams that are not encrypted.
	Key, Plaintext uint64
	// Corrupt counts what memberlist could not read, and Unreadable messages that this package could not.
	// Newer counts those of a version that this one does not know: upgrade the node.
	Corrupt, Unreadable, Newer uint64
	// Oversize counts messages of more than 4 MiB. Inflated counts packets and streams that are compressed, or say that they are longer
	// than what nodes send; of what is encrypted, packets of more than 2 KiB.
	Oversize, Inflated uint64
	// NotAdmitted counts news of nodes that [Options.Admit] or MaxMembers refused, or that are no nodes of this package.
	// NotAccepted counts records that [Options.Accept] refused, each once. Strangers counts questions of nodes that are no members.
	NotAdmitted, NotAccepted, Strangers uint64
}

// Dropped counts what a node had no room for.
type Dropped struct {
	// Inbox counts messages that came, Outbox those that were to go to one member, NotSent those that could not be sent.
	Inbox, Outbox, NotSent uint64
	// Overload counts what memberlist dropped, because it had too much to do.
	Overload uint64
}

// failures counts errors of one kind, and keeps the last.
type failures struct {
	mu    sync.Mutex
	count uint64
	last  string
}

func (f *failures) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	f.last = err.Error()
}

func (f *failures) read() (uint64, string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.count, f.last
}

// counts are the node's own.
type counts struct {
	merged, frames                            atomic.Uint64
	inboxFull, outboxFull, notSent            atomic.Uint64
	joins, joinsSkipped, disagreed, conflicts atomic.Uint64
	panics                                    atomic.Uint64
	join, seeds, disk                         failures
}

// Stats counts what happened so far, also after Close.
func (n *Node) Stats() Stats {
	v := n.roster.view(n.clock.Now())
	c := &n.counts
	s := Stats{
		Members: v.here, HighWater: v.high, Isolated: n.Isolated(), Health: n.Health(),
		Merged: c.merged.Load(), Frames: c.frames.Load(),
		Packets: n.wire.packets.Load(), Bytes: n.wire.bytes.Load(), Dials: n.wire.dials.Load(), DialsFailed: n.wire.failed.Load(),
		Joins: c.joins.Load(), JoinsSkipped: c.joinsSkipped.Load(), Disagreed: c.disagreed.Load(),
		Dropped:   Dropped{Inbox: c.inboxFull.Load(), Outbox: c.outboxFull.Load(), NotSent: c.notSent.Load()},
		Conflicts: c.conflicts.Load(), Panics: c.panics.Load(),
	}
	s.Refused, s.Limits = n.refusedOf(), n.limits.Stats()
	s.JoinsFailed, s.LastJoin = c.join.read()
	s.SeedsFailed, s.LastSeeds = c.seeds.read()
	s.DiskFailed, s.LastDisk = c.disk.read()
	s.Unread = n.unread
	n.readLines(&s)
	n.mu.Lock()
	defer n.mu.Unlock()
	s.Records, s.Queue = n.store.Stats(), n.queue.Stats()
	return s
}

func (n *Node) refusedOf() Refused {
	all := n.refused.read()
	return Refused{
		Label: all[OtherLabel].Count, Key: all[OtherKey].Count, Plaintext: all[Unencrypted].Count, Corrupt: all[Corrupt].Count, Inflated: all[Inflated].Count,
		Unreadable: all[Unreadable].Count, Newer: all[Newer].Count, Oversize: all[Oversize].Count,
		NotAdmitted: all[NotAdmitted].Count, NotAccepted: all[NotAccepted].Count, Strangers: all[Stranger].Count,
	}
}

func (n *Node) readLines(s *Stats) {
	counts, last := n.lines.read()
	s.Lines = last
	s.Dropped.Overload, s.Refuted, s.Other = counts[troubleOverload], counts[troubleRefuted], counts[troubleOther]
}
