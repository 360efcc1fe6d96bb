// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// lease is a probe's hold on one of the places, until its deadline. Immutable:
// to move the deadline is to put another lease in the place.
type lease struct {
	place    int
	held     bool              // a probe of a circuit that the fleet holds: see [held]
	probe    fuseboard.Instant // then: for which instant it goes
	before   *lease            // then: the settled one whose place it took; nil where there was none
	deadline fuseboard.Instant
}

// answered stands in a place whose probe has answered. It never expires.
var answered = &lease{deadline: fuseboard.Never}

// probes is the evidence of a half-open circuit: as many places as probes are
// allowed, each free (nil), leased or answered. Every change of a place is one CAS
// from the lease it ends, so a lease is settled once: by its answer, its return
// or its expiry, whichever comes first.
type probes struct {
	places  []atomic.Pointer[lease]
	need    int
	spare   int
	results atomic.Uint64 // bad in the upper half, good in the lower: read together
	slow    atomic.Int64
}

const oneBad = 1 << 32

func newProbes(p *plan) *probes {
	return &probes{places: make([]atomic.Pointer[lease], p.Probes), need: p.need, spare: p.spare}
}

// take leases a free place, or returns nil when there is none.
func (p *probes) take(deadline fuseboard.Instant) *lease {
	for i := range p.places {
		if p.places[i].Load() != nil {
			continue
		}
		l := &lease{place: i, deadline: deadline}
		if p.places[i].CompareAndSwap(nil, l) {
			return l
		}
	}
	return nil
}

// renew returns l with a new deadline, or nil when l no longer holds its place.
func (p *probes) renew(l *lease, deadline fuseboard.Instant) *lease {
	renewed := &lease{place: l.place, deadline: deadline}
	if !p.places[l.place].CompareAndSwap(l, renewed) {
		return nil
	}
	return renewed
}

// free gives l's place back; nothing is counted.
func (p *probes) free(l *lease) { p.places[l.place].CompareAndSwap(l, nil) }

// finish counts l's answer and reports whether l still held its place.
func (p *probes) finish(l *lease, good bool, slow int64) bool {
	if !p.places[l.place].CompareAndSwap(l, answered) {
		return false
	}
	p.slow.Add(slow)
	if good {
		p.results.Add(1)
	} else {
		p.results.Add(oneBad)
	}
	return true
}

// expire frees the places of leases that ran out before now, counts each as a
// failed probe and returns how many they were.
func (p *probes) expire(now fuseboard.Instant) (expired int) {
	for i := range p.places {
		l := p.places[i].Load()
		if l == nil || l == answered || now < l.deadline {
			continue
		}
		if p.places[i].CompareAndSwap(l, nil) {
			p.results.Add(oneBad)
			expired++
		}
	}
	return expired
}

// earliest returns the first deadline of the leases that are out, or Never.
func (p *probes) earliest() fuseboard.Instant {
	first := fuseboard.Never
	for i := range p.places {
		if l := p.places[i].Load(); l != nil {
			first = min(first, l.deadline)
		}
	}
	return first
}

// verdict is what the probes say so far.
type verdict uint8

const (
	undecided verdict = iota
	passed
	lost
)

// verdict is certain as soon as the answers still to come cannot change it.
// When every place has answered it is: fewer good ones than needed are more bad
// ones than spare.
func (p *probes) verdict() verdict {
	good, bad := p.counts()
	switch {
	case bad > p.spare:
		return lost
	case good >= p.need:
		return passed
	}
	return undecided
}

func (p *probes) counts() (good, bad int) {
	r := p.results.Load()
	return int(r % oneBad), int(r / oneBad)
}

func (p *probes) numbers() Numbers {
	good, bad := p.counts()
	return numbers(int64(good+bad), int64(bad)*100, p.slow.Load(), 0)
}
