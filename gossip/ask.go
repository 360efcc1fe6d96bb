// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/gossip/record"
)

// mostVain is how often the time between meetings that help nothing doubles: to a minute.
const mostVain = 5

// fewPackets is how many packets of records answer a question; more go over a stream.
const fewPackets = 4

// ask asks one member at random for what this node lacks.
func (n *Node) ask() {
	peers := n.roster.peers()
	if len(peers) == 0 || n.gone() {
		return
	}
	n.question(peers[n.dice.below(len(peers))], false)
}

func (n *Node) question(to memberlist.Node, answer bool) {
	n.parcel(parcel{to: to, frame: n.asking(answer)})
}

// asking is a question of this node.
func (n *Node) asking(answer bool) []byte {
	q := question{from: n.full, answer: answer, members: n.roster.view(n.clock.Now()).hash}
	n.mu.Lock()
	d := n.store.Digest()
	n.mu.Unlock()
	q.digest = d.Append(nil)
	return appendQuestion(nil, q)
}

// asked answers a question: with the records that the other lacks, and with a question, where this node lacks
// some, too. Where both see other members, they meet.
func (n *Node) asked(life context.Context, l letter) error {
	q, err := readQuestion(l.b[1:])
	if err != nil {
		return err
	}
	theirs, err := record.DecodeDigest(q.digest)
	if err != nil {
		return err
	}
	from, found := n.roster.peer(q.from)
	if !found {
		n.refuse(Stranger, q.from)
		return nil
	}
	now := n.clock.Now()
	if q.answer {
		n.contact.Store(int64(now))
	}
	n.mu.Lock()
	same := n.store.Digest() == theirs
	var lacks []record.Record
	if !same {
		lacks = n.store.Differing(theirs)
	}
	n.mu.Unlock()
	n.answer(from, lacks, l.state)
	if l.state {
		return nil
	}
	if !same && !q.answer {
		n.question(from, true)
	}
	n.agree(life, now, from, q.members)
	return nil
}

// answer sends records: in packets, if they are few and no packet is known to be lost.
func (n *Node) answer(to memberlist.Node, rs []record.Record, reliable bool) {
	if len(rs) == 0 {
		return
	}
	frames := packets(rs)
	if reliable || len(frames) > fewPackets {
		n.parcel(parcel{to: to, frame: frameOf(frameAnswer, record.Append(nil, rs...)), reliable: true})
		return
	}
	for _, f := range frames {
		n.parcel(parcel{to: to, frame: f})
	}
}

// recordSize is about how long r is when it is sent, and not less.
func recordSize(r record.Record) int { return len(r.Owner) + len(r.Key) + len(r.Body) + 32 }

// packets divides records into frames, each of which fits a packet.
func packets(rs []record.Record) (frames [][]byte) {
	for len(rs) > 0 {
		size, k := recordSize(rs[0]), 1
		for k < len(rs) && size+recordSize(rs[k]) <= record.MaxRecord {
			size += recordSize(rs[k])
			k++
		}
		frames = append(frames, frameOf(frameAnswer, record.Append(nil, rs[:k]...)))
		rs = rs[k:]
	}
	return frames
}

// agree meets a member that sees others than this node does, once nobody has come or gone for a while: gossip is
// quicker, until then. Where that helps nothing, since they admit others, it does so ever more seldom.
func (n *Node) agree(life context.Context, now fuseboard.Instant, with memberlist.Node, members uint64) {
	v := n.roster.view(now)
	if v.moved > n.met {
		n.vain = 0
	}
	if v.hash == members || now.Sub(v.moved) < n.tune.calm || now < n.met.Add(n.tune.digest<<n.vain) {
		return
	}
	n.met, n.vain = now, min(n.vain+1, mostVain)
	n.counts.disagreed.Add(1)
	n.join(life, with.Address(), with.Name, false)
}
