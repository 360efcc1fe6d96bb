// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/internal/quantile"
)

// learner is a dependency's attempts under an adaptive limit: one each 10ms.
type learner struct {
	policy Policy
	live   *quantile.Live
	random *rand.Rand
	now    fuseboard.Instant
}

func newLearner(p Policy) *learner {
	p = p.WithDefaults()
	a := p.Adaptive
	return &learner{policy: p, live: quantile.New(a.Window, a.MinCalls, a.Quantile), random: rand.New(rand.NewPCG(1, 1))}
}

func (l *learner) limit() time.Duration { return l.policy.AttemptLimit(l.live.Value(0)) }

// run makes attempts for so long, at a dependency whose median is given, and returns the share that timed out, and the least
// and the greatest limit.
func (l *learner) run(d, median time.Duration) (late float64, least, most time.Duration) {
	least, attempts, timeouts := math.MaxInt64, 0, 0
	for end := l.now.Add(d); l.now < end; l.now = l.now.Add(10 * ms) {
		limit := l.limit()
		least, most = min(least, limit), max(most, limit)
		took := time.Duration(float64(median) * math.Exp(0.5*l.random.NormFloat64()))
		if attempts++; took > limit {
			timeouts++
			took = limit // is recorded with the time that it had
		}
		l.live.Record(l.now.Add(took), took)
	}
	return float64(timeouts) / float64(attempts), least, most
}

// The 99th percentile is 3.2 times the median, and the limit twice of that.
func TestALimitThatIsTooShortRisesAgain(t *testing.T) {
	l := newLearner(Policy{Attempt: 10 * time.Second, Adaptive: Adaptive{Window: 30 * time.Second}})
	const median, healthy = 20 * ms, 128 * ms
	if late, _, most := l.run(30*time.Second, median); late > 0.001 || most != 10*time.Second || !within(l.limit(), healthy, 0.25) {
		t.Errorf("at first: %.2f %% late, at most %s, then %s", 100*late, most, l.limit())
	}
	for _, slower := range []time.Duration{3, 10} {
		before := l.limit()
		slow, least, _ := l.run(30*time.Second, slower*median)
		t.Logf("%d times slower: %.2f %% late in the first window, in which the limit went from %s to %s", slower, 100*slow, before, l.limit())
		if slow > 0.03 || least < before*9/10 || !within(l.limit(), slower*healthy, 0.25) {
			t.Errorf("%d times slower for a window: %.2f %% late, from %s to %s", slower, 100*slow, least, l.limit())
		}
		if late, _, _ := l.run(30*time.Second, slower*median); late > 0.001 {
			t.Errorf("%d times slower for two windows: %.2f %% late", slower, 100*late)
		}
		late, _, _ := l.run(36*time.Second, median)
		if late > 0.001 || !within(l.limit(), healthy, 0.25) {
			t.Errorf("fast again: %.2f %% late, and the limit is %s", 100*late, l.limit())
		}
	}
}

func within(got, want time.Duration, share float64) bool {
	return math.Abs(float64(got)/float64(want)-1) <= share
}

// Where nothing ends in time, however often it is tried, the limit is the ceiling, and not what it was.
func TestALimitIsNeverTooShortForEver(t *testing.T) {
	for _, p := range []Policy{
		{Attempt: time.Second, Adaptive: Adaptive{Factor: leastFactor}},
		{Attempt: time.Second, Adaptive: Adaptive{Quantile: mostQuantile}},
		{Attempt: time.Second, Adaptive: Adaptive{Quantile: leastQuantile, MinCalls: 1}},
		{Attempt: time.Second, Adaptive: Adaptive{Quantile: leastQuantile, Factor: mostFactor}},
	} {
		l := newLearner(p)
		l.run(30*time.Second, 10*ms)
		was := l.limit()
		if l.run(30*time.Second, time.Hour); was > 200*ms || l.limit() != time.Second {
			t.Errorf("%+v: from %s to %s", p, was, l.limit())
		}
	}
}

func TestAttemptLimitNeverLeavesItsBounds(t *testing.T) {
	length := rapid.Custom(func(t *rapid.T) time.Duration {
		return rapid.OneOf(
			rapid.SampledFrom([]time.Duration{0, 1, ms, math.MaxInt64, math.MinInt64, -1}),
			rapid.Map(rapid.Int64Range(0, 1<<40), func(n int64) time.Duration { return time.Duration(n) }),
		).Draw(t, "length")
	})
	if p := (Policy{Attempt: time.Second, Adaptive: Adaptive{MinCalls: 1}}); p.AttemptLimit(math.MaxInt64, true) != time.Second {
		t.Error(p.AttemptLimit(math.MaxInt64, true))
	}
	factor := rapid.OneOf(rapid.SampledFrom([]float64{0, 1, math.NaN(), math.Inf(1), math.Inf(-1), -3}), rapid.Float64Range(1, 12))
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{
			Attempt:  length.Draw(t, "attempt"),
			Adaptive: Adaptive{Factor: factor.Draw(t, "factor"), Min: length.Draw(t, "min"), MinCalls: rapid.IntRange(0, 1).Draw(t, "calls")},
		}
		measured, known := length.Draw(t, "quantile"), rapid.Bool().Draw(t, "known")
		got := p.AttemptLimit(measured, known)
		a := p.Adaptive.WithDefaults()
		switch least := min(max(a.Min, leastMin), p.Attempt); {
		case !known || !p.Adaptive.On() || p.Attempt <= 0:
			if got != p.Attempt {
				t.Fatalf("%s, want Attempt", got)
			}
		case got < least || got > p.Attempt:
			t.Fatalf("%s is not from %s to %s", got, least, p.Attempt)
		case a.Factor >= leastFactor && a.Factor <= mostFactor:
			want := min(max(a.Factor*float64(measured), float64(least)), float64(p.Attempt))
			if math.Abs(float64(got)-want) > 1+want/1e12 {
				t.Fatalf("%s, want %v times %s", got, a.Factor, measured)
			}
		}
	})
}

func TestTryWithinTakesTheShorterLimit(t *testing.T) {
	length := rapid.SampledFrom([]time.Duration{0, 1, ms, 2 * ms, time.Second, time.Hour})
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{Total: length.Draw(t, "total"), Attempt: length.Draw(t, "attempt")}
		limit := length.Draw(t, "limit")
		c, now := fuseboard.NewClock(), fuseboard.Instant(rapid.Int64Range(0, 1<<50).Draw(t, "now"))
		s := p.Begin(context.Background(), c, now)
		want := p.Try(s, now)
		if shorter := limit > 0 && now.Add(limit) < want.Until; shorter {
			want = Span{Start: now, Until: now.Add(limit), Scope: Adapted, Limit: limit}
		}
		if got := p.TryWithin(s, now, limit); got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
		if f := p.First().Within(limit); f.Until(now) != want.Until || f.Scope != want.Scope || f.Limit != want.Limit {
			t.Fatalf("first: got %+v, want %+v", f, want)
		}
	})
}

func TestAdaptiveIsReadFromItsWordsAndFilledIn(t *testing.T) {
	var p Policy
	if problems := plain.Decode([]byte(`{"attempt": "1s", "adaptive": {"quantile": "95%"}}`), &p); len(problems) > 0 {
		t.Fatal(problems)
	}
	want := Policy{Attempt: time.Second, Adaptive: Adaptive{Quantile: 0.95, Factor: 2, Min: 10 * ms, Window: 30 * time.Second, MinCalls: 100}}
	if got := p.WithDefaults(); got != want || len(got.Validate()) > 0 || got.WithDefaults() != got {
		t.Errorf("%+v, %v", got, got.Validate())
	}
	p.Attempt, want.Attempt, want.Adaptive.Min = 5*ms, 5*ms, 5*ms
	if got := p.WithDefaults(); got != want || len(got.Validate()) > 0 {
		t.Errorf("%+v, %v", got, got.Validate())
	}
	if p = (Policy{Attempt: time.Second}); p.WithDefaults() != p {
		t.Errorf("%+v", p.WithDefaults())
	}
}
