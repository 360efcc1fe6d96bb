// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// moment is one step of a history.
type moment struct {
	at     fuseboard.Instant
	wall   time.Time
	sample Sample
}

// replay knows the whole history and judges it anew at every step.
type replay struct {
	when, until Condition
	history     []moment
	on          bool
	changed     int // the moment of the last change; -1: none
}

func (r *replay) step(m moment) bool {
	r.history = append(r.history, m)
	active, last := r.when, len(r.history)-1
	if r.on {
		active = r.until
	}
	from := max(r.changed, 0)
	if r.truth(active.root, from, last) != True || r.changed >= 0 && m.at.Sub(r.history[r.changed].at) < Dwell {
		return false
	}
	r.on, r.changed = !r.on, last
	return true
}

// truth is what the moment i makes of n, when nothing before the moment from counts.
func (r *replay) truth(n *node, from, i int) Truth {
	m := r.history[i]
	switch n.form {
	case all:
		for _, worst := range []Truth{False, Unknown} {
			for _, k := range n.kids {
				if r.truth(k, from, i) == worst {
					return worst
				}
			}
		}
		return True
	case some:
		for _, best := range []Truth{True, Unknown} {
			for _, k := range n.kids {
				if r.truth(k, from, i) == best {
					return best
				}
			}
		}
		return False
	case not:
		return map[Truth]Truth{True: False, False: True, Unknown: Unknown}[r.truth(n.kids[0], from, i)]
	case hold:
		return r.held(n, from, i)
	case clock:
		return truthOf(n.window.contains(m.wall))
	}
	v, known := m.sample.Value(signals[n.signal].Name)
	switch {
	case !known:
		return Unknown
	case n.form == word:
		return truthOf(n.words>>int(v)&1 == 1)
	}
	return truthOf(map[op]bool{above: v > n.level, atLeast: v >= n.level, below: v < n.level, atMost: v <= n.level}[n.op])
}

// held looks back for how long the kid has held without a break.
func (r *replay) held(n *node, from, i int) Truth {
	if now := r.truth(n.kids[0], from, i); now != True {
		return now
	}
	since := r.history[i].at
	for j := i - 1; j >= from; j-- {
		switch r.truth(n.kids[0], from, j) {
		case Unknown:
			continue
		case True:
			if since.Sub(r.history[j].at) <= Gap {
				since = r.history[j].at
				continue
			}
		case False:
		}
		break
	}
	return truthOf(r.history[i].at.Sub(since) >= n.hold)
}

// someCondition draws a condition of few signals and thresholds, so that its parts meet.
func someCondition(t *rapid.T, depth int) string {
	leaf := rapid.SampledFrom([]string{
		"cpu > 80%", "cpu > 60%", "cpu < 80%", "cpu <= 60%", "memory >= 80%", "memory < 60%",
		"circuit is open", "circuit is not closed", "time 22:00-22:01", "weekday sat", "time 21:59-23:00 Europe/Berlin",
	})
	if depth == 0 {
		text := leaf.Draw(t, "leaf")
		if text[0] != 't' && text[0] != 'w' && rapid.Bool().Draw(t, "held") {
			text += rapid.SampledFrom([]string{" for 100ms", " for 1s", " for 2s", " for 5s"}).Draw(t, "for")
		}
		return text
	}
	inner := func() string { return someCondition(t, depth-1) }
	switch rapid.IntRange(0, 4).Draw(t, "form") {
	case 0:
		return fmt.Sprintf("(%s) and (%s)", inner(), inner())
	case 1:
		return fmt.Sprintf("(%s) or (%s)", inner(), inner())
	case 2:
		return fmt.Sprintf("not (%s)", inner())
	case 3:
		return fmt.Sprintf("(%s or cpu > 80%%) for 3s", inner())
	}
	return inner()
}

func someRule(t *rapid.T) (when, until Condition) {
	when = MustParse(someCondition(t, rapid.IntRange(0, 2).Draw(t, "depth")))
	if rapid.Bool().Draw(t, "until") {
		until = MustParse(someCondition(t, rapid.IntRange(0, 2).Draw(t, "depth")))
	}
	return when, until
}

func someSample(t *rapid.T) (s Sample) {
	share := rapid.SampledFrom([]float64{-1, 0.5, 0.6, 0.7, 0.8, 0.9})
	s = s.with(cpu, share.Draw(t, "cpu")).with(memory, share.Draw(t, "memory"))
	return s.with(circuit, float64(rapid.IntRange(-1, 3).Draw(t, "circuit")))
}

var someTimes = rapid.SampledFrom([]time.Duration{
	0, 100 * time.Millisecond, 500 * time.Millisecond, time.Second, time.Second, time.Second,
	2 * time.Second, Gap, Gap + 1, 10 * time.Second, time.Minute,
})

// later is the moment after a while, with a new sample or the same.
func (m moment) later(t *rapid.T) moment {
	gone := someTimes.Draw(t, "gone")
	m.at, m.wall = m.at.Add(gone), m.wall.Add(gone)
	if rapid.IntRange(0, 2).Draw(t, "new") > 0 {
		m.sample = someSample(t)
	}
	return m
}

// friday is shortly before 22:00, and before a Saturday, in one zone or the other.
func friday(t *rapid.T) moment {
	hour := rapid.SampledFrom([]int{19, 20, 21, 23}).Draw(t, "hour")
	return moment{at: 5, wall: time.Date(2026, 7, 24, hour, 59, 50, 0, time.UTC)}
}

func TestAMachineDoesWhatANaiveReplayOfHistoryDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		when, until := someRule(t)
		m, err := NewMachine(when, until)
		if err != nil {
			t.Fatal(err)
		}
		r := &replay{when: m.When(), until: m.Until(), changed: -1}
		at := friday(t)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			at = at.later(t)
			if got, want := m.Step(at.at, at.wall, at.sample), r.step(at); got != want || m.On() != r.on {
				t.Fatalf("when %s until %s, at %v with %s: changed %v, the replay %v; on: %v, %v", m.When(), m.Until(), at.at, at.sample, got, want, m.On(), r.on)
			}
			if r.changed >= 0 && m.Since() != r.history[r.changed].at || m.Why() == "" {
				t.Fatalf("since %d: %q", m.Since(), m.Why())
			}
		}
	})
}

func TestNothingChangesBeforeNextWhileTheSampleStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, err := NewMachine(someRule(t))
		if err != nil {
			t.Fatal(err)
		}
		at := friday(t)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			at = at.later(t)
			m.Step(at.at, at.wall, at.sample)
		}
		next, changes := m.Next()
		for range 200 {
			gone := time.Duration(rapid.Int64Range(1, int64(Gap)).Draw(t, "gone"))
			at.at, at.wall = at.at.Add(gone), at.wall.Add(gone)
			if changes && at.at >= next {
				return
			}
			if m.Step(at.at, at.wall, at.sample) {
				t.Fatalf("when %s until %s: changed at %d, and next is %d, %v", m.When(), m.Until(), at.at, next, changes)
			}
		}
	})
}

// Each state lasts as long as what ends it must have held, whatever happens.
func TestNoMachineFlapsFasterThanItsFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		long := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second}
		on, off := rapid.SampledFrom(long).Draw(t, "when"), rapid.SampledFrom(long).Draw(t, "until")
		write := func(text string, d time.Duration) Condition {
			if d > 0 {
				text += " for " + d.String()
			}
			return MustParse(text)
		}
		m, err := NewMachine(write("cpu > 60%", on), write("cpu < 90%", off)) // both may hold
		if err != nil {
			t.Fatal(err)
		}
		at := friday(t)
		began := at.at
		for range 60 {
			if at = at.later(t); !m.Step(at.at, at.wall, at.sample) {
				continue
			}
			lasted, least := at.at.Sub(began), max(on, Dwell)
			if !m.On() {
				least = max(off, Dwell)
			}
			if began != 5 && lasted < least {
				t.Fatalf("a state lasted %s, less than %s", lasted, least)
			}
			began = at.at
		}
	})
}
