// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"cmp"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster/events"
	"github.com/fuseboard/fuseboard/gossip/record"
)

// recollects is how long a node that begins waits for what the others keep of its former lives: it meets three of them in that time.
const recollects = 2 * time.Second

// recollection is how the events of a node's former lives come back to it. The others keep them under the names that those of this life will
// take, and a stream takes nothing older than what it has of an origin. So what happens here waits for a moment. The loop owns it.
type recollection struct {
	over   bool
	former []events.Event // of this node, in no order
	own    []events.Event // of this life, without numbers yet
}

// remember takes an event of a former life of this node, that another node kept.
func (n *Node) remember(r record.Record) {
	if n.recall.over || r.Version.Epoch >= n.boots.self || len(n.recall.former) >= 2*events.Kept || acceptEvent(r) != nil {
		return
	}
	if e, err := events.Decode(r.Body); err == nil {
		n.recall.former = append(n.recall.former, e)
	}
}

// recollect ends the wait when it is time, or nobody is there to be waited for: first come the former lives, then what happened here.
func (n *Node) recollect(now fuseboard.Instant) {
	if n.recall.over || now.Sub(n.joined) < recollects && n.peers.alive() > 1 {
		return
	}
	n.recollected()
}

// lastEvents tells at once what happened here: the node leaves.
func (n *Node) lastEvents() {
	for range localEvents {
		select {
		case e, open := <-n.local.C():
			if open {
				n.takeLocal(e)
				continue
			}
		default:
		}
		break
	}
	n.recollected()
}

// recollected ends the wait. Once it has, it does nothing.
func (n *Node) recollected() {
	all := n.recall
	n.recall = recollection{over: true}
	slices.SortFunc(all.former, func(a, b events.Event) int { return cmp.Or(cmp.Compare(a.Boot, b.Boot), cmp.Compare(a.Seq, b.Seq)) })
	for _, e := range all.former {
		n.merge(e) // one that came twice is there already
	}
	for _, e := range all.own {
		n.number(e)
	}
}
