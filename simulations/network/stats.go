// SPDX-License-Identifier: Apache-2.0

package network

// Counts is what happened on a link since the network was made. Every packet is somewhere:
//
//	Sent + Duplicated = Delivered + Lost + Cut + Overflowed + Dead + InFlight
type Counts struct {
	// Sent is how many packets a node gave to the link.
	Sent uint64
	// Delivered is how many came to the receiver's buffer.
	Delivered uint64
	// Lost is how many the link's Loss took.
	Lost uint64
	// Cut is how many were sent into, or were on, a link that is cut or between two parts.
	Cut uint64
	// Duplicated is how many second copies were made.
	Duplicated uint64
	// Reordered is how many were held back by Reorder.
	Reordered uint64
	// Overflowed is how many found a buffer full, of the link or of the receiver.
	Overflowed uint64
	// Dead is how many came to an address where no node lives.
	Dead uint64
	// InFlight is how many are on the way now.
	InFlight uint64
	// Bytes is how much was in the packets sent.
	Bytes uint64

	// Dials is how many streams were asked for.
	Dials uint64
	// Refused is how many of those were refused, because no node lived at the address.
	Refused uint64
	// Segments is how many pieces of streams were sent, handshakes and ends included.
	Segments uint64
	// Retransmitted is how many of those were sent again after a loss.
	Retransmitted uint64
	// StreamBytes is how much was written to streams.
	StreamBytes uint64
}

func (c *Counts) add(d *Counts) {
	c.Sent += d.Sent
	c.Delivered += d.Delivered
	c.Lost += d.Lost
	c.Cut += d.Cut
	c.Duplicated += d.Duplicated
	c.Reordered += d.Reordered
	c.Overflowed += d.Overflowed
	c.Dead += d.Dead
	c.InFlight += d.InFlight
	c.Bytes += d.Bytes
	c.Dials += d.Dials
	c.Refused += d.Refused
	c.Segments += d.Segments
	c.Retransmitted += d.Retransmitted
	c.StreamBytes += d.StreamBytes
}

// Way names a link: it has a direction.
type Way struct {
	// From is the name of the node that sends.
	From string
	// To is the name of the node that receives.
	To string
}

// Stats is what happened in a network, at one moment.
type Stats struct {
	// Total is the sum of all links.
	Total Counts
	// Links has every link that was used, or to which something was done.
	Links map[Way]Counts
}

// Stats counts what happened so far, also after Close.
func (n *Network) Stats() Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := Stats{Links: map[Way]Counts{}}
	for _, h := range n.order {
		for to, l := range h.links {
			s.Links[Way{From: h.name, To: to.name}] = l.counts
			s.Total.add(&l.counts)
		}
	}
	return s
}
