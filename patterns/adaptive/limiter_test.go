// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// naive is a limiter that keeps every sample in a list.
type naive struct {
	policy          Policy
	algorithm       Algorithm
	samples         []sample
	started         bool
	begin, end, cut time.Duration
	stale, opened   time.Duration
	limit, atCut    int
}

func naively(p Policy) *naive {
	p = p.clamped()
	return &naive{policy: p, algorithm: NewAlgorithm(p), begin: math.MinInt64, cut: math.MinInt64, limit: p.Initial, atCut: p.Initial}
}

func (n *naive) sample(s sample) (limit int, moved bool) {
	if s.end >= n.begin && s.end-s.took >= n.cut {
		n.samples = append(n.samples, s)
	}
	switch {
	case !n.started:
		n.started, n.opened, n.end, n.stale = true, s.end, s.end+n.policy.Window, s.end+10*n.policy.Window
	case s.end >= n.end:
		return n.over(s.end)
	}
	return n.limit, false
}

func (n *naive) over(now time.Duration) (limit int, moved bool) {
	var w Window
	for _, s := range n.samples {
		note(&w, s.took, s.inFlight, s.dropped)
	}
	few := len(n.samples) < n.policy.MinSamples
	d, doubts := n.algorithm.(doubter)
	if now < n.stale && (few || doubts && d.unsure(w)) {
		n.end = now + n.policy.Window
		return n.limit, false
	}
	if few {
		w = Window{}
	}
	n.samples = nil
	if w.InFlight == 0 && now > n.opened {
		w.InFlight = int(math.Round(w.Took.Seconds() / (now - n.opened).Seconds()))
	}
	m := n.algorithm.Next(w)
	moved, n.limit = m.Limit != n.limit, m.Limit
	n.begin = now
	if m.Reason == Probing || m.Reason == Probed || 8*max(n.limit-n.atCut, n.atCut-n.limit) >= n.atCut {
		n.begin += min(4*w.Mean(), time.Minute)
		n.cut, n.atCut = now, n.limit
	}
	length := max(n.policy.Window, min(2*w.Mean(), time.Minute))
	n.opened, n.end, n.stale = n.begin, n.begin+length, n.begin+10*length
	return n.limit, moved
}

func TestLimiterAgreesWithTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{
			Kind: Kind(rapid.IntRange(0, 2).Draw(t, "kind")), Min: rapid.IntRange(1, 5).Draw(t, "min"), Max: 60,
			Window: 100 * time.Millisecond, MinSamples: rapid.IntRange(1, 12).Draw(t, "samples"), Probe: rapid.IntRange(1, 5).Draw(t, "probe"),
		}
		l, n := New(p), naively(p)
		now := time.Second
		spread := rapid.IntRange(0, 200).Draw(t, "spread")
		unknown := rapid.Bool().Draw(t, "unknown")
		for i := range rapid.IntRange(1, 400).Draw(t, "calls") {
			if i == spread {
				l.lanes.spread()
			}
			now += time.Duration(rapid.IntRange(0, 30).Draw(t, "later")) * time.Millisecond
			s := sample{
				end: now - time.Duration(rapid.IntRange(0, 5).Draw(t, "late"))*time.Millisecond, took: time.Duration(rapid.IntRange(0, 300).Draw(t, "took")) * time.Millisecond,
				inFlight: rapid.IntRange(1, 70).Draw(t, "inside"), dropped: rapid.IntRange(0, 30).Draw(t, "dropped") == 0,
			}
			if unknown {
				s.inFlight = 0
			}
			limit, moved := l.Sample(rapid.IntRange(-1, 8).Draw(t, "lane"), fuseboard.Instant(s.end), s.took, s.inFlight, s.dropped)
			if wantLimit, wantMoved := n.sample(s); limit != wantLimit || moved != wantMoved {
				t.Fatalf("sample %d: limit %d, moved %t; the model says %d, %t", i, limit, moved, wantLimit, wantMoved)
			}
		}
	})
}

// tell gives a limiter a window's worth of samples, and one that ends it. It returns when.
func tell(l *Limiter, now fuseboard.Instant, n int, took time.Duration, inFlight int) fuseboard.Instant {
	windows := l.View(now).Windows
	for i := 0; l.View(now).Windows == windows && i < 100*n; i++ {
		now = now.Add(time.Second / time.Duration(n))
		l.Sample(-1, now, took, inFlight, false)
	}
	return now
}

func TestSamplesThatEndedBeforeTheWindowDoNotCount(t *testing.T) {
	l := New(Policy{Min: 4})
	now := tell(l, 0, 20, 10*time.Millisecond, 20)
	l.Sample(-1, now.Add(-time.Millisecond), time.Hour, 9999, true) // told of too late
	now = tell(l, now, 20, 10*time.Millisecond, 20)
	if v := l.View(now); v.Recent != 10*time.Millisecond || v.Drops != 0 || v.InFlight != 20 {
		t.Errorf("%+v", v)
	}
}

func TestSamplesFromBeforeAChangeOfTheLimitDoNotCount(t *testing.T) {
	l := New(Policy{Kind: KindVegas, Min: 4})
	now := tell(l, 0, 20, 10*time.Millisecond, 20)
	before := now
	now = tell(l, now, 20, 10*time.Millisecond, 20) // grows from 20 to 26
	if l.Limit() != 26 {
		t.Fatalf("limit %d", l.Limit())
	}
	changed := now
	for range 15 {
		now = now.Add(50 * time.Millisecond)
		l.Sample(-1, now, now.Sub(before), 20, false) // began before the change
	}
	now = tell(l, now, 20, 10*time.Millisecond, 20)
	if v := l.View(now); v.Recent != 10*time.Millisecond {
		t.Errorf("%+v, changed at %d", v, changed)
	}
}

// meanwhile is an algorithm during whose work something happens.
type meanwhile struct {
	Algorithm
	happens func()
}

func (m meanwhile) Next(w Window) Move {
	m.happens()
	return m.Algorithm.Next(w)
}

func TestSamplesToldOfWhileTheLimitChangesDoNotCount(t *testing.T) {
	l := New(Policy{Kind: KindVegas, Min: 4})
	now := tell(l, 0, 20, 10*time.Millisecond, 20)
	end := fuseboard.Instant(l.end.Load())
	l.algorithm = meanwhile{l.algorithm, func() { l.Sample(-1, end, 10*time.Millisecond, 9999, true) }}
	now = tell(l, now, 20, 10*time.Millisecond, 20)
	l.algorithm = l.algorithm.(meanwhile).Algorithm
	if l.Limit() != 26 {
		t.Fatalf("limit %d", l.Limit())
	}
	now = tell(l, now, 20, 10*time.Millisecond, 20)
	if v := l.View(now); v.Drops != 0 || v.InFlight != 20 {
		t.Errorf("%+v", v)
	}
}

// A window lasts until it has MinSamples; after ten times its length it is forgotten.
func TestWindowWaitsForEnoughSamples(t *testing.T) {
	l := New(Policy{Min: 4, MinSamples: 10})
	now := fuseboard.Instant(0)
	for range 9 { // one each half second
		now = now.Add(500 * time.Millisecond)
		l.Sample(-1, now, time.Millisecond, 20, false)
	}
	if v := l.View(now); v.Windows != 0 {
		t.Errorf("%+v", v)
	}
	now = tell(l, now, 2, time.Millisecond, 20)
	if v := l.View(now); v.Samples != 11 && v.Samples != 10 {
		t.Errorf("%+v", v)
	}
	for range 4 { // one each three seconds
		now = now.Add(3 * time.Second)
		l.Sample(-1, now, time.Millisecond, 20, false)
	}
	if v := l.View(now); v.Windows != 2 || v.Reason != Unused || v.Samples != 0 {
		t.Errorf("%+v", v)
	}
}

func TestReshapeKeepsTheLimitAndTheBaseline(t *testing.T) {
	l := New(Policy{Kind: KindGradient2, Min: 4, Max: 200, Initial: 50})
	now := fuseboard.Instant(0)
	for range 12 {
		now = tell(l, now, 20, 10*time.Millisecond, 50)
	}
	at := l.Limit()
	if limit, moved := l.Reshape(now, Policy{Kind: KindVegas, Min: 4, Max: 200}); limit != at || moved {
		t.Errorf("limit %d, moved %t, was %d", limit, moved, at)
	}
	if v := l.View(now); v.Kind != KindVegas || v.Baseline != 10*time.Millisecond || v.Limit != at {
		t.Errorf("%+v", v)
	}
	if limit, moved := l.Reshape(now, Policy{Kind: KindAIMD, Min: 4, Max: 30}); limit != 30 || !moved || l.Limit() != 30 {
		t.Errorf("limit %d, moved %t", limit, moved)
	}
	l.Reshape(now, Policy{Kind: KindAIMD, Min: 4, Max: 30, Published: true})
	l.Reshape(now, Policy{Kind: KindGradient2, Min: 40})
	if l.Limit() != 40 {
		t.Errorf("limit %d", l.Limit())
	}
}

func TestReshapeGivesUpAProbe(t *testing.T) {
	l := New(Policy{Kind: KindGradient2, Min: 4, Max: 200, Initial: 50})
	now := fuseboard.Instant(0)
	for range 12 {
		now = tell(l, now, 20, 10*time.Millisecond, 60)
	}
	for l.View(now).Reason != Probing {
		now = tell(l, now, 20, 13*time.Millisecond, 300)
	}
	low := l.Limit()
	limit, moved := l.Reshape(now, Policy{Kind: KindGradient2, Min: 4, Max: 300})
	if limit <= low || !moved {
		t.Errorf("limit %d, moved %t, in the probe it was %d", limit, moved, low)
	}
}

func TestViewSaysWhyTheLimitIsWhereItIs(t *testing.T) {
	l := New(Policy{Kind: KindVegas, Min: 4})
	if got, want := l.View(0).String(), "limit 20 (vegas): no window has ended yet"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	now := tell(l, 0, 20, 10*time.Millisecond, 20)
	now = tell(l, now, 20, 10*time.Millisecond, 20)
	v := l.View(now.Add(time.Second))
	want := "limit 26 (vegas): calls take about as long as without a queue, and the permits are in use; 20 samples took 10ms, at most 20 inside, 10ms without a queue"
	if got := v.String(); got != want || v.Age != time.Second || v.Moves != 1 || v.Windows != 2 {
		t.Errorf("got %q, %+v", got, v)
	}
	for r := Starting; r <= Probed; r++ {
		if word, err := r.MarshalText(); err != nil || r.Sentence() == "unknown" || string(word) != r.String() {
			t.Errorf("%d: %s, %v", r, word, err)
		}
	}
	if _, err := (Probed + 1).MarshalText(); err == nil || (Probed+1).Sentence() != "unknown" {
		t.Error("there is one reason too many")
	}
}

// Whatever is told, a limit stays in its range and a probe above zero.
func TestHostileSamplesMoveNoLimitOutOfItsRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{Kind: Kind(rapid.IntRange(0, 2).Draw(t, "kind")), Min: 3, Max: 9, MinSamples: 1, Window: 10 * time.Millisecond, Published: rapid.Bool().Draw(t, "published")}
		l := New(p)
		for range 200 {
			now := fuseboard.Instant(rapid.Int64Range(0, math.MaxInt64).Draw(t, "now"))
			took := time.Duration(rapid.Int64().Draw(t, "took"))
			limit, _ := l.Sample(rapid.Int().Draw(t, "lane"), now, took, rapid.Int().Draw(t, "inside"), rapid.Bool().Draw(t, "dropped"))
			if least := 3; limit < least && l.View(now).Reason != Probing && !(p.Published && p.Kind == KindVegas) || limit < 1 || limit > 9 {
				t.Fatalf("limit %d", limit)
			}
			if s := l.View(now).String(); strings.Contains(s, "NaN") {
				t.Fatal(s)
			}
		}
	})
}
