// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"cmp"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/gossip/record"
)

const (
	// obeysKey is the key of the record that says which orders a node has. It is written when that changes.
	obeysKey     = "obeys"
	obeysVersion = 1
	// mostObeyed is how many orders it names, the newest: more are in force nowhere but in a mess.
	mostObeyed = 32
	// settles is how long an order, and what a node says of it, may take to all.
	settles = 10 * time.Second
)

// obeys is which orders a node has in force, and whose it takes. Orders and operators are their hashes: 4 bytes each.
type obeys struct {
	operators uint32 // 0: none
	orders    []uint32
}

// obeysOf is that of this node.
func (n *Node) obeysOf(now time.Time) obeys {
	o := obeys{operators: hashOfOperators(n.trust)}
	for _, e := range newestOf(n.book.InForce(now)) {
		o.orders = append(o.orders, hashOf(e))
	}
	slices.Sort(o.orders)
	return o
}

// newestOf are as many of the orders in force as a node names.
func newestOf(in []orders.Entry) []orders.Entry {
	slices.SortFunc(in, func(a, b orders.Entry) int {
		return cmp.Or(b.Version.Compare(a.Version), cmp.Compare(a.Register(), b.Register()))
	})
	return in[:min(len(in), mostObeyed)]
}

func hashOf(e orders.Entry) uint32 {
	h := fnv.New32a()
	_, _ = h.Write(e.Signed().Bytes())
	return h.Sum32()
}

func hashOfOperators(t orders.Trust) uint32 {
	h := fnv.New32a()
	var keys []string
	for _, o := range t.Operators() {
		keys = append(keys, o.Key().String())
	}
	slices.Sort(keys) // not their names, which nobody else sees
	for _, k := range keys {
		_, _ = h.Write([]byte(k))
	}
	if len(keys) == 0 {
		return 0
	}
	return max(1, h.Sum32())
}

func (o obeys) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(append(b, obeysVersion), o.operators)
	for _, hash := range o.orders {
		b = binary.BigEndian.AppendUint32(b, hash)
	}
	return b
}

// decodeObeys reads what append wrote.
func decodeObeys(b []byte) (o obeys, err error) {
	if len(b) < 5 || len(b)%4 != 1 || len(b) > 5+4*mostObeyed || b[0] != obeysVersion {
		return o, errors.New("cluster: no list of the orders that a node has")
	}
	o.operators = binary.BigEndian.Uint32(b[1:])
	for b = b[5:]; len(b) > 0; b = b[4:] {
		o.orders = append(o.orders, binary.BigEndian.Uint32(b))
	}
	return o, nil
}

// tellObeys lets the others know which orders this node has, where that has changed.
func (n *Node) tellObeys(now time.Time) {
	if body := string(n.obeysOf(now).append(nil)); body != n.obeyed && n.gossip.Put(record.Vote, obeysKey, []byte(body)) == nil {
		n.obeyed = body
	}
}

// takeObeys takes what another node says of its orders.
func (r *roster) takeObeys(owner string, boot uint64, o obeys) {
	if p := r.of(owner); p != nil && boot >= p.boot {
		p.obeys, p.obeysBoot = o, boot
	}
}

// without are the members that do not have an order which all should have by now. Of who has not said, nothing is said.
func (n *Node) without(now fuseboard.Instant, wall time.Time, e orders.Entry) (all []WithoutStatus) {
	if wall.Sub(e.Version.Time()) < settles || e.Expires.Sub(wall) < settles {
		return nil
	}
	ours, hash := hashOfOperators(n.trust), hashOf(e)
	for _, name := range n.peers.names {
		p := n.peers.peers[name]
		said := p.alive && now.Sub(p.moved) >= settles && p.obeysBoot != 0 && p.obeysBoot >= p.boot // later, where a clock was set back
		if !said || len(p.obeys.orders) == mostObeyed || slices.Contains(p.obeys.orders, hash) {
			continue
		}
		all = append(all, WithoutStatus{Name: name, Why: p.obeys.why(ours)})
	}
	return all
}

// why is why a node does not have an order, seen by who takes those of others.
func (o obeys) why(ours uint32) string {
	switch o.operators {
	case 0:
		return "no operators"
	case ours:
		return "not heard of it"
	}
	return "other operators"
}
