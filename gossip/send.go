// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"

	"github.com/hashicorp/memberlist"
)

// parcel is what is to be sent to one member.
type parcel struct {
	to       memberlist.Node
	frame    []byte
	reliable bool // over a stream
}

// parcel hands p to the sender, if there is room.
func (n *Node) parcel(p parcel) {
	select {
	case n.out <- p:
	default:
		n.counts.outboxFull.Add(1)
	}
}

// send is the one goroutine that sends what is for one member: who wants to send must not wait for a network.
func (n *Node) send(life context.Context) {
	for {
		select {
		case <-life.Done():
			return
		case p := <-n.out:
			if p.reliable {
				n.stream(p)
			} else if n.list.SendBestEffort(&p.to, p.frame) != nil {
				n.counts.notSent.Add(1)
			}
		}
	}
}

// stream sends p over a stream of its own, on a goroutine of its own, if not too many do.
func (n *Node) stream(p parcel) {
	select {
	case n.bulk <- struct{}{}:
	default:
		n.counts.outboxFull.Add(1)
		return
	}
	n.work.Go(func() {
		defer func() { <-n.bulk }()
		if n.list.SendReliable(&p.to, p.frame) != nil {
			n.counts.notSent.Add(1)
		}
	})
}
