// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"sync"
	"time"
)

// Stats is what a [Transport] did since it was made, and what is open now.
type Stats struct {
	// Inbound is how many connections others have to this node now, those in a handshake included; Outbound is to
	// how many peers this node has a connection for packets now.
	Inbound, Outbound int
	// Handshakes is how many connections were verified, both ways; Resumed is how many of them resumed a session.
	Handshakes, Resumed uint64
	// Refused counts connections that were refused or cut, by reason, both ways.
	Refused map[Reason]uint64
	// LastRefusal is the newest of them, in words; empty if there is none.
	LastRefusal string

	// PacketsOut and BytesOut are what was written to peers; PacketsIn and BytesIn what came from them.
	PacketsOut, BytesOut, PacketsIn, BytesIn uint64
	// DroppedQueue is how many packets found the queue of their peer full.
	DroppedQueue uint64
	// DroppedUnreachable is how many packets were for a peer to which there was no connection, or whose connection broke.
	DroppedUnreachable uint64
	// DroppedUnread is how many packets came while nobody here read them.
	DroppedUnread uint64
	// Evicted is how many peers made room for another in the pool.
	Evicted uint64
	// StreamsOut is how many streams this node dialled; StreamsIn how many others did.
	StreamsOut, StreamsIn uint64

	// Reloads is how often new credentials were taken; ReloadsFailed how often they could not be had or were wrong.
	Reloads, ReloadsFailed uint64
	// LastReload is why credentials were not taken the last time; empty if they were.
	LastReload string
	// NotBefore and NotAfter are when this node's certificate begins and ends.
	NotBefore, NotAfter time.Time
}

// counter is Stats under a lock.
type counter struct {
	mu      sync.Mutex // held for a few steps only
	stats   Stats
	refused [reasons]uint64
}

func (c *counter) count(change func(*Stats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.stats)
}

func (c *counter) countRefusal(e *RefusedError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused[e.Reason]++
	c.stats.LastRefusal = e.Error()
}

func (c *counter) now() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Refused = map[Reason]uint64{}
	for r, n := range c.refused {
		if n > 0 {
			s.Refused[Reason(r)] = n
		}
	}
	return s
}
