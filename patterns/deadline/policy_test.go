// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

const ms = time.Millisecond

func TestPolicyReportsEveryProblemAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		policy Policy
		want   []string
	}{
		"zero":                    {Policy{}, nil},
		"usual":                   {Policy{Total: 2 * time.Second, Attempt: 800 * ms, Reserve: 50 * ms}, nil},
		"bounds":                  {Policy{Total: 24 * time.Hour, Attempt: ms, Reserve: time.Hour}, nil},
		"too short and too long":  {Policy{Total: ms - 1, Attempt: 24*time.Hour + 1, Reserve: time.Hour + 1}, []string{"total out-of-range", "attempt out-of-range", "reserve out-of-range", "attempt attempt-over-total warning", "reserve reserve-over-total"}},
		"negative":                {Policy{Total: -1, Attempt: -1, Reserve: -1}, []string{"total negative", "attempt negative", "reserve negative"}},
		"attempt equals total":    {Policy{Total: time.Second, Attempt: time.Second}, nil},
		"attempt longer":          {Policy{Total: time.Second, Attempt: time.Second + 1}, []string{"attempt attempt-over-total warning"}},
		"reserve equals total":    {Policy{Total: time.Second, Reserve: time.Second}, []string{"reserve reserve-over-total"}},
		"reserve just below":      {Policy{Total: time.Second, Reserve: time.Second - 1}, nil},
		"reserve without a total": {Policy{Reserve: time.Minute}, nil},
		"adaptive":                {Policy{Attempt: time.Second, Adaptive: Adaptive{Quantile: 0.99, Factor: 2, Min: ms, Window: time.Minute, MinCalls: 1}}, nil},
		"adaptive, all wrong": {
			Policy{Attempt: time.Second, Adaptive: Adaptive{Quantile: 1, Factor: 1, Min: -1, Window: 1, MinCalls: -1}},
			[]string{"adaptive.quantile out-of-range", "adaptive.factor out-of-range", "adaptive.min negative", "adaptive.window out-of-range", "adaptive.min_calls negative"},
		},
		"no number":            {Policy{Attempt: time.Second, Adaptive: Adaptive{Factor: math.NaN()}}, []string{"adaptive.factor out-of-range"}},
		"adaptive alone":       {Policy{Total: time.Second, Adaptive: Adaptive{Factor: 3}}, []string{"adaptive adaptive-without-attempt"}},
		"min is the attempt":   {Policy{Attempt: time.Second, Adaptive: Adaptive{Min: time.Second}}, nil},
		"min over the attempt": {Policy{Attempt: time.Second, Adaptive: Adaptive{Min: time.Second + 1}}, []string{"adaptive.min min-over-attempt"}},
	} {
		var got []string
		for _, p := range c.policy.Validate() {
			line := p.Path + " " + p.Code
			if p.Warning {
				line += " warning"
			}
			if (p.Value == "") != (p.Code == CodeWithoutAttempt) || p.Message == "" || p.Fix == "" {
				t.Errorf("%s: %s lacks value, message or fix", name, p)
			}
			got = append(got, line)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestPolicyIsOnWhenAnyFieldIsSet(t *testing.T) {
	for p, want := range map[Policy]bool{{}: false, {Total: 1}: true, {Attempt: 1}: true, {Reserve: 1}: true, {Adaptive: Adaptive{MinCalls: 1}}: true} {
		if p.On() != want {
			t.Errorf("%+v: On() = %v", p, !want)
		}
	}
}

func TestBeginTakesTheEarliestEnd(t *testing.T) {
	c := fuseboard.NewClock()
	now := fuseboard.Instant(time.Hour)
	for name, k := range map[string]struct {
		policy Policy
		left   time.Duration // what the caller has; zero: no deadline
		want   Span
	}{
		"no end at all":           {Policy{}, 0, Span{now, fuseboard.Never, Total, 0}},
		"attempt is not begun":    {Policy{Attempt: ms}, 0, Span{now, fuseboard.Never, Total, 0}},
		"total alone":             {Policy{Total: 100 * ms}, 0, Span{now, now.Add(100 * ms), Total, 100 * ms}},
		"caller alone":            {Policy{}, 70 * ms, Span{now, now.Add(70 * ms), Caller, 70 * ms}},
		"caller first":            {Policy{Total: 100 * ms}, 99 * ms, Span{now, now.Add(99 * ms), Caller, 99 * ms}},
		"both at once":            {Policy{Total: 100 * ms}, 100 * ms, Span{now, now.Add(100 * ms), Caller, 100 * ms}},
		"total first":             {Policy{Total: 100 * ms}, 101 * ms, Span{now, now.Add(100 * ms), Total, 100 * ms}},
		"reserve cuts the caller": {Policy{Total: 100 * ms, Reserve: 10 * ms}, 109 * ms, Span{now, now.Add(99 * ms), Reserved, 99 * ms}},
		"reserve spares total":    {Policy{Total: 100 * ms, Reserve: 10 * ms}, 111 * ms, Span{now, now.Add(100 * ms), Total, 100 * ms}},
		"reserve with no caller":  {Policy{Total: 100 * ms, Reserve: 10 * ms}, 0, Span{now, now.Add(100 * ms), Total, 100 * ms}},
		"caller leaves too little": {
			Policy{Total: 100 * ms, Reserve: 10 * ms}, 9 * ms, Span{now, now.Add(-1 * ms), Reserved, 0},
		},
		"caller has gone": {Policy{}, -5 * ms, Span{now, now.Add(-5 * ms), Caller, 0}},
	} {
		parent := context.Background()
		if k.left != 0 {
			parent = dated{parent, c.Time(now.Add(k.left))}
		}
		if got := k.policy.Begin(parent, c, now); got != k.want {
			t.Errorf("%s: got %+v, want %+v", name, got, k.want)
		}
	}
}

func TestTryKeepsTheStartOfTheScopeThatHolds(t *testing.T) {
	whole := Span{Start: 10, Until: 10 + fuseboard.Instant(100*ms), Scope: Total, Limit: 100 * ms}
	for name, k := range map[string]struct {
		attempt time.Duration
		span    Span
		now     fuseboard.Instant
		want    Span
	}{
		"no limit":      {0, whole, 20, whole},
		"attempt first": {30 * ms, whole, 20, Span{20, 20 + fuseboard.Instant(30*ms), Attempt, 30 * ms}},
		"total first":   {30 * ms, whole, 10 + fuseboard.Instant(80*ms), whole},
		"both at once":  {30 * ms, whole, 10 + fuseboard.Instant(70*ms), whole},
		"no end":        {30 * ms, Span{10, fuseboard.Never, Total, 0}, 20, Span{20, 20 + fuseboard.Instant(30*ms), Attempt, 30 * ms}},
	} {
		if got := (Policy{Attempt: k.attempt}).Try(k.span, k.now); got != k.want {
			t.Errorf("%s: got %+v, want %+v", name, got, k.want)
		}
	}
}

// P23: remaining time that ignores what has elapsed, or has the wrong sign.
func TestP23_LeftAndPassedAgreeAndCountWhatElapsed(t *testing.T) {
	s := Span{Start: 5, Until: 100}
	for now, want := range map[fuseboard.Instant]time.Duration{0: 100, 5: 95, 99: 1, 100: 0, 101: 0, fuseboard.Never - 1: 0} {
		if s.Left(now) != want || s.Passed(now) != (want == 0) {
			t.Errorf("at %d: left %d, passed %v; want left %d", now, s.Left(now), s.Passed(now), want)
		}
	}
	endless := Span{Until: fuseboard.Never}
	if endless.Passed(fuseboard.Never) || endless.Left(1<<62) < 1<<62 {
		t.Error("a span without an end passes")
	}
}

func TestNoSpanEndsLaterThanWhatItWasCutFrom(t *testing.T) {
	c := fuseboard.NewClock()
	length := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(0, 50).Draw(t, "ms")) * ms
	})
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{Total: length.Draw(t, "total"), Attempt: length.Draw(t, "attempt"), Reserve: length.Draw(t, "reserve")}
		now := fuseboard.Instant(time.Second)
		parent, end := context.Background(), fuseboard.Never
		if left := length.Draw(t, "caller"); left > 0 {
			end = now.Add(left)
			parent = dated{parent, c.Time(end)}
		}
		s := p.Begin(parent, c, now)
		want := end.Add(-p.Reserve) // the naive rule: the least of all that is set
		if p.Total > 0 {
			want = min(want, now.Add(p.Total))
		}
		if s.Until != want || (s.Scope == Caller) != (end == want && end != fuseboard.Never) {
			t.Fatalf("%+v: %+v, want until %d", p, s, want)
		}
		for range 4 {
			now = now.Add(length.Draw(t, "later"))
			try := p.Try(s, now)
			if p.Attempt > 0 {
				want = min(s.Until, now.Add(p.Attempt))
			}
			if try.Until != want || try.Left(now) > s.Left(now) {
				t.Fatalf("%+v at %d: %+v, want until %d", p, now, try, want)
			}
		}
	})
}

// P9: a deadline that has only a wall clock reading.
func TestP9_DeadlineWithoutMonotonicReadingStillHolds(t *testing.T) {
	c := fuseboard.NewClock()
	parent, cancel := context.WithDeadline(t.Context(), time.Now().Add(time.Hour).Round(0))
	defer cancel()
	s := Policy{Total: time.Minute}.Begin(parent, c, c.Now())
	if s.Scope != Total {
		t.Fatalf("the caller's hour is taken for earlier than a minute: %+v", s)
	}
	ctx, lazy := Context(parent, c, s, nil)
	defer lazy.End()
	if ctx.Done(); !built(lazy) {
		t.Fatal("not built")
	}
	if at, _ := lazy.state.Load().ctx.Deadline(); time.Until(at) > time.Minute {
		t.Errorf("the minute is lost: the context ends in %s", time.Until(at))
	}
	if s := (Policy{Total: 2 * time.Hour}).Begin(parent, c, c.Now()); s.Scope != Caller {
		t.Errorf("the caller's hour is not the earliest: %+v", s)
	}
}

func TestScopeWords(t *testing.T) {
	var words []string
	for s := Caller; s <= Adapted+1; s++ {
		words = append(words, s.String())
	}
	if got := strings.Join(words, " "); got != "caller total attempt reserve adaptive unknown" {
		t.Error(got)
	}
}

func TestBeginAndTryDecideFromTheirArgumentsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := fuseboard.NewClock()
		parent := dated{t.Context(), time.Now().Add(time.Minute)}
		now := c.Now()
		for _, p := range []Policy{{}, {Total: time.Second, Attempt: 100 * ms}, {Total: time.Hour, Reserve: 50 * ms}} {
			first := p.Begin(parent, c, now)
			try := p.Try(first, now)
			time.Sleep(time.Hour) // whoever reads the clock sees that all is over
			if again := p.Begin(parent, c, now); again != first {
				t.Errorf("%+v: Begin gave %+v, an hour later %+v", p, first, again)
			}
			if again := p.Try(first, now); again != try || try.Passed(now) {
				t.Errorf("%+v: Try gave %+v, an hour later %+v", p, try, again)
			}
		}
	})
}

func TestFirstIsBeginAndTryWithoutADeadlineOfTheCallers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SampledFrom([]time.Duration{0, 1, time.Second, 2 * time.Second, time.Hour})
		p := Policy{Total: some.Draw(t, "total"), Attempt: some.Draw(t, "attempt"), Reserve: some.Draw(t, "reserve")}
		c, now := fuseboard.NewClock(), fuseboard.Instant(rapid.Int64Range(0, 1<<50).Draw(t, "now"))
		want := p.Try(p.Begin(context.Background(), c, now), now)
		if f := p.First(); f.Until(now) != want.Until || f.Scope != want.Scope || f.Limit != want.Limit {
			t.Fatalf("%+v until %d, want %+v", f, f.Until(now), want)
		}
	})
}
