// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// history is a state that gets a reading each quarter of a second.
type history struct {
	t      *testing.T
	policy Policy
	state  State
	now    fuseboard.Instant
}

func (h *history) read(in Signals) {
	h.now = h.now.Add(250 * time.Millisecond)
	h.state = h.state.Next(h.now, in, h.policy)
}

// until gives readings until the level is in force, and returns for how long.
func (h *history) until(level Level, in Signals) time.Duration {
	h.t.Helper()
	began := h.now
	for h.state.Level != level {
		if h.now.Sub(began) > 5*time.Minute {
			h.t.Fatalf("%v never comes: %v, %s", level, h.state.Level, h.state.Why())
		}
		h.read(in)
	}
	return h.now.Sub(began)
}

func (h *history) says(want string) {
	h.t.Helper()
	if got := h.state.Level.String() + ": " + h.state.Why(); got != want {
		h.t.Errorf("got %q, want %q", got, want)
	}
}

func TestOneBurstDoesNotShedAndALastingOneDoes(t *testing.T) {
	h := &history{t: t, policy: Policy{CPU: 0.85}}
	h.says("admit-all: nothing has been read yet")
	h.read(Signals{CPU: 1}) // at the very start
	h.says("admit-all: no signal is at its threshold")
	for range 60 {
		h.read(Signals{CPU: 0.6})
	}
	h.read(Signals{CPU: 1.5})
	h.read(Signals{CPU: 0.6})
	h.says("admit-all: no signal is at its threshold")
	if took := h.until(ShedSheddable, Signals{CPU: 1}); took < 500*time.Millisecond || took > 2*time.Second {
		t.Errorf("a lasting load sheds after %v", took)
	}
	h.until(ShedHigh, Signals{CPU: 1})
	h.says("shed-high: cpu 97.4% is at or over 97%")
}

func TestOneWildWaitDoesNotShed(t *testing.T) {
	h := &history{t: t, policy: Policy{RunQueue: 20 * time.Millisecond, GC: 0.3}}
	h.read(Signals{RunQueue: time.Hour, GC: 1})
	h.says("admit-all: no signal is at its threshold")
}

func TestMemoryShedsAtOnce(t *testing.T) {
	h := &history{t: t, policy: Policy{Memory: 0.9}}
	h.read(Signals{Memory: 0.985})
	h.says("shed-high: memory 98.5% is at or over 98%")
}

func TestWhatIsShedLastIsAdmittedFirst(t *testing.T) {
	h := &history{t: t, policy: Policy{RunQueue: 20 * time.Millisecond}}
	h.until(ShedHigh, Signals{RunQueue: time.Second})
	h.says("shed-high: run_queue 68.36ms is at or over 68ms") // a wild value counts as 4.4 times the threshold
	for range 60 {
		h.read(Signals{RunQueue: time.Hour})
	}
	for _, level := range []Level{ShedNormal, ShedSheddable, AdmitAll} {
		if took := h.until(level, Signals{}); took < DefaultHoldFor {
			t.Errorf("%v comes %v after the level above it", level, took)
		}
	}
	h.says("admit-all: no signal is at its threshold")
}

func TestAnAreaBetweenEntryAndMarginKeepsTheLevel(t *testing.T) {
	h := &history{t: t, policy: Policy{CPU: 0.8, Margin: 0.1, Smoothing: time.Millisecond}}
	h.read(Signals{CPU: 0.8})
	h.says("shed-sheddable: cpu 80% is at or over 80%")
	for range 100 {
		h.read(Signals{CPU: 0.73})
	}
	h.says("shed-sheddable: cpu 73% is not yet below 72%")
	for range 8 {
		h.read(Signals{CPU: 0.71})
	}
	h.says("shed-sheddable: cpu was 73% 2s ago, and all is calm since")
	h.read(Signals{CPU: 0.73})
	if took := h.until(AdmitAll, Signals{CPU: 0.71}); took != DefaultHoldFor {
		t.Errorf("after one reading that was not calm it takes %v", took)
	}
}

func TestTheSignalFurthestOverItsEntryIsNamed(t *testing.T) {
	h := &history{t: t, policy: Policy{CPU: 0.85, Memory: 0.9, GC: 0.3}}
	for range 60 {
		h.read(Signals{CPU: 0.86, GC: 0.37, Memory: 0.91})
	}
	h.says("shed-sheddable: gc 37% is at or over 30%")
}

func TestASignalThatIsNotKnownAnyMoreLetsTheLevelGo(t *testing.T) {
	h := &history{t: t, policy: Policy{CPU: 0.85}}
	h.until(ShedSheddable, Signals{CPU: 0.9})
	if took := h.until(AdmitAll, NotKnown("")); took != DefaultHoldFor {
		t.Errorf("it takes %v", took)
	}
	h.read(Signals{CPU: 1}) // its average begins anew
	h.says("admit-all: no signal is at its threshold")
}

func TestRetryAfterIsWhenThePriorityMayBeAdmittedAtTheEarliest(t *testing.T) {
	h := &history{t: t, policy: Policy{Memory: 0.9}}
	h.read(Signals{Memory: 0.99})
	want := map[fuseboard.Priority]time.Duration{
		fuseboard.Sheddable: 3 * DefaultHoldFor, fuseboard.Normal: 2 * DefaultHoldFor, fuseboard.High: DefaultHoldFor, fuseboard.Critical: 0,
	}
	if late := h.now.Add(time.Minute); h.state.RetryAfter(fuseboard.High, late, h.policy) != 0 || h.state.RetryAfter(fuseboard.Normal, late, h.policy) != DefaultHoldFor {
		t.Errorf("long after the last reading: %v", h.state.RetryAfter(fuseboard.Normal, late, h.policy))
	}
	began := h.now
	for p, d := range want {
		if got := h.state.RetryAfter(p, h.now, h.policy); got != d {
			t.Errorf("%v: %v, want %v", p, got, d)
		}
	}
	for _, p := range []fuseboard.Priority{fuseboard.High, fuseboard.Normal, fuseboard.Sheddable} {
		for !h.state.Level.Admits(p) {
			h.read(Signals{})
		}
		if took := h.now.Sub(began); took != want[p] {
			t.Errorf("%v is admitted after %v, and was told %v", p, took, want[p])
		}
	}
}

func TestATimeThatGoesBackChangesNothing(t *testing.T) {
	h := &history{t: t, policy: Policy{CPU: 0.85}}
	h.until(ShedSheddable, Signals{CPU: 1})
	before := h.state
	after := before.Next(0, Signals{CPU: 0}, h.policy)
	if after.Level != before.Level || after.At != before.At || after.Smoothed(CPU) != before.Smoothed(CPU) {
		t.Errorf("%+v after %+v", after, before)
	}
}

func TestSmoothedIsUnknownBeforeTheFirstReadingAndForWhatIsNoSignal(t *testing.T) {
	var s State
	for _, signal := range []Signal{NoSignal, CPU, GC, GC + 1, 255} {
		if v := s.Smoothed(signal); v != Unknown {
			t.Errorf("%v: %v", signal, v)
		}
	}
	s = s.Next(1, Signals{Memory: 0.5, CPU: math.NaN()}, Policy{Memory: 1})
	if s.Smoothed(Memory) != 0.5 || s.Smoothed(CPU) != Unknown || s.Smoothed(NoSignal) != Unknown || s.Signals.Of(99) != Unknown {
		t.Errorf("%+v", s)
	}
}

func TestARefusalSaysWhoIsShedWhyAndUntilWhen(t *testing.T) {
	s := NewSampler(Policy{Memory: 0.9}, nil, func(fuseboard.Instant) Signals { return Signals{Memory: 0.95} })
	s.Sample(0)
	err := s.View().Refuse(fuseboard.Normal, fuseboard.Instant(time.Second))
	if err == nil || s.View().Refuse(fuseboard.High, 0) != nil {
		t.Fatalf("normal work gets %v", err)
	}
	if want := "normal work is shed: memory 95% is at or over 94%; again in 4s at the earliest"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	var rejection fuseboard.Rejection
	if !errors.Is(err, ErrShed) || !errors.As(err, &rejection) || rejection.RejectedBy() != "shedding" || rejection.RetryAfter() != 4*time.Second {
		t.Errorf("%#v", err)
	}
	s.source = func(fuseboard.Instant) Signals { return Signals{} }
	s.Sample(fuseboard.Instant(6 * time.Second))
	if err, want := s.View().Refuse(fuseboard.Sheddable, fuseboard.Instant(7*time.Second)), "sheddable work is shed: memory was 95% 6s ago, and all is calm since; again in 4s at the earliest"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	s.source = func(fuseboard.Instant) Signals { return Signals{Memory: 0.95} }
	s.Sample(fuseboard.Instant(8 * time.Second))
	view := s.View().String()
	if want := "shed-normal: memory 95% is at or over 94%\nmemory 95% (smoothed 95%): sheds sheddable from 90%, normal from 94%, high from 98%"; view != want {
		t.Errorf("got %q, want %q", view, want)
	}
	if !strings.Contains(NewSampler(Policy{RunQueue: time.Second}, nil, nil).View().String(), "run_queue not known (smoothed not known): sheds sheddable from 1s") {
		t.Errorf("a sampler that has read nothing says %q", view)
	}
}
