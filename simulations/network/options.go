// SPDX-License-Identifier: Apache-2.0

package network

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults of [Options] and [Link].
const (
	DefaultLatency   = 500 * time.Microsecond
	DefaultReorderBy = 10 * time.Millisecond
	DefaultBuffer    = 1024
	DefaultWindow    = 64 << 10
)

const (
	leastLatency = time.Microsecond
	mostLatency  = time.Minute
	mostBuffer   = 1 << 20
	leastWindow  = segmentSize
	mostWindow   = 1 << 30
)

// Options says what a [Network] is like. The zero value is a quiet local network.
type Options struct {
	// Seed is where every draw comes from. Any value; the default, zero, is a seed as good as others.
	Seed uint64
	// Link is how each link behaves for which [Network.SetLink] says nothing else.
	Link Link
	// Buffer is how many packets may be on the way on one link, and how many may wait at one node to be read;
	// what comes on top is dropped and counted. It is also how many streams may wait at a node to be accepted.
	// Default 1024, accepted 1 to 1048576.
	Buffer int
	// Window is how many bytes one direction of a stream holds that were written and not yet read. Who writes
	// more waits. Default 64 KiB, accepted 1460 to 1 GiB.
	Window int
}

// Link is how one direction between two nodes behaves. It is plain data, and comparable.
type Link struct {
	// Latency is how long a packet travels at least. Default 500us, accepted 1us to 1m: a network without
	// any latency would let two nodes answer each other for ever while no time passes.
	Latency time.Duration
	// Jitter is how much longer a packet may travel, drawn evenly from 0 to Jitter. It does not reorder: a
	// packet waits for the one before it. Default 0, accepted up to 1m.
	Jitter time.Duration
	// Loss is the share of packets that never arrive. A lost segment of a stream is sent again, later.
	// Default 0, accepted 0% to 100%.
	Loss float64
	// Duplicate is the share of packets that arrive twice. Streams have no duplicates.
	// Default 0, accepted 0% to 100%.
	Duplicate float64
	// Reorder is the share of packets that travel ReorderBy longer, and for which the ones behind do not
	// wait. Streams stay in order. Default 0, accepted 0% to 100%.
	Reorder float64
	// ReorderBy is how much longer a reordered packet travels. Default 10ms, accepted 1us to 1m.
	ReorderBy time.Duration
}

func (o Options) withDefaults() Options {
	o.Link = o.Link.withDefaults()
	if o.Buffer == 0 {
		o.Buffer = DefaultBuffer
	}
	if o.Window == 0 {
		o.Window = DefaultWindow
	}
	return o
}

// Validate reports everything wrong with o at once, with the path of each field.
func (o Options) Validate() fuseboard.Problems {
	var c plain.Check
	c.Include("link", o.Link.Validate())
	c.Int("buffer", o.Buffer, 1, mostBuffer, "leave it out for 1024")
	c.Int("window", o.Window, leastWindow, mostWindow, "leave it out for 65536")
	return c.Problems()
}

func (l Link) withDefaults() Link {
	if l.Latency == 0 {
		l.Latency = DefaultLatency
	}
	if l.ReorderBy == 0 {
		l.ReorderBy = DefaultReorderBy
	}
	return l
}

// Validate reports everything wrong with l at once, with the path of each field.
func (l Link) Validate() fuseboard.Problems {
	var c plain.Check
	c.Duration("latency", l.Latency, leastLatency, mostLatency, "leave it out for 500us")
	c.Duration("jitter", l.Jitter, 0, mostLatency, "")
	c.Rate("loss", l.Loss, 0, 1, "")
	c.Rate("duplicate", l.Duplicate, 0, 1, "")
	c.Rate("reorder", l.Reorder, 0, 1, "")
	c.Duration("reorder_by", l.ReorderBy, leastLatency, mostLatency, "leave it out for 10ms")
	return c.Problems()
}
