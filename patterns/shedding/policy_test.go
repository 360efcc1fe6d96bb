// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

func TestAPolicyThatIsOffStaysOff(t *testing.T) {
	if p := (Policy{}); p.On() || p.WithDefaults() != p || p.usable() != p || len(p.Validate()) > 0 {
		t.Errorf("%+v %v", p.WithDefaults(), p.Validate())
	}
}

func TestThresholdsAreDefaultsOnlyWhereNoneIsGiven(t *testing.T) {
	rest := Policy{
		Steps: Steps{Normal: DefaultNormalStep, High: DefaultHighStep}, Margin: DefaultMargin,
		HoldFor: DefaultHoldFor, Smoothing: DefaultSmoothing, Every: DefaultEvery,
	}
	all, cpu := rest, rest
	all.CPU, all.Memory, all.RunQueue, all.GC = DefaultCPU, DefaultMemory, DefaultRunQueue, DefaultGC
	cpu.CPU = 0.7
	if got := (Policy{Every: DefaultEvery}).WithDefaults(); got != all {
		t.Errorf("none given: %+v", got)
	}
	if got := (Policy{CPU: 0.7}).WithDefaults(); got != cpu {
		t.Errorf("one given: %+v", got)
	}
	if got := (Policy{CPU: 0.7, Steps: Steps{Normal: 0.9}}).WithDefaults().Steps; got != (Steps{Normal: 0.9, High: 0.9}) {
		t.Errorf("a late step for normal: %+v", got)
	}
	if problems := all.Validate(); len(problems) > 0 || all.usable() != all {
		t.Errorf("the defaults: %v, %+v", problems, all.usable())
	}
}

func TestValidateReportsEverythingAtOnceInWords(t *testing.T) {
	p := Policy{
		CPU: 85, Memory: -0.5, RunQueue: time.Microsecond, GC: 0.6, Steps: Steps{Normal: 0.8, High: 0.5},
		Margin: 0.9, HoldFor: time.Hour, Smoothing: -1, Every: time.Millisecond,
	}
	want := []string{
		"cpu = 8500%: is out of range (accepted: 1% to 100%); write 85% if that is meant; leave it out not to watch the CPU [out-of-range]",
		"memory = -50%: must not be negative (accepted: 1% to 100%); leave it out not to watch memory [negative]",
		"run_queue = 1µs: is out of range (accepted: 100µs to 10s); leave it out not to watch the run queue [out-of-range]",
		"gc = 60%: is out of range (accepted: 1% to 50%); leave it out not to watch the collector [out-of-range]",
		"steps.high = 50%: sheds high work before normal work (accepted: at least normal (80%)); raise high, or lower normal [steps-order]",
		"margin = 90%: is out of range (accepted: 0.1% to 50%); leave it out for 5% [out-of-range]",
		"hold_for = 1h: is out of range (accepted: 10ms to 10m); leave it out for 5s [out-of-range]",
		"smoothing = -1ns: must not be negative (accepted: 1ms to 1m); leave it out for 1s [negative]",
		"every = 1ms: is out of range (accepted: 10ms to 1m); leave it out for 250ms [out-of-range]",
	}
	if got := p.Validate().Error(); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
	short := Policy{HoldFor: 100 * time.Millisecond}.Validate()
	if want := "hold_for = 100ms: is shorter than every (250ms): a level falls after one calm sample; raise hold_for to some samples, or lower every [hold-under-every]"; short.Error() != want || short.Err() != nil {
		t.Errorf("got %q", short)
	}
}

func TestPoliciesAreReadFromTextAsPeopleWriteThem(t *testing.T) {
	const text = `{"cpu": "85%", "memory": "90%", "run_queue": "20ms", "gc": "30%", "steps": {"normal": "50%"}, "hold_for": "10s"}`
	var p Policy
	if problems := plain.Decode([]byte(text), &p); len(problems) > 0 {
		t.Fatal(problems)
	}
	if want := (Policy{CPU: 0.85, Memory: 0.9, RunQueue: 20 * time.Millisecond, GC: 0.3, Steps: Steps{Normal: 0.5}, HoldFor: 10 * time.Second}); p != want {
		t.Errorf("%+v", p)
	}
}

func TestHostileValuesAreMovedIntoTheirRange(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, p := range []Policy{
		{CPU: nan, Memory: nan, GC: nan, Margin: nan, Steps: Steps{Normal: nan, High: nan}},
		{CPU: inf, Memory: inf, GC: inf, Margin: inf, Steps: Steps{Normal: inf, High: inf}, RunQueue: math.MaxInt64, HoldFor: math.MaxInt64, Smoothing: math.MaxInt64, Every: math.MaxInt64},
		{CPU: -inf, Memory: -1, GC: -1, Margin: -1, Steps: Steps{Normal: -1, High: -1}, RunQueue: -1, HoldFor: -1, Smoothing: -1, Every: math.MinInt64},
		{CPU: 1e-300, Margin: 1e-300, Steps: Steps{High: 1e-300}, RunQueue: 1, HoldFor: 1, Smoothing: 1, Every: 1},
	} {
		u := p.usable()
		if problems := u.Validate().Errors(); len(problems) > 0 || !u.On() {
			t.Errorf("%+v becomes %+v: %v", p, u, problems)
		}
		if u.usable() != u {
			t.Errorf("%+v is not usable", u)
		}
	}
}

func TestEntriesRiseWithTheLevelUpToTheFullExtent(t *testing.T) {
	p := Policy{CPU: 0.85, Memory: 1, RunQueue: 20 * time.Millisecond}.WithDefaults()
	for signal, want := range map[Signal][4]float64{
		CPU: {0, 0.85, 0.91, 0.97}, Memory: {0, 1, 1, 1}, RunQueue: {0, 0.02, 0.044, 0.068}, GC: {}, NoSignal: {}, 99: {},
	} {
		for level := AdmitAll; level <= ShedHigh; level++ {
			near(t, signal.String()+" "+level.String(), p.Entry(signal, level), want[level])
		}
	}
}

func TestWordsAreReadAsTheyAreWritten(t *testing.T) {
	type words struct {
		Level  Level
		Signal Signal
	}
	for level := range Level(4) {
		for signal := range Signal(signals) {
			text, err := json.Marshal(words{level, signal})
			if err != nil {
				t.Fatal(err)
			}
			var back words
			if err := json.Unmarshal(text, &back); err != nil || back != (words{level, signal}) {
				t.Errorf("%s: %+v, %v", text, back, err)
			}
		}
	}
	level, signal := ShedHigh, GC
	if err := level.UnmarshalText([]byte("none")); err == nil || level != ShedHigh || err.Error() != `"none" is not a level (accepted: admit-all, shed-sheddable, shed-normal, shed-high)` {
		t.Errorf("%v, %v", err, level)
	}
	if err := signal.UnmarshalText([]byte("disk")); err == nil || signal != GC {
		t.Errorf("%v, %v", err, signal)
	}
	if _, err := Level(4).MarshalText(); err == nil || Level(4).String() != "unknown" || Signal(9).String() != "unknown" {
		t.Errorf("a level without a word: %v", err)
	}
}

func TestEachLevelShedsOnePriorityMore(t *testing.T) {
	order := []fuseboard.Priority{fuseboard.Sheddable, fuseboard.Normal, fuseboard.High, fuseboard.Critical}
	for level := AdmitAll; level <= ShedHigh; level++ {
		if level.Lowest() != order[level] {
			t.Errorf("%v admits %v and above", level, level.Lowest())
		}
		for i, p := range order {
			if level.Admits(p) != (i >= int(level)) {
				t.Errorf("%v admits %v: %v", level, p, level.Admits(p))
			}
			if first, some := LevelThatSheds(p); some && first.Admits(p) || some && !(first-1).Admits(p) || some == (p == fuseboard.Critical) {
				t.Errorf("%v is shed from %v, %v", p, first, some)
			}
		}
	}
	if !AdmitAll.Admits(-100) || ShedSheddable.Admits(-100) || !ShedHigh.Admits(100) || Level(200).Lowest() != fuseboard.Critical {
		t.Error("priorities and levels out of range do not count as the nearest")
	}
}
