// SPDX-License-Identifier: Apache-2.0

package world

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Schedule returns the requests of an open load, or of a recorded one, in the order in which they arrive: a pure function of load, seed and recording. It ends with the
// load, or before the first that arrives at until or later (0: only with the load, which may have no end). Node is 0: it is Play that says which. A closed load has no
// schedule, for its requests wait for answers.
func Schedule(l Load, seed Seed, until time.Duration, recorded []Arrival) iter.Seq[Request] {
	l = l.WithDefaults()
	if l.Until > 0 && (until == 0 || l.Until < until) {
		until = l.Until
	}
	if l.Recorded != "" {
		return recordedSchedule(l, seed, until, recorded)
	}
	return func(yield func(Request) bool) {
		who := newCrowd(l, seed)
		curve := newCurve(l)
		due, last := 0.0, time.Duration(0)
		for number := uint64(0); ; number++ {
			due = next(l.Arrivals, due, number, who)
			at, ok := curve.when(due)
			at = max(at, last) // however the last digits are rounded
			last = at
			if !ok || until > 0 && at >= until || !yield(who.request(number, at)) {
				return
			}
		}
	}
}

// next returns after how many expected requests the one with the number arrives.
func next(a Arrivals, due float64, number uint64, who *crowd) float64 {
	if a == Even {
		return float64(number) + 0.5
	}
	return due + exponential(fold(who.drawOf(number), drawGap))
}

func recordedSchedule(l Load, seed Seed, until time.Duration, recorded []Arrival) iter.Seq[Request] {
	return func(yield func(Request) bool) {
		who := newCrowd(l, seed)
		for i, a := range recorded {
			if a.At < l.From {
				continue
			}
			if until > 0 && a.At >= until {
				return
			}
			r := who.request(uint64(i), a.At) //nolint:gosec // not negative
			r.Operation, r.Tenant = or(a.Operation, r.Operation), or(a.Tenant, r.Tenant)
			r.Priority = or(a.Priority, r.Priority)
			if a.Latency >= 0 {
				r.Latency = max(a.Latency, 1)
			}
			if !yield(r) {
				return
			}
		}
	}
}

// crowd says who makes a request, and for what.
type crowd struct {
	load    Load
	hash    uint64
	tenants []string
	upTo    []float64 // the weights of the tenants, summed up
}

func newCrowd(l Load, seed Seed) *crowd {
	c := &crowd{load: l, hash: foldText(fold(uint64(seed), drawGap), l.Name)}
	sum := 0.0
	for _, tenant := range slices.Sorted(maps.Keys(l.Tenants)) {
		sum += l.Tenants[tenant]
		c.tenants, c.upTo = append(c.tenants, tenant), append(c.upTo, sum)
	}
	return c
}

// drawOf returns the hash from which all is drawn for a request.
func (c *crowd) drawOf(number uint64) uint64 { return fold(c.hash, number) }

func (c *crowd) request(number uint64, at time.Duration) Request {
	r := Request{Load: c.load.Name, Number: number, Operation: c.load.Operation, Priority: c.load.Priority, At: at}
	draw := c.drawOf(number)
	if last := len(c.upTo) - 1; last >= 0 {
		u := uniform(fold(draw, drawTenant)) * c.upTo[last]
		i, _ := slices.BinarySearchFunc(c.upTo, u, cmp.Compare[float64])
		r.Tenant = c.tenants[min(i, last)]
	}
	if c.load.Keys > 0 {
		r.Key = min(1+int(uniform(fold(draw, drawKey))*float64(c.load.Keys)), c.load.Keys)
	}
	return r
}

// Arrival is one recorded request.
type Arrival struct {
	// At is when it arrived, since the start.
	At time.Duration
	// Operation and Tenant are the request's. Empty: as the load says.
	Operation, Tenant string
	// Priority is the request's. Normal: as the load says.
	Priority fuseboard.Priority
	// Latency is how long the dependency worked, where the recording says so; negative: not known.
	Latency time.Duration
}
