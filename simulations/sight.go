// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/supervision"
)

// Queues are looked at so often within one bucket, and once a second at least, unless that were more than most looks in all.
const (
	looksPerBucket = 4
	mostLooks      = 500_000
)

// lookEvery is how long after a look the next one is.
func (t *trial) lookEvery() time.Duration {
	least := t.scenario.Duration * time.Duration(len(t.world)) / mostLooks
	return max(min(t.width/looksPerBucket, time.Second), least)
}

// watch looks at queues and circuits until the end, and tells how far the run is.
func (t *trial) watch(ctx context.Context, tell func(float64)) {
	every := time.NewTicker(t.lookEvery())
	defer every.Stop()
	t.look()
	for {
		select {
		case <-ctx.Done():
			t.look()
			return
		case <-every.C:
			t.look()
			tell(min(t.now().Seconds()/t.scenario.Duration.Seconds(), 1))
		}
	}
}

// look writes down how full everything is.
func (t *trial) look() {
	t.lookAtFleet()
	at := t.now()
	for _, name := range t.names() {
		s := sample{at: at, dependency: name, numbers: t.world[name].Numbers()}
		for _, p := range t.running() {
			g := p.guards[name]
			if g == nil {
				continue
			}
			stats := g.Stats()
			s.gate += stats.Gate.Waiting
			s.states[stateOf(stats.State, stats.Mode)]++
		}
		t.record.look(s)
	}
}

// stateOf is a circuit's state as its callers meet it: one that is held open refuses all, whatever it would do by itself.
func stateOf(s actors.State, m actors.Mode) actors.State {
	if m == actors.HoldOpen {
		return actors.Open
	}
	return s
}

// fill puts what was looked at into a track; that of all where the name is empty.
func (r *record) fill(t *Track, name string) {
	n := len(t.Offered)
	for _, list := range []*[]uint32{&t.Gate, &t.Queue, &t.Busy, &t.Closed, &t.Open, &t.HalfOpen, &t.Ramping} {
		*list = make([]uint32, n)
	}
	if n == 0 {
		return
	}
	for _, s := range r.samples {
		if s.dependency != name {
			continue
		}
		i := min(int(s.at/r.ledger.width), n-1)
		t.Gate[i] = max(t.Gate[i], uint32(s.gate))
		t.Queue[i] = max(t.Queue[i], uint32(s.numbers.Waiting))
		t.Busy[i] = max(t.Busy[i], uint32(s.numbers.Busy))
		t.Closed[i], t.Open[i], t.HalfOpen[i], t.Ramping[i] = s.states[actors.Closed], s.states[actors.Open], s.states[actors.HalfOpen], s.states[actors.Ramping]
	}
}

// hear writes down what a process tells, until its System has stopped.
func (p *process) hear(sub *actors.Subscription) {
	for e := range sub.C() {
		at := p.since + time.Duration(e.At)
		if p.gone(at) {
			continue // nobody sees what its goroutines do
		}
		if log := p.circuits[e.Dependency]; log != nil && e.Kind == actors.EventTransition {
			tr := e.Transition
			p.phases[e.Dependency] = fleetAfter(p.phases[e.Dependency], tr)
			p.trial.record.moved(log, move{at: at, to: stateOf(tr.To, tr.Mode), fleet: p.phases[e.Dependency]})
		}
		if told, ok := p.tell(e); ok {
			told.At, told.Node, told.Process, told.Dependency = at, p.node, p.name, e.Dependency
			p.trial.record.event(told)
		}
	}
	if n := sub.Dropped(); n > 0 {
		p.trial.record.event(Event{At: p.trial.now(), Kind: "lost", Node: p.node, Process: p.name, Text: fmt.Sprintf("%d events were not written down", n)})
	}
}

// fleetAfter is what the fleet makes of a circuit after a transition.
func fleetAfter(was actors.FleetPhase, tr actors.Transition) actors.FleetPhase {
	switch {
	case tr.Cause == supervision.CauseFleet && tr.To == actors.Open:
		return actors.FleetHold
	case tr.Cause == supervision.CauseFleet && tr.To == actors.Ramping:
		return actors.FleetRamp
	case tr.From == tr.To && tr.Mode != tr.FromMode:
		return was // an operator spoke, and the circuit stayed where it was
	}
	return actors.FleetClear
}

// tell says an event in words, unless it is no news here.
func (p *process) tell(e actors.Event) (Event, bool) {
	switch e.Kind {
	case actors.EventTransition:
		tr := e.Transition
		from, to := stateOf(tr.From, tr.FromMode), stateOf(tr.To, tr.Mode)
		if from == to && tr.Cause == supervision.CauseFleet {
			return Event{Kind: "fleet", Text: fmt.Sprintf("%s at %s: %v", e.Dependency, p.where(), tr)}, true
		}
		if from == to {
			return Event{Kind: "mode", Text: fmt.Sprintf("%s at %s: %v", e.Dependency, p.where(), tr)}, true
		}
		return Event{Kind: "transition", From: from.String(), To: to.String(), Text: fmt.Sprintf("%s at %s: %v", e.Dependency, p.where(), tr)}, true
	case actors.EventShedding:
		return Event{Kind: "shedding", Text: fmt.Sprintf("%s: shedding %s, was %s", p.where(), e.Shedding.To, e.Shedding.From)}, true
	case actors.EventLimit:
		return Event{Kind: "limit", Text: fmt.Sprintf("%s at %s: adaptive limit %d, was %d", e.Dependency, p.where(), e.Limit.To, e.Limit.From)}, true
	case actors.EventThrottle:
		return Event{Kind: "throttle", Text: fmt.Sprintf("%s at %s: throttle keeps calls away: %v", e.Dependency, p.where(), e.Throttle.Keeps)}, true
	case actors.EventDrained:
		return Event{Kind: "drained", Text: fmt.Sprintf("%s at %s: the dependency asks for less", e.Dependency, p.where())}, true
	default:
		return Event{}, false
	}
}
