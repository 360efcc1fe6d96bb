// SPDX-License-Identifier: Apache-2.0

package network

import (
	"hash/fnv"
	"math"
	"time"
)

// purpose keeps the draws of one packet apart from each other.
type purpose uint64

const (
	drawLoss purpose = iota
	drawLatency
	drawDuplicate
	drawSecondLatency
	drawReorder
	drawSegmentLoss
	drawSegmentLatency
)

// fate is what a link does to one packet.
type fate struct {
	lost, duplicated, reordered bool
	latency, second             time.Duration // of the packet, and of its duplicate
}

// source is where the draws of one link come from: the n-th draw for a purpose is a pure
// function of seed, names and n, whatever else the network does.
type source uint64

func newSource(seed uint64, from, to string) source {
	h := fnv.New64a()
	h.Write([]byte(from))
	h.Write([]byte{0}) // "ab" to "c" is not "a" to "bc"
	h.Write([]byte(to))
	return source(mix(mix(seed) ^ h.Sum64()))
}

func (s source) packet(n uint64, l Link) fate {
	f := fate{
		lost:    s.hit(n, drawLoss, l.Loss),
		latency: s.latency(n, drawLatency, l),
	}
	if f.duplicated = s.hit(n, drawDuplicate, l.Duplicate); f.duplicated {
		f.second = s.latency(n, drawSecondLatency, l)
	}
	if f.reordered = s.hit(n, drawReorder, l.Reorder); f.reordered {
		f.latency += l.ReorderBy
	}
	return f
}

func (s source) segment(n uint64, l Link) fate {
	return fate{lost: s.hit(n, drawSegmentLoss, l.Loss), latency: s.latency(n, drawSegmentLatency, l)}
}

func (s source) latency(n uint64, p purpose, l Link) time.Duration {
	return l.Latency + time.Duration(math.Round(s.share(n, p)*float64(l.Jitter)))
}

func (s source) hit(n uint64, p purpose, share float64) bool { return s.share(n, p) < share }

// share is even in [0, 1).
func (s source) share(n uint64, p purpose) float64 {
	const bits = 53 // of a float64's fraction
	return float64(mix(mix(uint64(s)+n)+uint64(p))>>(64-bits)) / (1 << bits)
}

// mix is the step and finish of SplitMix64: neighbouring inputs have unrelated outputs.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
