// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"slices"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/scenario"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// record is what a run has written down: the ledger, what circuits did, and what was looked at from time to time.
// Once the run has ended it is read only.
type record struct {
	ledger *ledger
	names  []string // of the dependencies
	end    time.Duration

	mu       sync.Mutex
	events   []Event
	circuits map[string][]*circuitLog // by dependency
	samples  []sample
	fleet    bool    // there is one
	crowds   []crowd // what its nodes see of each other
}

// circuitLog is what the circuit at one place did, over all restarts of it.
type circuitLog struct {
	where string
	moves []move
}

type move struct {
	at    time.Duration
	to    actors.State
	fleet actors.FleetPhase // what the fleet makes of it
}

// in reports whether the circuit has come to a state: one of its own, or one that the fleet gives it.
func (m move) in(state string) bool {
	switch state {
	case scenario.Held:
		return m.fleet == actors.FleetHold
	case scenario.Clear:
		return m.fleet == actors.FleetClear
	}
	return m.to.String() == state
}

// sample is a look at a dependency, at the end of a bucket or within.
type sample struct {
	at         time.Duration
	dependency string
	gate       int // who waits at the guards
	numbers    world.Numbers
	states     [4]uint32 // how many circuits, by state
}

func (r *record) event(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

// circuit returns the log of the circuit at a place, where it begins closed now.
func (r *record) circuit(dependency, where string, now time.Duration) *circuitLog {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, log := range r.circuits[dependency] {
		if log.where == where {
			log.moves = append(log.moves, move{at: now, to: actors.Closed})
			return log
		}
	}
	log := &circuitLog{where: where}
	r.circuits[dependency] = append(r.circuits[dependency], log)
	return log
}

func (r *record) moved(log *circuitLog, m move) {
	r.mu.Lock()
	defer r.mu.Unlock()
	log.moves = append(log.moves, m)
}

func (r *record) look(s sample) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.samples = append(r.samples, s)
}

// concerned returns the circuits of the dependency, or of all.
func (r *record) concerned(m scenario.Measure) (logs []*circuitLog) {
	for name, of := range r.circuits {
		if m.OfKind != "dependency" || m.Of == name {
			logs = append(logs, of...)
		}
	}
	return logs
}

// at returns the last move by a time, and the moves after that.
func (c *circuitLog) at(t time.Duration) (move, []move) {
	last := move{to: actors.Closed}
	for i, m := range c.moves {
		if m.at > t {
			return last, c.moves[i:]
		}
		last = m
	}
	return last, nil
}

// reaches returns how long after From the last of the circuits reached the state, and false where one did not by To.
func (r *record) reaches(m scenario.Measure) (float64, bool) {
	if m.OfKind == ofFleet {
		return r.gather(m)
	}
	var last time.Duration
	logs := r.concerned(m)
	for _, c := range logs {
		at, ok := c.reached(m)
		if !ok {
			return 0, false
		}
		last = max(last, at-m.From)
	}
	return last.Seconds(), len(logs) > 0
}

func (c *circuitLog) reached(m scenario.Measure) (time.Duration, bool) {
	now, later := c.at(m.From)
	if now.in(m.State) {
		return m.From, true
	}
	for _, v := range later {
		if v.at <= m.To && v.in(m.State) {
			return v.at, true
		}
	}
	return 0, false
}

// share returns the most of the time that a circuit spent in the state, or else, for other, in another one.
func (r *record) share(m scenario.Measure, other bool) float64 {
	if m.OfKind == ofFleet {
		return r.scattered(m)
	}
	most := 0.0
	for _, c := range r.concerned(m) {
		state, later := c.at(m.From)
		from, in := m.From, time.Duration(0)
		for _, v := range append(slices.Clone(later), move{at: m.To}) {
			to := min(v.at, m.To)
			if state.in(m.State) != other {
				in += max(to-from, 1) // however short
			}
			if v.at >= m.To {
				break
			}
			from, state = to, v
		}
		most = max(most, in.Seconds()/max(m.To-m.From, 1).Seconds())
	}
	return most
}

// queue returns the most that waited at once, at the guards of a dependency and within it.
func (r *record) queue(m scenario.Measure) (float64, bool) {
	most, known := 0, false
	for _, s := range r.samples {
		if s.at >= m.From && s.at <= m.To && (m.OfKind != "dependency" || s.dependency == m.Of) {
			most, known = max(most, s.gate+s.numbers.Waiting), true
		}
	}
	return float64(most), known
}

// waste returns the share of the dependencies' work that was done for nobody.
func (r *record) waste(m scenario.Measure) (float64, bool) {
	first, last := map[string]world.Numbers{}, map[string]world.Numbers{}
	for _, s := range r.samples {
		switch {
		case m.OfKind == "dependency" && s.dependency != m.Of:
		case s.at <= m.From:
			first[s.dependency] = s.numbers
		case s.at <= m.To:
			last[s.dependency] = s.numbers
		}
	}
	var wasted, all uint64
	for name, n := range last {
		wasted += n.Wasted - first[name].Wasted
		all += n.Wasted + n.Served + n.Failed - first[name].Wasted - first[name].Served - first[name].Failed
	}
	return ratio(wasted, all)
}

// calmFor is how long goodput must be back for a recovery, and calmShare to how much of what it was.
const (
	calmFor   = 5 * time.Second
	calmShare = 0.95
)

// recovery returns how long after From goodput was back for good: at 95% of what it was before the first fault, for 5 seconds.
func (r *record) recovery(m scenario.Measure) (float64, bool) {
	b := r.ledger.all
	if m.OfKind == "dependency" {
		b = r.ledger.books[slices.Index(r.names, m.Of)]
	}
	want := calmShare * r.usual(b)
	for from := m.From; from < r.end; from += r.ledger.pulse {
		if r.calm(b, from, min(from+calmFor, r.end), want) {
			return (from - m.From).Seconds(), true
		}
	}
	return 0, false
}

// usual is the goodput before anything went wrong.
func (r *record) usual(b *book) float64 {
	first := r.end
	for _, e := range r.events {
		if e.Kind == "fault" {
			first = min(first, e.At)
		}
	}
	share, known := b.goodput(r.ledger.pulse, 0, first)
	if !known {
		return 1
	}
	return share
}

// calm reports whether requests arrived in a time, and no beat of it has less goodput than wanted.
func (r *record) calm(b *book, from, to time.Duration, want float64) (some bool) {
	for ; from < to; from += r.ledger.pulse {
		share, known := b.goodput(r.ledger.pulse, from, from+1)
		if known && share < want {
			return false
		}
		some = some || known
	}
	return some
}

// goodput is that of the beats that begin within a time, or in which it begins.
func (b *book) goodput(pulse, from, to time.Duration) (float64, bool) {
	var n, all uint64
	for i := int(from / pulse); i < len(b.beats) && time.Duration(i)*pulse < to; i++ {
		n, all = n+uint64(b.beats[i].good), all+uint64(b.beats[i].all)
	}
	return ratio(n, all)
}
