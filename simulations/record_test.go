// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/scenario"
	"github.com/fuseboard/fuseboard/simulations/world"
)

const sec = time.Second

// written is a record of 60 seconds with one dependency, whose circuits did what is given.
func written(circuits ...[]move) *record {
	r := &record{ledger: newLedger(sec, 60*sec, 1, nil), names: []string{"payments"}, end: 60 * sec, circuits: map[string][]*circuitLog{}}
	for _, moves := range circuits {
		r.circuits["payments"] = append(r.circuits["payments"], &circuitLog{moves: moves})
	}
	return r
}

func of(metric, state string, from, to time.Duration) scenario.Measure {
	return scenario.Measure{Metric: metric, Of: "payments", OfKind: "dependency", State: state, From: from, To: to}
}

func TestAStateIsReachedWhenTheLastCircuitIsThere(t *testing.T) {
	r := written(
		[]move{{at: 12 * sec, to: actors.Open}, {at: 20 * sec, to: actors.HalfOpen}, {at: 21 * sec, to: actors.Closed}},
		[]move{{at: 13 * sec, to: actors.Open}},
	)
	for _, c := range []struct {
		state    string
		from, to time.Duration
		want     float64
		known    bool
	}{
		{"open", 10 * sec, 14 * sec, 3, true},
		{"open", 10 * sec, 13 * sec, 3, true},
		{"open", 10 * sec, 12 * sec, 0, false},
		{"open", 12 * sec, 14 * sec, 1, true},
		{"closed", 15 * sec, 30 * sec, 0, false},
		{"closed", 5 * sec, 6 * sec, 0, true},
	} {
		got, known := r.reaches(of("reaches", c.state, c.from, c.to))
		if got != c.want || known != c.known {
			t.Errorf("%s from %v to %v: %v, %v; want %v, %v", c.state, c.from, c.to, got, known, c.want, c.known)
		}
	}
	if _, known := written().reaches(of("reaches", "open", 0, sec)); known {
		t.Error("a dependency without a circuit reached a state")
	}
}

func TestTimeInAStateIsCountedHoweverShort(t *testing.T) {
	r := written([]move{{at: 10 * sec, to: actors.Open}, {at: 16 * sec, to: actors.HalfOpen}, {at: 16 * sec, to: actors.Closed}})
	for _, c := range []struct {
		state    string
		other    bool
		from, to time.Duration
		want     float64
	}{
		{"open", false, 0, 60 * sec, 0.1},
		{"open", false, 16 * sec, 60 * sec, 0},
		{"open", false, 12 * sec, 14 * sec, 1},
		{"closed", true, 0, 60 * sec, 0.1},
		{"closed", true, 20 * sec, 60 * sec, 0},
	} {
		got := r.share(of("never", c.state, c.from, c.to), c.other)
		if diff := got - c.want; diff < 0 || diff > 1e-6 {
			t.Errorf("%s (other %v) from %v to %v: %v, want %v", c.state, c.other, c.from, c.to, got, c.want)
		}
	}
	if got := r.share(of("never", "half-open", 0, 60*sec), false); got <= 0 {
		t.Error("a state that was left at once was never there")
	}
}

func TestOpeningsAreCountedWithinTheirTime(t *testing.T) {
	r := written(
		[]move{{at: 10 * sec, to: actors.Open}, {at: 12 * sec, to: actors.HalfOpen}, {at: 13 * sec, to: actors.Open}, {at: 14 * sec, to: actors.Open}},
		[]move{{at: 50 * sec, to: actors.Open}},
	)
	for to, want := range map[time.Duration]float64{10 * sec: 0, 11 * sec: 1, 40 * sec: 2, 60 * sec: 3} {
		if got := r.count(of("openings", "", 0, to), (*circuitLog).openings); got != want {
			t.Errorf("%v openings before %v, want %v", got, to, want)
		}
	}
}

func TestRecoveryIsWhenGoodputIsBackForGood(t *testing.T) {
	r := written()
	r.events = []Event{{At: 20 * sec, Kind: "fault"}}
	for i := range 60 {
		bad := i >= 20 && i < 33 && i != 31 // for one second it looks well
		for n := range 100 {
			f := good
			if bad && n < 50 || n < 2 { // two in a hundred fail always
				f = failed
			}
			r.ledger.end(ended{at: time.Duration(i) * sec, fate: f})
		}
	}
	if got, known := r.recovery(of("recovery", "", 30*sec, 60*sec)); !known || got != 3 {
		t.Errorf("recovery after %v (%v), want 3", got, known)
	}
	for i := 33; i < 60; i++ {
		for range 50 {
			r.ledger.end(ended{at: time.Duration(i) * sec, fate: failed})
		}
	}
	if got, known := r.recovery(of("recovery", "", 30*sec, 60*sec)); known {
		t.Errorf("it recovered after %v", got)
	}
}

func TestWasteIsTheShareOfWorkForNobody(t *testing.T) {
	r := written()
	for i, n := range []world.Numbers{{Served: 10, Wasted: 90}, {Served: 20, Failed: 10, Wasted: 100}, {Served: 50, Failed: 10, Wasted: 140}} {
		r.look(sample{at: time.Duration(i) * 10 * sec, dependency: "payments", numbers: n})
	}
	if got, known := r.waste(of("waste", "", 0, 10*sec)); !known || got != 10.0/30 {
		t.Errorf("%v of the first ten seconds' work was wasted", got)
	}
	if got, known := r.waste(of("waste", "", 0, 20*sec)); !known || got != 0.5 {
		t.Errorf("%v of all work was wasted", got)
	}
	if _, known := r.waste(of("waste", "", 30*sec, 40*sec)); known {
		t.Error("no work was wasted")
	}
}

func TestQueuesOfGuardsAndDependencyAreOne(t *testing.T) {
	r := written()
	r.look(sample{at: sec, dependency: "payments", gate: 3, numbers: world.Numbers{Waiting: 4}})
	r.look(sample{at: 9 * sec, dependency: "payments", gate: 30})
	if got, known := r.queue(of("queue", "", 0, 5*sec)); !known || got != 7 {
		t.Errorf("%v waited at most", got)
	}
}

func TestAMeterMeasuresWhatIsItsOwn(t *testing.T) {
	user := scenario.Measure{Metric: "goodput", From: 10 * sec, To: 20 * sec}
	tenant := user
	tenant.Of, tenant.OfKind = "small", "tenant"
	load := func(metric string) scenario.Measure {
		return scenario.Measure{Metric: metric, Of: "web", OfKind: "load", From: 10 * sec, To: 20 * sec}
	}
	names := []string{"payments", "ledger"}
	var meters []*meter
	for _, m := range []scenario.Measure{user, tenant, of("goodput", "", 10*sec, 20*sec), of("amplification", "", 10*sec, 20*sec), load("amplification"), load("attempts")} {
		meters = append(meters, newMeter(m, names))
	}
	l := newLedger(sec, 60*sec, 2, meters)
	for _, e := range []ended{
		{tenant: "small", load: "web", at: 10 * sec, fate: good},
		{tenant: "big", at: 19 * sec, fate: failed},
		{tenant: "big", at: 20 * sec, fate: failed},                   // too late
		{at: 15 * sec, fate: good, inner: true},                       // no user's
		{dependency: 1, tenant: "small", at: 15 * sec, fate: refused}, // of another
		{dependency: 1, at: 15 * sec, fate: good, inner: true},        // neither
		{tenant: "small", at: 9 * sec, fate: degraded},                // too early
	} {
		l.end(e)
	}
	for _, a := range []attempt{{at: 11 * sec, first: true}, {at: 12 * sec}, {at: 13 * sec}, {load: "web", at: 14 * sec, first: true}, {load: "web", at: 14 * sec}, {load: "web", at: 25 * sec}} {
		l.attempt(a)
	}
	l.attempt(attempt{dependency: 1, at: 11 * sec, first: true})
	r := &record{ledger: l}
	for i, want := range []float64{1.0 / 3, 0.5, 2.0 / 3, 2.5, 2, 2} {
		if got, known := meters[i].value(r); !known || got != want {
			t.Errorf("meter %d: %v (%v), want %v", i, got, known, want)
		}
	}
}

func TestOperatorsCompareToAGrain(t *testing.T) {
	for _, c := range []struct {
		op          string
		value, want float64
		holds       bool
	}{
		{">=", 0.95, 0.95, true},
		{">=", 0.1 + 0.2, 0.3, true},
		{"<=", 0.1 + 0.2, 0.3, true},
		{">", 0.1 + 0.2, 0.3, false},
		{"<", 1, 2, true},
		{"<", 2, 2, false},
		{"==", 3, 3, true},
		{"!=", 3, 3, false},
		{"!=", 3, 4, true},
		{">=", 0.94, 0.95, false},
		{"==", 3, 4, false},
	} {
		if holds(c.op, c.value, c.want) != c.holds {
			t.Errorf("%v %s %v is not %v", c.value, c.op, c.want, c.holds)
		}
	}
}

func TestARecoveryNeedsRequestsAndIsOfASecondInALongDay(t *testing.T) {
	r := &record{ledger: newLedger(10*time.Minute, 24*time.Hour, 1, nil), names: []string{"payments"}, end: 24 * time.Hour}
	r.events = []Event{{At: 100 * sec, Kind: "fault"}}
	for i := range 200 {
		f := good
		if i >= 100 && i < 123 {
			f = failed
		}
		r.ledger.end(ended{at: time.Duration(i) * sec, fate: f})
	}
	if got, known := r.recovery(of("recovery", "", 120*sec, 24*time.Hour)); !known || got != 3 {
		t.Errorf("recovery after %v (%v), want 3", got, known)
	}
	if got, known := r.recovery(of("recovery", "", 300*sec, 24*time.Hour)); known {
		t.Errorf("nobody asks, and it recovered after %v", got)
	}
}
