// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/gossip/record"
)

// Keys that begin with a dot are the node's own.
const (
	reserved = "."
	keyLeft  = ".left" // that its owner said goodbye: its body is the boot that did
)

// Put writes a record of this node, which all members get: a transition at once, a counter with the next digests. The body is copied. It
// is an error if the record is none ([record.Record.Check]), its key begins with a dot, there is no room ([ErrRefused]), or
// the node is closed ([ErrClosed]) or has left ([ErrLeft]).
func (n *Node) Put(kind record.Kind, key string, body []byte) error {
	return n.own(record.Record{Owner: n.opts.Name, Key: key, Kind: kind, Body: body})
}

// Delete takes back a record of this node: members forget it, and no older one comes back. That there is none is no
// error. Beacons are not deleted: they age out. Its errors are those of Put.
func (n *Node) Delete(key string) error {
	r, found := n.Record(n.opts.Name, key)
	if !found {
		return nil
	}
	r.Deleted, r.Body = true, nil
	return n.own(r)
}

func (n *Node) own(r record.Record) error {
	err := checkKey(r)
	if err == nil {
		err = n.write(r)
	}
	if err != nil {
		return fmt.Errorf("gossip: record %q: %w", r.Key, err)
	}
	return nil
}

func checkKey(r record.Record) error {
	var ps fuseboard.Problems
	if strings.HasPrefix(r.Key, reserved) {
		ps = append(ps, fuseboard.Problem{
			Path: "key", Code: "reserved", Value: strconv.Quote(r.Key), Message: "belongs to package gossip",
			Accepted: "what does not begin with a dot", Fix: "choose another key",
		})
	}
	var others fuseboard.Problems
	if err := r.Check(); errors.As(err, &others) {
		ps = append(ps, others...)
	}
	return ps.Err()
}

// write gives a record of this node its version, stores it and sends it.
func (n *Node) write(r record.Record) error {
	n.mu.Lock()
	switch {
	case n.closed:
		n.mu.Unlock()
		return ErrClosed
	case n.left:
		n.mu.Unlock()
		return ErrLeft
	}
	r.Version = n.store.Own(n.opts.Name)
	change, verdict := n.put(r, true)
	n.mu.Unlock()
	return n.outcome(change, verdict)
}

// Nobody is what the owner of a record begins with that no node writes: an operator's command. No node can have such a name, and
// its records do not age because nobody of that name is here.
const Nobody = "@"

// Offer gives the node a record of another owner that came by another way: an operator's command. It is merged as if a member had
// sent it, and sent on. It is an error if the record is none, its owner is this node, a newer one ([ErrOld]) or another one of the same
// version ([ErrConflict]) is known, or it is refused ([ErrRefused]). One that is known already is no error.
func (n *Node) Offer(r record.Record) error {
	err := n.offer(r)
	if err != nil {
		return fmt.Errorf("gossip: record %q of %q: %w", r.Key, r.Owner, err)
	}
	return nil
}

func (n *Node) offer(r record.Record) error {
	if err := checkKey(r); err != nil {
		return err
	}
	if r.Owner == n.opts.Name {
		return errors.New("its owner is this node itself; use Put, which gives it a version")
	}
	if err := n.accept(r); err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	n.mu.Lock()
	if n.closed {
		n.mu.Unlock()
		return ErrClosed
	}
	change, verdict := n.put(r, true)
	n.mu.Unlock()
	return n.outcome(change, verdict)
}

// accept asks the user.
func (n *Node) accept(r record.Record) (err error) {
	if n.opts.Accept == nil {
		return nil
	}
	defer func() {
		if recover() != nil {
			n.counts.panics.Add(1)
			err = errors.New("Options.Accept panicked")
		}
		if err != nil {
			n.refused.addRecord(n.clock.Now(), r)
		}
	}()
	return n.opts.Accept(r)
}

// put stores a record, and makes it wait to be sent on if it is new. With the lock held.
func (n *Node) put(r record.Record, onward bool) (record.Change, record.Verdict) {
	now := n.clock.Now()
	change, verdict := n.store.Put(now, r)
	if change.Moved && onward {
		n.queue.Push(now, change.Record)
	}
	return change, verdict
}

// outcome tells others of a record that came from here, and its writer what became of it.
func (n *Node) outcome(change record.Change, verdict record.Verdict) error {
	if change.Moved {
		n.told(change.Record)
		if change.Record.Kind == record.Transition {
			n.fan(change.Record)
		}
	}
	switch verdict {
	case record.Old:
		return ErrOld
	case record.Conflict:
		return ErrConflict
	case record.Refused:
		return fmt.Errorf("%w: %s; see Options.Limits", ErrRefused, change.Reason)
	case record.New, record.Same:
	}
	return nil
}

// told lets watchers know of a record, or does what it says if it is the node's own kind.
func (n *Node) told(r record.Record) {
	if !strings.HasPrefix(r.Key, reserved) {
		r.Body = bytes.Clone(r.Body)
		n.mail.tell(Change{What: RecordChanged, Record: r})
		return
	}
	if r.Key == keyLeft && len(r.Body) == 8 {
		n.mail.members(n.roster.bye(n.clock.Now(), r.Owner, binary.BigEndian.Uint64(r.Body)))
	}
}

// fan sends a record at once to some members, besides what gossip does: packets of gossip are filled with news of
// members first, and then wait.
func (n *Node) fan(r record.Record) {
	peers := n.roster.peers()
	k := min(int(math.Ceil(math.Sqrt(float64(len(peers)+1)))), 8)
	frame := frameOf(frameRecords, record.Append(nil, r))
	for _, p := range some(n.dice, peers, k) {
		n.parcel(parcel{to: p, frame: frame})
	}
}

// Record returns one record, and whether it is there: one that was deleted is not. The body is the caller's own.
func (n *Node) Record(owner, key string) (record.Record, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	r, found := n.store.Get(owner, key)
	if !found || !visible(r) {
		return record.Record{}, false
	}
	r.Body = bytes.Clone(r.Body)
	return r, true
}

// Records returns all records that are there at the time of the call, by owner and key. Nobody may write into their bodies.
func (n *Node) Records() iter.Seq[record.Record] {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []record.Record
	for r := range n.store.All() {
		if visible(r) {
			all = append(all, r)
		}
	}
	return slices.Values(all)
}

func visible(r record.Record) bool { return !r.Deleted && !strings.HasPrefix(r.Key, reserved) }
