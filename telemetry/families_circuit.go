// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/supervision"
)

var circuitFamilies = []family{
	{
		"circuit_state", gauge, "dependency, state", "circuits",
		"Circuits in each state: 1 or 0 for a dependency of one guard, the number of keys for one with keys.",
		"Is anything open, half-open or ramping now?",
		each(writeStates),
	},
	{
		"circuit_mode", gauge, "dependency, mode", "1",
		"1 for the mode of the circuit, 0 for the others.",
		"Is a command in force?",
		eachGuard(func(p *page, d *dependency) {
			for i, what := range modeLabels {
				p.either(d.labels, what, d.stats.Mode == modes[i])
			}
		}),
	},
	{
		"circuit_transitions_total", counter, "dependency, from, to, cause", "transitions",
		"Moves of the circuit, by states and cause; where only the mode moved both states are the same.",
		"How often does it open, and why? Does it flap?",
		each(func(p *page, d *dependency) { writeMoves(p, d.labels, d.stats.Transitions) }),
	},
	{
		"circuit_state_seconds_total", counter, "dependency, state", "seconds",
		"Time that the circuit was in each state; with keys, all circuits together.",
		"For how long was the dependency left alone?",
		each(func(p *page, d *dependency) {
			in := d.stats.TimeIn
			for i, spent := range [...]time.Duration{in.Closed, in.Open, in.HalfOpen, in.Ramping} {
				p.number(d.labels, stateLabels[i], spent.Seconds())
			}
		}),
	},
	{
		"window_calls", gauge, "dependency", "calls",
		"Outcomes in the window that the circuit judges now.",
		"Is there enough traffic for a judgement (breaker.min_calls)?",
		eachGuard(func(p *page, d *dependency) { p.count(d.labels, "", natural(d.stats.Window.Calls)) }),
	},
	{
		"window_failure_ratio", gauge, "dependency", "1",
		"Weighted failures over the outcomes in the window; above 1 where weights are.",
		"How near is the circuit to opening (breaker.failure_rate)?",
		eachGuard(func(p *page, d *dependency) { p.number(d.labels, "", d.stats.Window.FailureRate) }),
	},
	{
		"window_slow_ratio", gauge, "dependency", "1",
		"Slow calls over the outcomes in the window.",
		"How near is it to opening because of slowness (breaker.slow_rate)?",
		eachGuard(func(p *page, d *dependency) { p.number(d.labels, "", d.stats.Window.SlowRate) }),
	},
}

var (
	states = [...]actors.State{actors.Closed, actors.Open, actors.HalfOpen, actors.Ramping}
	modes  = [...]actors.Mode{actors.Enforce, actors.Shadow, actors.Off, actors.HoldOpen, actors.HoldClosed}

	stateLabels = labelsOf("state", states[:])
	modeLabels  = labelsOf("mode", modes[:])
)

func labelsOf[T interface{ String() string }](name string, values []T) (all []string) {
	for _, v := range values {
		all = append(all, label(name, v.String()))
	}
	return all
}

func writeStates(p *page, d *dependency) {
	if d.keys == nil {
		for i, what := range stateLabels {
			p.either(d.labels, what, d.stats.State == states[i])
		}
		return
	}
	k := d.keys
	for i, n := range [...]int{k.Keys - k.NotClosed, k.Open, k.HalfOpen, k.Ramping} {
		p.count(d.labels, stateLabels[i], natural(n))
	}
}

// move is a transition that a circuit can make.
type move struct {
	from, to actors.State
	cause    actors.Cause
}

// moves are those that happen; any other is written when it has happened.
var moves = possibleMoves()

var moveLabels = labelsOfMoves(moves)

func possibleMoves() []move {
	all := []move{
		{actors.Open, actors.HalfOpen, supervision.CauseOpenElapsed},
		{actors.HalfOpen, actors.Closed, supervision.CauseProbesPassed},
		{actors.HalfOpen, actors.Ramping, supervision.CauseProbesPassed},
		{actors.HalfOpen, actors.Open, supervision.CauseProbesFailed},
		{actors.HalfOpen, actors.Open, supervision.CauseProbeExpired},
		{actors.Ramping, actors.Closed, supervision.CauseRampDone},
	}
	for _, from := range []actors.State{actors.Closed, actors.Ramping} {
		for _, cause := range []actors.Cause{supervision.CauseFailureRate, supervision.CauseSlowRate, supervision.CauseConsecutive} {
			all = append(all, move{from, actors.Open, cause})
		}
	}
	for _, s := range states {
		all = append(all, move{s, s, supervision.CauseCommand}, move{s, s, supervision.CauseCommandExpired})
		if s != actors.Closed {
			all = append(all, move{s, actors.Closed, supervision.CauseCommand}, move{s, actors.Closed, supervision.CausePolicy})
		}
	}
	return all
}

func labelsOfMoves(all []move) map[move]string {
	labels := make(map[move]string, len(all))
	for _, m := range all {
		labels[m] = m.labels()
	}
	return labels
}

func (m move) labels() string {
	return label("from", m.from.String()) + "," + label("to", m.to.String()) + "," + label("cause", string(m.cause))
}

func writeMoves(p *page, whose string, counts []actors.TransitionCount) {
	for _, m := range moves {
		n := uint64(0)
		for _, c := range counts {
			if c.From == m.from && c.To == m.to && c.Cause == m.cause {
				n = c.Count
			}
		}
		p.count(whose, moveLabels[m], n)
	}
	for _, c := range counts {
		m := move{c.From, c.To, c.Cause}
		if _, known := moveLabels[m]; !known {
			p.count(whose, m.labels(), c.Count)
		}
	}
}
