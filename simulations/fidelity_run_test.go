// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/bubble"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// outcome is what one run came to, real or simulated. A time in which something did not happen is infinite.
type outcome struct {
	goodput, amplification, p50, p99 float64
	open, recovery                   float64 // seconds; recovery is that of the circuit, or, where there is none, of goodput
	refusers, order, final           string
}

// play runs the course of a kind once, in a bubble where virtual is true, else in real time. r must be a reel of its own.
func play(k kind, c *course, seed uint64, r *reel, virtual bool) (outcome, error) {
	own := *c
	own.service = r.service
	t := newTrial(&own, seed)
	var found outcome
	var failure error
	run := func() {
		failure = t.run(func(float64) {})
		r.close(t)
		if failure == nil {
			found = t.outcome(k, r)
		}
	}
	if !virtual {
		run()
		return found, failure
	}
	err := bubble.Run(run)
	return found, errors.Join(err, failure)
}

// recorded runs the scenario and returns its tape too.
func recorded(k kind, seed uint64, virtual bool) (*tape, outcome, error) {
	variants, problems := k.scenario.Variants(nil)
	if err := problems.Err(); err != nil {
		return nil, outcome{}, err
	}
	c, err := newCourse(k.scenario, variants[0])
	if err != nil {
		return nil, outcome{}, err
	}
	written := blankTape()
	found, err := play(k, c, seed, newReel(written, false, k.deaf), virtual)
	return written, found, err
}

// replayed simulates the tape with seeds from first on, with policies changed as set says.
func replayed(k kind, written *tape, set []string, first uint64, seeds int) ([]outcome, error) {
	c, err := written.driven(k.scenario, set)
	if err != nil {
		return nil, err
	}
	founds := make([]outcome, seeds)
	for i := range founds {
		founds[i], err = play(k, c, first+uint64(i), newReel(written, true, k.deaf), true)
		if err != nil {
			return nil, fmt.Errorf("seed %d: %w", first+uint64(i), err)
		}
	}
	return founds, nil
}

// outcome reads what the run has written down.
func (t *trial) outcome(k kind, r *reel) outcome {
	found := t.result().Summary
	o := outcome{
		goodput: found["goodput"], amplification: found["amplification"], p50: found["p50"], p99: found["p99"],
		recovery: math.Inf(1), refusers: r.refusers(),
	}
	fault := t.begunFault()
	if !k.circuit {
		if seconds, ok := t.record.recovery(scenario.Measure{From: fault.To, To: t.scenario.Duration}); ok {
			o.recovery = seconds
		}
		return o
	}
	moves := t.record.circuits[t.scenario.Dependencies[0].Name][0].moves
	o.open, o.recovery = opened(moves, fault), closedFor(moves, fault)
	o.order, o.final = orderOf(moves)
	return o
}

// begunFault is the first fault, as it really was.
func (t *trial) begunFault() Span {
	s := t.spans[0]
	for _, e := range t.record.events {
		switch e.Kind {
		case "fault":
			s.From = e.At
		case "healed":
			s.To = e.At
		}
	}
	return s
}

// opened is how long after its beginning the circuit opened first.
func opened(moves []move, fault Span) float64 {
	for _, m := range moves {
		if m.to == actors.Open && m.at >= fault.From {
			return (m.at - fault.From).Seconds()
		}
	}
	return math.Inf(1)
}

// closedFor is how long after its end the circuit closed for good.
func closedFor(moves []move, fault Span) float64 {
	n := len(moves)
	switch {
	case n == 0:
		return 0
	case moves[n-1].to != actors.Closed:
		return math.Inf(1)
	}
	return max((moves[n-1].at - fault.To).Seconds(), 0)
}

func orderOf(moves []move) (all, last string) {
	states := []string{actors.Closed.String()}
	for _, m := range moves {
		states = append(states, m.to.String())
	}
	return strings.Join(states, ", "), states[len(moves)]
}

// strays is the share of calls up to which a section that refused is not named: it is chance that there was one at all.
const strays = 0.005

// refusers names the sections that refused calls.
func (r *reel) refusers() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for name, n := range r.refused {
		if float64(n) > strays*float64(r.calls) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "nobody"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
