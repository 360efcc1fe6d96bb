// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// drawPolicy draws any policy that is on, sensible or not.
func drawPolicy(t *rapid.T) Policy {
	rate := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0.01, 1), rapid.Float64())
	span := rapid.OneOf(rapid.Just(time.Duration(0)), rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(1, int64(20*time.Second)).Draw(t, "ns"))
	}), rapid.SampledFrom([]time.Duration{math.MinInt64, -1, math.MaxInt64}))
	p := Policy{
		CPU: rate.Draw(t, "cpu"), Memory: rate.Draw(t, "memory"), GC: rate.Draw(t, "gc"), RunQueue: span.Draw(t, "run_queue"),
		Steps:  Steps{Normal: rate.Draw(t, "normal"), High: rate.Draw(t, "high")},
		Margin: rate.Draw(t, "margin"), HoldFor: span.Draw(t, "hold_for"), Smoothing: span.Draw(t, "smoothing"), Every: span.Draw(t, "every"),
	}
	if !p.On() {
		p.CPU = 0.8
	}
	return p
}

func drawShare(t *rapid.T, name string) float64 {
	return rapid.OneOf(rapid.Float64Range(0, 1.2), rapid.Just(-1.0), rapid.Just(math.NaN()), rapid.Float64()).Draw(t, name)
}

func drawSignals(t *rapid.T) Signals {
	return Signals{
		CPU: drawShare(t, "cpu"), Memory: drawShare(t, "memory"), GC: drawShare(t, "gc"),
		RunQueue: time.Duration(rapid.OneOf(rapid.Int64Range(-1, int64(200*time.Millisecond)), rapid.Int64()).Draw(t, "wait")),
	}
}

// drawMore draws signals that are all at least those of s; what is known in s is known.
func drawMore(t *rapid.T, s Signals) Signals {
	more := drawSignals(t)
	for _, v := range []struct{ to, from *float64 }{{&more.CPU, &s.CPU}, {&more.Memory, &s.Memory}, {&more.GC, &s.GC}} {
		if math.IsNaN(*v.to) || *v.to < *v.from {
			*v.to = *v.from
		}
	}
	more.RunQueue = max(more.RunQueue, s.RunQueue)
	return more
}

func drawGap(t *rapid.T) time.Duration {
	return time.Duration(rapid.OneOf(rapid.Int64Range(0, int64(time.Second)), rapid.Int64Range(0, int64(time.Minute))).Draw(t, "gap"))
}

func TestMorePressureNeverAdmitsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, now := drawPolicy(t), fuseboard.Instant(0)
		var less, more State
		for range rapid.IntRange(1, 60).Draw(t, "readings") {
			now = now.Add(drawGap(t))
			in := drawSignals(t)
			once := less.Next(now, drawMore(t, in), p)
			more = more.Next(now, drawMore(t, in), p)
			less = less.Next(now, in, p)
			if once.Level < less.Level {
				t.Fatalf("one reading of more pressure: %v instead of %v", once.Level, less.Level)
			}
			if more.Level < less.Level {
				t.Fatalf("a history of more pressure: %v instead of %v", more.Level, less.Level)
			}
		}
	})
}

func TestALevelFallsByOneAndNeverTwiceWithinHoldFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, now := drawPolicy(t), fuseboard.Instant(0)
		hold := p.usable().HoldFor
		var s State
		changed := fuseboard.Instant(0)
		for range rapid.IntRange(1, 80).Draw(t, "readings") {
			now = now.Add(drawGap(t))
			next := s.Next(now, drawSignals(t), p)
			if next.Level < s.Level && (s.Level-next.Level != 1 || now.Sub(changed) < hold) {
				t.Fatalf("from %v to %v, %v after the last change, with hold_for %v", s.Level, next.Level, now.Sub(changed), hold)
			}
			if next.Level != s.Level {
				changed = now
			}
			if next.Since != changed || next.At != now {
				t.Fatalf("since %v at %v, want %v at %v", next.Since, next.At, changed, now)
			}
			s = next
		}
	})
}

func TestWhatIsNotKnownOrNotWatchedNeverSheds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, now := drawPolicy(t), fuseboard.Instant(0)
		watched := p.usable()
		var s State
		for range rapid.IntRange(1, 40).Draw(t, "readings") {
			now = now.Add(drawGap(t))
			in := drawSignals(t)
			for signal, hide := range map[Signal]func(){
				CPU: func() { in.CPU = -1 }, Memory: func() { in.Memory = math.NaN() },
				RunQueue: func() { in.RunQueue = -1 }, GC: func() { in.GC = math.Inf(-1) },
			} {
				if watched.Entry(signal, ShedSheddable) > 0 {
					hide()
				}
			}
			if s = s.Next(now, in, p); s.Level != AdmitAll {
				t.Fatalf("%+v: %s", in, s.Why())
			}
		}
	})
}

// naive judges from the whole history each time.
type naive struct {
	policy  Policy
	at      []fuseboard.Instant
	average []map[Signal]float64
	levels  []Level
}

func (n *naive) reading(now fuseboard.Instant, in Signals) Level {
	gap := n.policy.Every
	before := map[Signal]float64{}
	if last := len(n.at) - 1; last >= 0 {
		gap, before = now.Sub(n.at[last]), n.average[last]
	}
	weight := -math.Expm1(-float64(gap) / float64(time.Second) / (float64(n.policy.Smoothing) / float64(time.Second)))
	average := map[Signal]float64{}
	for signal, v := range map[Signal]float64{CPU: in.CPU, Memory: in.Memory, RunQueue: in.RunQueue.Seconds(), GC: in.GC} {
		switch {
		case math.IsNaN(v) || v < 0: // not known
		case signal == Memory:
			average[signal] = v
		case signal == RunQueue:
			average[signal] = (1-weight)*before[signal] + weight*min(v, mostWait*max(n.policy.RunQueue, leastRunQueue).Seconds())
		default:
			average[signal] = (1-weight)*before[signal] + weight*min(v, 1.5)
		}
	}
	n.at, n.average = append(n.at, now), append(n.average, average)
	n.levels = append(n.levels, n.level(now))
	return n.levels[len(n.levels)-1]
}

// reached reports whether the averages of a reading are at the level's entry, times a factor.
func (n *naive) reached(i int, level Level, factor float64) bool {
	for signal, v := range n.average[i] {
		entry := n.policy.Entry(signal, level)
		if entry > 0 && v >= entry*factor {
			return true
		}
	}
	return false
}

func (n *naive) level(now fuseboard.Instant) Level {
	last := len(n.at) - 1
	before := AdmitAll
	if last > 0 {
		before = n.levels[last-1]
	}
	for level := ShedHigh; level > before; level-- {
		if n.reached(last, level, 1) {
			return level
		}
	}
	if before == AdmitAll || n.reached(last, before, 1-n.policy.Margin) {
		return before
	}
	for i := last - 1; i >= 0; i-- { // back to the last reading that was not calm, or that came to this level
		if n.levels[i] != before {
			break
		}
		if n.reached(i, before, 1-n.policy.Margin) || i == 0 || n.levels[i-1] != before {
			if now.Sub(n.at[i]) >= n.policy.HoldFor {
				return before - 1
			}
			break
		}
	}
	return before
}

func TestLevelsFollowTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, now := drawPolicy(t), fuseboard.Instant(0)
		model := &naive{policy: p.usable()}
		var s State
		for range rapid.IntRange(1, 80).Draw(t, "readings") {
			now = now.Add(drawGap(t))
			in := drawSignals(t)
			s = s.Next(now, in, p)
			if want := model.reading(now, in); s.Level != want {
				t.Fatalf("%v, want %v: %s", s.Level, want, s.Why())
			}
		}
	})
}
