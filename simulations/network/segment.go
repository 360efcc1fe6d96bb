// SPDX-License-Identifier: Apache-2.0

package network

import (
	"slices"
	"time"
)

const (
	segmentSize = 1460 // what fits into an Ethernet frame behind the headers of IP and TCP
	// What TCP waits before it sends a lost segment again: it doubles with each loss (RFC 6298; Linux begins with 200ms).
	firstRetransmission = 200 * time.Millisecond
	lastRetransmission  = 2 * time.Minute
)

// segment is a piece of a stream on its way: data, its end, or a step of its handshake.
type segment struct {
	link  *link
	tries int         // losses in a row
	gone  func() bool // nobody waits for it any more; may be nil
	come  func()      // it arrived
}

// transmit sends s: it arrives after the latency, is sent again later where it is lost, and waits where the
// link is cut.
func (n *Network) transmit(s *segment) {
	l := s.link
	switch {
	case n.closed || s.gone != nil && s.gone():
		return
	case !l.open():
		l.stalled = append(l.stalled, s)
		return
	}
	l.counts.Segments++
	f := l.source.segment(l.segments, l.Link)
	l.segments++
	if f.lost {
		n.retransmit(s)
		return
	}
	n.plan(n.now()+f.latency, func() {
		if !l.open() { // cut while it was on the way
			l.stalled = append(l.stalled, s)
			return
		}
		s.come()
	})
}

// retransmit sends s again when its time is over.
func (n *Network) retransmit(s *segment) {
	wait := min(firstRetransmission<<min(s.tries, 16), lastRetransmission)
	s.tries++
	s.link.counts.Retransmitted++
	n.plan(n.now()+wait, func() { n.transmit(s) })
}

// release sends what stalled on links that are open again.
func (n *Network) release() {
	for _, from := range n.order {
		for _, to := range n.order { // in this order, since maps have none
			if l := from.links[to]; l != nil && l.open() && len(l.stalled) > 0 {
				waiting := l.stalled
				l.stalled = nil
				for _, s := range waiting {
					s.tries = 0
					n.transmit(s)
				}
			}
		}
	}
}

// forget drops what stalls on l for streams that are no more.
func (l *link) forget() {
	l.stalled = slices.DeleteFunc(l.stalled, func(s *segment) bool { return s.gone != nil && s.gone() })
}
