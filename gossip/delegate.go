// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bytes"
	"errors"
	"time"

	"github.com/hashicorp/memberlist"
)

// delegate is what memberlist calls, from several goroutines, and some of it with its lock held. Each copies, notes, and returns:
// it waits for nothing, and calls nothing of memberlist.
type delegate struct{ n *Node }

// mostLetter is how long a message or a state may be: memberlist takes 20 MiB.
const mostLetter = 4 << 20

// guard counts a panic, which no bytes of others should cause, and keeps the process.
func (d delegate) guard() {
	if recover() != nil {
		d.n.counts.panics.Add(1)
	}
}

func (d delegate) NodeMeta(limit int) []byte {
	if len(d.n.meta) > limit {
		return nil
	}
	return d.n.meta
}

func (d delegate) NotifyMsg(b []byte) { d.n.post(b, false) }

func (d delegate) MergeRemoteState(b []byte, _ bool) { d.n.post(b, true) }

// letter is what came from another node.
type letter struct {
	state bool // of a node that was met: over a stream, and its question crosses ours
	b     []byte
}

// post hands a copy of b to the keeper, if there is room.
func (n *Node) post(b []byte, state bool) {
	if len(b) == 0 {
		return
	}
	size := int64(len(b))
	switch {
	case size > mostLetter:
		n.refuse(Oversize, "")
		return
	case n.inBytes.Add(size) > mostLetterBytes:
		n.inBytes.Add(-size)
		n.counts.inboxFull.Add(1)
		return
	}
	select {
	case n.in <- letter{state: state, b: bytes.Clone(b)}:
	default:
		n.inBytes.Add(-size)
		n.counts.inboxFull.Add(1)
	}
}

func (d delegate) GetBroadcasts(overhead, limit int) (out [][]byte) {
	defer d.guard()
	n := d.n
	n.rounds.Add(1)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil
	}
	packet := n.queue.Take(n.clock.Now(), limit-overhead-1)
	if packet == nil {
		return nil
	}
	return [][]byte{frameOf(frameRecords, packet)}
}

// LocalState is a question and no records: two nodes that meet have mostly the same ones, and meet often.
func (d delegate) LocalState(bool) (b []byte) {
	defer d.guard()
	return d.n.asking(false)
}

// NotifyAlive is called with memberlist's lock held.
func (d delegate) NotifyAlive(node *memberlist.Node) (err error) {
	defer func() {
		if recover() != nil {
			d.n.counts.panics.Add(1)
			err = errors.New("gossip: Options.Admit panicked")
		}
		if err != nil {
			d.n.refuse(NotAdmitted, node.Address())
		}
	}()
	if node.Name == d.n.full {
		return nil
	}
	m, err := memberOf(node)
	if err != nil {
		return err
	}
	if !d.n.roster.admit(m.Name) {
		return errors.New("gossip: the fleet has as many members as Options.MaxMembers lets it")
	}
	if d.n.opts.Admit != nil {
		return d.n.opts.Admit(m)
	}
	return nil
}

// memberOf reads what memberlist says of a node, into memory of its own.
func memberOf(node *memberlist.Node) (Member, error) {
	name, boot, ok := splitName(node.Name)
	if !ok {
		return Member{}, errors.New("gossip: its name is no name and boot: it is no node of this kind")
	}
	zone, meta, ok := decodeMeta(node.Meta)
	if !ok {
		return Member{}, errors.New("gossip: what it tells of itself cannot be read: it is of another version")
	}
	return Member{Name: name, Boot: boot, Address: node.Address(), Zone: zone, Meta: meta}, nil
}

// NotifyJoin is called with memberlist's lock held.
func (d delegate) NotifyJoin(node *memberlist.Node) {
	defer d.guard()
	m, err := memberOf(node)
	if err != nil {
		return // NotifyAlive has refused it
	}
	own := *node
	own.Addr, own.Meta = bytes.Clone(node.Addr), nil
	d.n.mail.members(d.n.roster.join(d.n.clock.Now(), m, own))
}

// NotifyUpdate is called with memberlist's lock held.
func (d delegate) NotifyUpdate(node *memberlist.Node) { d.NotifyJoin(node) }

// NotifyLeave is called with memberlist's lock held.
func (d delegate) NotifyLeave(node *memberlist.Node) {
	defer d.guard()
	d.n.mail.members(d.n.roster.leave(d.n.clock.Now(), node.Name))
}

func (d delegate) NotifyConflict(_, _ *memberlist.Node) { d.n.counts.conflicts.Add(1) }

func (d delegate) AckPayload() []byte { return nil }

// NotifyPingComplete says that a member answered: both directions work.
func (d delegate) NotifyPingComplete(node *memberlist.Node, _ time.Duration, _ []byte) {
	defer d.guard()
	now := d.n.clock.Now()
	d.n.contact.Store(int64(now))
	d.n.mail.members(d.n.roster.heard(now, node.Name))
}
