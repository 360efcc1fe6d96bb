// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/supervision"
)

// almostOne is the largest number below one.
var almostOne = math.Nextafter(1, 0)

var jitters = []supervision.Jitter{
	supervision.FullJitter, supervision.NoJitter, supervision.EqualJitter, supervision.DecorrelatedJitter,
}

func drawBackoff(t *rapid.T) supervision.Backoff {
	return supervision.Backoff{
		Kind:   rapid.SampledFrom([]supervision.BackoffKind{supervision.Exponential, supervision.Linear, supervision.Constant}).Draw(t, "kind"),
		Base:   time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "base")),
		Max:    time.Duration(rapid.Int64Range(1, int64(24*time.Hour)).Draw(t, "max")),
		Factor: rapid.Float64Range(1, 10).Draw(t, "factor"),
		Jitter: rapid.SampledFrom(jitters).Draw(t, "jitter"),
	}
}

// exactWait is the wait without jitter, in exact arithmetic, for a few failures.
func exactWait(b supervision.Backoff, failures int, scale float64) *big.Float {
	number := func(v float64) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(v) }
	d := number(float64(b.Base))
	switch b.Kind {
	case supervision.Linear:
		d.Mul(d, number(float64(failures)))
	case supervision.Exponential:
		for range failures - 1 {
			d.Mul(d, number(b.Factor))
		}
	case supervision.Constant:
	}
	d.Mul(d, number(scale))
	if limit := number(float64(b.Max)); d.Cmp(limit) > 0 {
		return limit
	}
	return d
}

func TestBackoffWithoutJitterIsTheExactProductUpToItsCap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBackoff(t)
		b.Jitter = supervision.NoJitter
		failures := rapid.IntRange(1, 60).Draw(t, "failures")
		scale := rapid.Float64Range(0, 8).Draw(t, "scale")
		want, _ := exactWait(b, failures, scale).Float64()
		got := float64(b.After(failures, scale, 0.5))
		if math.Abs(got-want) > 1+want*1e-12 {
			t.Fatalf("%+v.After(%d, %v) = %v, exactly %v", b, failures, scale, got, want)
		}
	})
}

func TestBackoffNeverShrinksWithMoreFailures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBackoff(t)
		u := rapid.Float64Range(0, almostOne).Draw(t, "u")
		failures := rapid.IntRange(1, 100).Draw(t, "failures")
		fewer, more := b.After(failures, 1, u), b.After(failures+1, 1, u)
		if more < fewer-1 { // a nanosecond for rounding
			t.Fatalf("%+v: %s after %d failures, %s after %d", b, fewer, failures, more, failures+1)
		}
	})
}

func TestFullJitterIsUniformFromNothingToTheWholeWait(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBackoff(t)
		b.Jitter = supervision.NoJitter
		failures := rapid.IntRange(1, 20).Draw(t, "failures")
		whole := b.After(failures, 1, 0)
		b.Jitter = supervision.FullJitter
		u := rapid.Float64Range(0, almostOne).Draw(t, "u")
		got, want := float64(b.After(failures, 1, u)), u*float64(whole)
		if math.Abs(got-want) > 1+want*1e-12 {
			t.Fatalf("u=%v of %s gave %v, want %v", u, whole, got, want)
		}
		if first, last := b.After(failures, 1, 0), b.After(failures, 1, almostOne); first != 0 || whole-last > time.Duration(1+float64(whole)*1e-12) {
			t.Fatalf("jitter of %s reaches from %s to %s", whole, first, last)
		}
	})
}

func TestLinearBackoffGrowsByItsBaseAndConstantDoesNot(t *testing.T) {
	linear := supervision.Backoff{Kind: supervision.Linear, Base: time.Second, Jitter: supervision.NoJitter}
	constant := supervision.Backoff{Kind: supervision.Constant, Base: time.Second, Jitter: supervision.NoJitter}
	for failures := 1; failures <= 5; failures++ {
		if got, want := linear.After(failures, 1, 0), time.Duration(failures)*time.Second; got != want {
			t.Errorf("linear after %d failures: %s, want %s", failures, got, want)
		}
		if got := constant.After(failures, 1, 0); got != time.Second {
			t.Errorf("constant after %d failures: %s", failures, got)
		}
	}
}

func TestTheScaleOfAClassStretchesTheBackoff(t *testing.T) {
	b := supervision.Backoff{Base: 10 * time.Millisecond, Jitter: supervision.NoJitter}
	if got := b.After(2, 4, 0); got != 80*time.Millisecond {
		t.Errorf("second wait at scale 4: %s, want 80ms", got)
	}
}

func TestZeroBackoffHasItsDefaults(t *testing.T) {
	var zero supervision.Backoff
	if zero.On() {
		t.Error("the zero Backoff is on")
	}
	want := supervision.Backoff{Base: 50 * time.Millisecond, Max: 5 * time.Second, Factor: 2}
	if got := zero.WithDefaults(); got != want {
		t.Errorf("defaults: %+v", got)
	}
	if got := zero.After(3, 1, almostOne); got != 200*time.Millisecond {
		t.Errorf("third wait of the zero Backoff is up to %s, want 200ms", got)
	}
}

// Polly#2163 went negative after 1025 attempts and then retried in a hot loop;
// Polly#1866 forgot the cap on overflow; others wrapped a shift at 64.
func TestP10_BackoffNeverOverflowsHoweverManyFailures(t *testing.T) {
	for _, kind := range []supervision.BackoffKind{supervision.Exponential, supervision.Linear, supervision.Constant} {
		b := supervision.Backoff{Kind: kind, Base: time.Hour, Max: 24 * time.Hour, Jitter: supervision.NoJitter}
		want := 24 * time.Hour
		if kind == supervision.Constant {
			want = time.Hour
		}
		for _, failures := range []int{63, 64, 65, 1024, 1025, 1026, math.MaxInt32, math.MaxInt} {
			if got := b.After(failures, 1, 0); got != want {
				t.Errorf("%s after %d failures: %s, want %s", kind, failures, got, want)
			}
		}
	}
}

// openai/openai-agents-python#2676 added jitter after the cap and exceeded it.
func TestP10_NoWaitIsNegativeOrAboveMaxWhateverTheArguments(t *testing.T) {
	odd := []float64{0, -1, 1, almostOne, 2, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	rapid.Check(t, func(t *rapid.T) {
		b := supervision.Backoff{
			Kind:   supervision.BackoffKind(rapid.Uint8().Draw(t, "kind")),
			Base:   time.Duration(rapid.Int64().Draw(t, "base")),
			Max:    time.Duration(rapid.OneOf(rapid.Int64(), rapid.Just[int64](math.MaxInt64)).Draw(t, "max")),
			Factor: rapid.OneOf(rapid.Float64(), rapid.SampledFrom(odd)).Draw(t, "factor"),
			Jitter: rapid.OneOf(rapid.SampledFrom(jitters), rapid.Custom(func(t *rapid.T) supervision.Jitter {
				return supervision.Jitter(rapid.Uint8().Draw(t, "odd"))
			})).Draw(t, "jitter"),
		}
		failures := rapid.OneOf(rapid.Int(), rapid.Just(math.MaxInt)).Draw(t, "failures")
		scale := rapid.OneOf(rapid.Float64(), rapid.SampledFrom(odd)).Draw(t, "scale")
		u := rapid.OneOf(rapid.Float64(), rapid.SampledFrom(odd)).Draw(t, "u")
		last := time.Duration(rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MaxInt64, math.MinInt64, 0})).Draw(t, "last"))
		got, most := b.Next(last, failures, scale, u), max(b.WithDefaults().Max, 0)
		if got < 0 || got > most {
			t.Fatalf("%+v.Next(%d, %d, %v, %v) = %d, outside 0 to %d", b, last, failures, scale, u, got, most)
		}
	})
}

func TestP10_AScaleThatIsNoNumberWaitsForMax(t *testing.T) {
	b := supervision.Backoff{Max: time.Second, Jitter: supervision.NoJitter}
	if got := b.After(1, math.NaN(), 0); got != time.Second {
		t.Errorf("waits %s, want max: a hot loop is worse than a long wait", got)
	}
}

func TestUniformStaysInItsIntervalAndFillsIt(t *testing.T) {
	const draws = 20_000
	for seed := range uint64(4) {
		var tenths [10]int
		for n := range uint64(draws) {
			u := supervision.Uniform(seed, n)
			if u < 0 || u >= 1 {
				t.Fatalf("Uniform(%d, %d) = %v", seed, n, u)
			}
			tenths[int(u*10)]++
		}
		for i, count := range tenths {
			if count < draws/10-300 || count > draws/10+300 { // seven standard deviations
				t.Errorf("seed %d: %d of %d draws in tenth %d", seed, count, draws, i)
			}
		}
	}
}

func TestUniformIsAFunctionOfSeedAndNumber(t *testing.T) {
	if supervision.Uniform(1, 2) != supervision.Uniform(1, 2) {
		t.Error("the same draw differs")
	}
	if supervision.Uniform(1, 2) == supervision.Uniform(2, 1) || supervision.Uniform(1, 2) == supervision.Uniform(1, 3) {
		t.Error("different draws agree")
	}
}

func TestBackoffReportsEveryProblemAtOnce(t *testing.T) {
	b := supervision.Backoff{Kind: 9, Base: -1, Max: 25 * time.Hour, Factor: math.NaN(), Jitter: 7}
	wantProblems(t, b.Validate(),
		"kind unknown-word", "base negative", "max out-of-range", "factor out-of-range", "factor factor-unused warning", "jitter unknown-word")
	if problem := b.Validate()[0]; problem.Value != plain.Number(9) || problem.Accepted != "exponential, linear, constant" {
		t.Errorf("problem does not name value and words: %s", problem.Error())
	}
}

func TestBackoffWarnsOfWhatHasNoEffect(t *testing.T) {
	wantProblems(t, supervision.Backoff{Base: 10 * time.Second}.Validate(), "base base-above-max warning")
	wantProblems(t, supervision.Backoff{Max: 10 * time.Millisecond}.Validate(), "base base-above-max warning")
	wantProblems(t, supervision.Backoff{Kind: supervision.Constant, Factor: 3}.Validate(), "factor factor-unused warning")
	wantProblems(t, supervision.Backoff{Jitter: supervision.DecorrelatedJitter, Kind: supervision.Linear, Factor: 2}.Validate(),
		"kind kind-unused warning", "factor factor-unused warning")
	wantProblems(t, supervision.Backoff{Jitter: supervision.DecorrelatedJitter}.WithDefaults().Validate())
	wantProblems(t, supervision.Backoff{}.WithDefaults().Validate())
	wantProblems(t, supervision.Backoff{Kind: supervision.Linear}.WithDefaults().Validate())
}
