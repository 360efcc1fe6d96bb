// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"errors"
	"math"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// wantValues compares what a sample knows of some signals; a negative value is unknown.
func wantValues(t *testing.T, s Sample, want map[string]float64) {
	t.Helper()
	for name, v := range want {
		got, known := s.Value(name)
		if v < 0 && known || v >= 0 && (!known || math.Abs(got-v) > 1e-9) {
			t.Errorf("%s is %v, %v; want %v", name, got, known, v)
		}
	}
}

// after is the guard's numbers at a second, of a steady load.
func after(second uint64) actors.Stats {
	s := actors.Stats{PolicyVersion: 1, Calls: 50 * second, Attempts: 45 * second, Successes: 30 * second, Failures: 10 * second, State: actors.Ramping}
	s.Rejected.Rate = 5 * second
	s.Amplification.Ratio = 1.5
	s.Gate.InUse, s.Gate.Limit, s.Gate.Waiting, s.Gate.Queue = 3, 4, 2, 8
	return s
}

func instantOf(second uint64) fuseboard.Instant {
	return fuseboard.Instant(0).Add(time.Duration(second) * time.Second) //nolint:gosec // small
}

func TestAMeterTurnsCountersIntoRatesOfItsWindow(t *testing.T) {
	m := NewMeter()
	wantValues(t, m.Read(instantOf(100), after(100)), map[string]float64{
		"circuit": 3, "in_flight": 0.75, "queue": 0.25, "amplification": 1.5,
		"failure_rate": -1, "rejection_rate": -1, "calls_per_second": -1, "latency_p50": -1, "cpu": -1,
	})
	steady := map[string]float64{"failure_rate": 0.25, "rejection_rate": 0.1, "calls_per_second": 50}
	for s := uint64(101); s < 150; s++ {
		wantValues(t, m.Read(instantOf(s), after(s)), steady)
	}
	more := after(150) // of a burst each second takes a tenth, and forgets it after the window
	more.Calls += 1000
	wantValues(t, m.Read(instantOf(150), more), map[string]float64{"calls_per_second": 150})
	for s := uint64(151); s < 161; s++ {
		later := after(s)
		later.Calls += 1000
		want := 150.0
		if s == 160 {
			want = 50
		}
		wantValues(t, m.Read(instantOf(s), later), map[string]float64{"calls_per_second": want})
	}
	if len(m.marks) > 11 {
		t.Errorf("%d marks", len(m.marks))
	}
}

func TestAMeterBeginsAgainWhereCountersFall(t *testing.T) {
	for name, fall := range map[string]func(*actors.Stats){
		"calls": func(s *actors.Stats) { s.Calls = 0 }, "failures": func(s *actors.Stats) { s.Failures = 0 },
		"successes": func(s *actors.Stats) { s.Successes = 0 }, "attempts": func(s *actors.Stats) { s.Attempts = 0 },
		"rejected": func(s *actors.Stats) { s.Rejected = actors.Rejected{} },
	} {
		m := NewMeter()
		m.Read(instantOf(100), after(100))
		m.Read(instantOf(101), after(101))
		other := after(102)
		fall(&other)
		unknown := map[string]float64{"failure_rate": -1, "rejection_rate": -1, "calls_per_second": -1}
		if wantValues(t, m.Read(instantOf(102), other), unknown); t.Failed() {
			t.Fatal(name)
		}
	}
}

func TestAMeterKnowsNoRatesAfterAGapAndOfTooFewCalls(t *testing.T) {
	m := NewMeter()
	m.Read(instantOf(100), after(100))
	wantValues(t, m.Read(instantOf(110), after(110)), map[string]float64{"calls_per_second": 50})
	wantValues(t, m.Read(instantOf(121), after(121)), map[string]float64{"calls_per_second": -1, "failure_rate": -1, "in_flight": 0.75})
	few := after(122)
	early := instantOf(121).Add(Period - 1)
	wantValues(t, m.Read(early, few), map[string]float64{"calls_per_second": -1, "failure_rate": -1, "rejection_rate": -1})
	few = after(121)
	few.Calls += 9
	few.Failures += 9
	m = NewMeter()
	m.Read(instantOf(121), after(121))
	wantValues(t, m.Read(instantOf(122), few), map[string]float64{"calls_per_second": 9, "failure_rate": -1, "rejection_rate": -1})
	few.Calls++
	few.Failures++
	wantValues(t, m.Read(instantOf(122), few), map[string]float64{"calls_per_second": 10, "failure_rate": 1, "rejection_rate": 0})
}

func TestAnEarlierReadingTellsNothingNew(t *testing.T) {
	m := NewMeter()
	m.Read(instantOf(100), after(100))
	was := m.Read(instantOf(102), after(102))
	if got := m.Read(instantOf(101), after(500)); got != was {
		t.Errorf("%s", got)
	}
	wantValues(t, m.Read(instantOf(103), after(103)), map[string]float64{"calls_per_second": 50})
}

func TestAManyReadingsTakeABoundedMemory(t *testing.T) {
	m := NewMeter(MustParse("latency_p99 > 1s"))
	for i := range uint64(5000) {
		s := after(100 + i/100)
		m.Read(fuseboard.Instant(0).Add(100*time.Second+time.Duration(i)*10*time.Millisecond), s)
		if len(m.marks) > 17 {
			t.Fatalf("%d marks", len(m.marks))
		}
	}
}

func TestWhatHasNoLimitIsNotUsedAndNoGuardIsNotKnown(t *testing.T) {
	wantValues(t, NewMeter().Read(5, actors.Stats{PolicyVersion: 1, Amplification: actors.Amplification{Ratio: 1}}), map[string]float64{
		"in_flight": 0, "queue": 0, "amplification": 1, "circuit": 0,
	})
	if got := NewMeter().Read(5, actors.Stats{}); got != (Sample{}) {
		t.Error(got)
	}
	if got := NewMeter().ReadKeys(5, actors.KeyringStats{}); got != (Sample{}) {
		t.Error(got)
	}
	m := NewMeter()
	keys := func(s uint64) actors.KeyringStats {
		all := after(s)
		return actors.KeyringStats{
			PolicyVersion: 1, Calls: all.Calls, Attempts: all.Attempts, Successes: all.Successes, Failures: all.Failures, Rejected: all.Rejected,
			Gate: all.Gate, Amplification: all.Amplification,
		}
	}
	m.ReadKeys(instantOf(100), keys(100))
	wantValues(t, m.ReadKeys(instantOf(101), keys(101)), map[string]float64{
		"failure_rate": 0.25, "rejection_rate": 0.1, "calls_per_second": 50, "in_flight": 0.75, "queue": 0.25, "amplification": 1.5, "circuit": -1,
	})
}

// A section that refuses calls must not be forgotten when it comes.
func TestEverySectionThatRefusesCounts(t *testing.T) {
	for i := range reflect.TypeFor[actors.Rejected]().NumField() {
		var r actors.Rejected
		reflect.ValueOf(&r).Elem().Field(i).SetUint(7)
		if refused(r) != 7 {
			t.Errorf("%+v counts %d", r, refused(r))
		}
	}
}

func TestTheWordsOfTheTableAreThoseOfTheStates(t *testing.T) {
	for i, w := range stateWords {
		if got := actors.State(i).String(); got != w { //nolint:gosec // four
			t.Errorf("%s is %s", got, w)
		}
	}
	if actors.State(len(stateWords)).String() != "unknown" { //nolint:gosec // four
		t.Error("there is a state more")
	}
}

// A real guard, one call after the other: half of them fail, and take their time.
func TestAMeterReadsARealGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, err := actors.Start(actors.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sys.Shutdown(context.Background()) }()
		ref, err := actors.Spawn(sys, "payments", func(_ context.Context, n int) (int, error) {
			if n%2 == 0 {
				time.Sleep(100 * time.Millisecond)
				return 0, errors.New("no")
			}
			time.Sleep(10 * time.Millisecond)
			return n, nil
		}, actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 4}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		m, s := NewMeter(MustParse("latency_p99 > 800ms")), Sample{}
		for second := range 30 {
			for n := range 8 {
				_, _ = ref.Call(t.Context(), n)
			}
			time.Sleep(time.Until(start.Add(time.Duration(second+1) * time.Second)))
			s = m.Read(instantOf(uint64(second)), ref.Stats()) //nolint:gosec // small
		}
		wantValues(t, s, map[string]float64{"failure_rate": 0.5, "rejection_rate": 0, "calls_per_second": 8, "circuit": 0, "in_flight": 0, "amplification": 1})
		p50, _ := s.Value("latency_p50")
		p99, known := s.Value("latency_p99")
		if p50 < 0.0078 || p50 > 0.0128 || p99 < 0.078 || p99 > 0.128 || !known {
			t.Errorf("%s", s)
		}
		if whole := ref.Stats().AttemptLatency; whole.Quantile(0.99) != duration(p99) { // the load is steady
			t.Errorf("%s, in all %s", duration(p99), whole)
		}
	})
}
