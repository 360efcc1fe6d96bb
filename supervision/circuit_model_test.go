// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// pair steps a circuit and its model side by side and compares all that can be seen.
type pair struct {
	c       *Circuit
	m       *model
	now     fuseboard.Instant
	log     *Log
	seen    []Transition
	permits []Permit
	passes  []Pass // those of the permits that came as one; else zero
	models  []modelPermit
	weather fuseboard.Kind // how most calls end at present
	fleet   bool           // there is one
	calm    int            // one command or reshape in so many draws; 0 is none
}

func drawBreaker(t *rapid.T) Breaker {
	if rapid.IntRange(0, 19).Draw(t, "off") == 0 {
		return Breaker{}
	}
	b := Breaker{
		FailureRate: rapid.SampledFrom([]float64{0, 0.3, 0.5, 1}).Draw(t, "failure rate"),
		Consecutive: rapid.SampledFrom([]int{0, 1, 2, 3}).Draw(t, "consecutive"),
		MinCalls:    rapid.IntRange(1, 4).Draw(t, "min calls"),
		Window: rapid.SampledFrom([]Window{
			{Calls: 4}, {Calls: 7}, {Span: time.Second}, {Span: 10 * time.Second},
		}).Draw(t, "window"),
		OpenFor:      rapid.SampledFrom([]time.Duration{time.Second, 3 * time.Second}).Draw(t, "open for"),
		MaxOpen:      rapid.SampledFrom([]time.Duration{3 * time.Second, 8 * time.Second}).Draw(t, "max open"),
		Probes:       rapid.IntRange(1, 4).Draw(t, "probes"),
		ProbeRate:    rapid.SampledFrom([]float64{0.3, 0.5, 0.6, 1}).Draw(t, "probe rate"),
		ProbeTimeout: rapid.SampledFrom([]time.Duration{time.Second, 4 * time.Second}).Draw(t, "probe timeout"),
		Ramp:         rapid.SampledFrom([]time.Duration{0, 0, 5 * time.Second}).Draw(t, "ramp"),
	}
	if rapid.Bool().Draw(t, "slow") {
		b.SlowRate, b.SlowAfter = 0.5, time.Second
	}
	if rapid.Bool().Draw(t, "weights") {
		b.Weights = map[fuseboard.Class]float64{"soft": 0, "half": 0.5, "worst": 4}
	}
	return b
}

func (p *pair) drawOutcome(t *rapid.T) fuseboard.Outcome {
	if rapid.IntRange(0, 2).Draw(t, "odd") > 0 {
		return fuseboard.Outcome{Kind: p.weather}
	}
	return fuseboard.Outcome{
		Kind: rapid.SampledFrom([]fuseboard.Kind{
			fuseboard.Success, fuseboard.Failure, fuseboard.Void, fuseboard.Rejected, fuseboard.Unclassified,
		}).Draw(t, "kind"),
		Class: rapid.SampledFrom([]fuseboard.Class{
			"", fuseboard.ClassTimeout, fuseboard.ClassThrottled, fuseboard.ClassDownstream, "soft", "half", "worst",
		}).Draw(t, "class"),
		Elapsed:    time.Duration(rapid.IntRange(0, 2).Draw(t, "seconds")) * time.Second,
		RetryAfter: rapid.SampledFrom([]time.Duration{0, 0, 5 * time.Second, time.Hour}).Draw(t, "retry after"),
	}
}

func newPair(t *rapid.T, calm int) *pair {
	b := drawBreaker(t)
	p := &pair{calm: calm, weather: fuseboard.Failure, c: NewCircuit(b, rapid.Uint64().Draw(t, "seed")), now: fuseboard.Instant(time.Minute)}
	p.log = p.c.Log()
	if lanes := rapid.SampledFrom([]int{0, 1, 4}).Draw(t, "lanes"); lanes > 0 {
		p.c.Spread(lanes)
	}
	p.m = &model{epoch: 1, until: fuseboard.Never, modeEnd: fuseboard.Never, counting: true}
	p.m.policy(b)
	// The circuit has moved before its model does: take the open time from its log.
	p.m.openFor = func(m *model, asked time.Duration) time.Duration {
		p.read()
		for _, s := range p.seen {
			if s.Epoch == m.epoch {
				p.checkOpenTime(t, s.OpenFor, asked)
				return s.OpenFor
			}
		}
		t.Fatalf("the model opens at epoch %d, the circuit never did: %+v", m.epoch, p.seen)
		return 0
	}
	return p
}

func (p *pair) checkOpenTime(t *rapid.T, got, asked time.Duration) {
	d := p.m.b.OpenFor
	for range p.m.opens - 1 {
		d = min(time.Duration(float64(d)*p.m.b.OpenGrowth), p.m.b.MaxOpen)
	}
	asked = min(asked, p.m.b.MaxOpen)
	spread := time.Duration(float64(d) * p.m.b.OpenJitter)
	if lo, hi := max(d-spread-1, asked), max(min(d+spread+1, p.m.b.MaxOpen), asked); got < lo || got > hi {
		t.Fatalf("opening %d lasts %v, want %v to %v", p.m.opens, got, lo, hi)
	}
}

func (p *pair) read() {
	for next, ok := p.log.Next(); ok; next, ok = p.log.Next() {
		p.seen = append(p.seen, next)
	}
}

func (p *pair) check(t *rapid.T) {
	p.read()
	if got, want := p.c.State(), p.m.state; got != want {
		t.Fatalf("state %v, want %v", got, want)
	}
	if got, want := p.c.Mode(), p.m.mode; got != want {
		t.Fatalf("mode %v, want %v", got, want)
	}
	if got, want := p.c.Epoch(), p.m.epoch; got != want {
		t.Fatalf("epoch %d, want %d", got, want)
	}
	if got, want := p.c.Numbers(p.now), p.m.numbers(p.now); got != want {
		t.Fatalf("numbers %+v, want %+v", got, want)
	}
	var seen Sightings
	if p.m.fleet != nil {
		seen = p.m.fleet.seen
	}
	if got := p.c.Sightings(); got != seen {
		t.Fatalf("sightings %+v, want %+v", got, seen)
	}
	if got, want := p.c.Snapshot(p.now).Fleet.Phase, p.m.phase(); got != want {
		t.Fatalf("fleet %v, want %v", got, want)
	}
	if got, want := len(p.seen), len(p.m.history); got != want {
		t.Fatalf("%d transitions, want %d", got, want)
	}
	for i, want := range p.m.history {
		got := p.seen[i]
		got.Before, got.Reason, got.By = Numbers{}, "", ""
		if got != want {
			t.Fatalf("transition %+v, want %+v", got, want)
		}
	}
	p.seen, p.m.history = nil, nil
}

func (p *pair) draw(t *rapid.T) int {
	if len(p.permits) == 0 {
		t.Skip("no permits")
	}
	return rapid.IntRange(0, len(p.permits)-1).Draw(t, "permit")
}

// seldom skips the action most of the time.
func (p *pair) seldom(t *rapid.T) {
	if p.calm == 0 || rapid.IntRange(1, p.calm).Draw(t, "seldom") > 1 {
		t.Skip("calm")
	}
}

// settle takes a permit out of play.
func (p *pair) settle(i int) {
	p.permits = append(p.permits[:i], p.permits[i+1:]...)
	p.passes = append(p.passes[:i], p.passes[i+1:]...)
	p.models = append(p.models[:i], p.models[i+1:]...)
}

// admit asks for a permit in either form. Where everybody is let in and nothing is due
// both are the same.
func (p *pair) admit(t *rapid.T) (Permit, Pass, bool) {
	pass, ok := p.c.Pass()
	if ok && !pass.Due(p.now) && rapid.Bool().Draw(t, "pass") {
		return pass.Permit(), pass, true
	}
	permit, ok := p.c.Admit(p.now)
	return permit, Pass{}, ok
}

// record records the outcome as who has a pass does, and reports whether it went straight.
func (p *pair) record(t *rapid.T, i int, o fuseboard.Outcome) bool {
	if pass := p.passes[i]; pass != (Pass{}) && o.Kind == fuseboard.Success && p.c.Passed(pass, p.now, o.Elapsed, rapid.IntRange(-1, 4).Draw(t, "lane")) {
		return true
	}
	p.c.Record(p.now, p.permits[i], o)
	return false
}

func (p *pair) actions() map[string]func(*rapid.T) {
	call := func(t *rapid.T) {
		got, pass, ok := p.admit(t)
		want, wantOK := p.m.admit(p.now)
		if ok != wantOK || got.Epoch() != want.epoch || got.Probe() != (want.lease != nil) {
			t.Fatalf("admitted %v %+v, want %v %+v", ok, got, wantOK, want)
		}
		if ok {
			p.permits, p.passes, p.models = append(p.permits, got), append(p.passes, pass), append(p.models, want)
		}
	}
	record := func(t *rapid.T) {
		i, o := p.draw(t), p.drawOutcome(t)
		straight := p.record(t, i, o)
		p.m.record(p.now, p.models[i], o)
		if straight && p.m.fleet != nil {
			p.m.fleet.seen.OK-- // who goes straight counts by himself
		}
		p.settle(i)
	}
	return map[string]func(*rapid.T){
		"": p.check, "admit": call, "admit more": call, "admit again": call,
		"record": record, "record more": record, "record again": record,
		"weather": func(t *rapid.T) {
			p.weather = rapid.SampledFrom([]fuseboard.Kind{fuseboard.Success, fuseboard.Failure}).Draw(t, "weather")
		},
		"start": func(t *rapid.T) {
			i := p.draw(t)
			got, want := p.c.Start(p.now, &p.permits[i]), p.m.start(p.now, p.models[i])
			if got != want || (got && !p.c.Still(p.permits[i])) {
				t.Fatalf("started %v, want %v", got, want)
			}
		},
		"return": func(t *rapid.T) {
			i := p.draw(t)
			p.c.Return(p.permits[i])
			p.m.giveBack(p.models[i])
			p.settle(i)
		},
		"wait": func(t *rapid.T) {
			p.now = p.now.Add(time.Duration(rapid.IntRange(0, 2500).Draw(t, "ms")) * time.Millisecond)
		},
		"expire": func(t *rapid.T) {
			_, moved, next := p.c.Expire(p.now)
			was := p.m.epoch
			p.m.catchUp(p.now)
			if moved != (p.m.epoch != was) || next != p.modelNext() {
				t.Fatalf("moved %v, next %v, want %v and %v", moved, next, p.m.epoch != was, p.modelNext())
			}
		},
		"command": func(t *rapid.T) {
			p.seldom(t)
			cmd := Command{
				Mode: Mode(rapid.IntRange(0, len(modeNames)-1).Draw(t, "mode")), Reason: "r", By: "b",
				TTL:   time.Duration(rapid.IntRange(1, 6).Draw(t, "ttl")) * time.Second,
				Reset: rapid.IntRange(0, 4).Draw(t, "reset") == 0,
			}
			if _, _, err := p.c.Command(p.now, cmd); err != nil {
				t.Fatal(err)
			}
			p.m.command(p.now, cmd)
		},
		"follow": p.follow, "follow again": p.follow,
		"heed": func(t *rapid.T) {
			if !p.fleet || rapid.IntRange(0, 19).Draw(t, "seldom") > 0 {
				t.Skip("listens on")
			}
			on := rapid.Bool().Draw(t, "on")
			p.c.Heed(p.now, on)
			p.m.heed(p.now, on)
		},
		"lapse": func(t *rapid.T) {
			if !p.fleet || rapid.IntRange(0, 9).Draw(t, "seldom") > 0 {
				t.Skip("no loss")
			}
			p.c.Lapse(p.now)
			p.m.end(p.now)
		},
		"reshape": func(t *rapid.T) {
			p.seldom(t)
			b := drawBreaker(t)
			p.c.Reshape(p.now, b)
			p.m.reshape(p.now, b)
		},
	}
}

func (p *pair) modelNext() fuseboard.Instant {
	next := p.m.due()
	if f := p.m.fleet; f != nil && f.probe != nil {
		next = min(next, f.probe.deadline)
	}
	for _, l := range p.m.places {
		if l != nil && !l.done {
			next = min(next, l.deadline)
		}
	}
	return next
}

func TestCircuitEqualsItsNaiveModelInEveryHistory(t *testing.T) {
	for name, calm := range map[string]int{
		"alone": 0, "with an operator": 10, "with a restless operator": 1,
		"in a fleet": 0, "in a fleet, with an operator": 10, "in a fleet, with a restless operator": 2,
	} {
		t.Run(name, func(t *testing.T) {
			rounds := 20
			if strings.HasPrefix(name, "in a fleet") {
				rounds = 7
			}
			for range rounds {
				rapid.Check(t, func(t *rapid.T) {
					p := newPair(t, calm)
					if p.fleet = strings.HasPrefix(name, "in a fleet"); p.fleet {
						p.c.Heed(p.now, true)
						p.m.heed(p.now, true)
					}
					actions := p.actions()
					for range 4 { // longer histories than rapid's default
						t.Repeat(actions)
					}
				})
			}
		})
	}
}
