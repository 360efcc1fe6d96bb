// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

type classes = map[fuseboard.Class]supervision.ClassRetry

func drawClassed(t *rapid.T) supervision.Retry {
	few := func(name string, all ...time.Duration) time.Duration { return rapid.SampledFrom(all).Draw(t, name) }
	draw := func(name string) supervision.Backoff {
		return supervision.Backoff{
			Kind:   supervision.BackoffKind(rapid.IntRange(0, 2).Draw(t, name+" kind")),
			Base:   few(name+" base", 0, time.Millisecond, time.Second),
			Max:    few(name+" max", 0, 2*time.Second, time.Minute),
			Factor: rapid.SampledFrom([]float64{0, 1.5, 3}).Draw(t, name+" factor"),
			Jitter: rapid.SampledFrom(jitters).Draw(t, name+" jitter"),
		}
	}
	r := supervision.Retry{Attempts: rapid.IntRange(0, 4).Draw(t, "attempts"), Backoff: draw("section")}
	for _, class := range []fuseboard.Class{"error", "timeout", "throttled", "own"} {
		if rapid.Bool().Draw(t, "names "+string(class)) {
			if r.Classes == nil {
				r.Classes = classes{}
			}
			r.Classes[class] = supervision.ClassRetry{Attempts: rapid.IntRange(0, 5).Draw(t, "class attempts"), Backoff: draw(string(class))}
		}
	}
	return r
}

// naive lays what a class says over the section, field by field.
func naive(r supervision.Retry, class fuseboard.Class) supervision.ClassRetry {
	said, all := r.Classes[class], r.WithDefaults()
	base := all.Backoff.Base
	if class == fuseboard.ClassThrottled {
		base *= 4
	}
	want := supervision.ClassRetry{
		Attempts: cmp.Or(said.Attempts, all.Attempts),
		Backoff: supervision.Backoff{
			Kind: cmp.Or(said.Backoff.Kind, all.Backoff.Kind), Base: cmp.Or(said.Backoff.Base, base),
			Max: cmp.Or(said.Backoff.Max, all.Backoff.Max), Jitter: cmp.Or(said.Backoff.Jitter, all.Backoff.Jitter),
			Factor: said.Backoff.Factor,
		},
	}
	if want.Backoff.Kind == supervision.Exponential && want.Backoff.Jitter != supervision.DecorrelatedJitter {
		want.Backoff.Factor = cmp.Or(said.Backoff.Factor, all.Backoff.Factor, 2)
	}
	return want
}

func TestAClassObeysWhatItSaysAndElseItsSection(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawClassed(t)
		if !r.On() {
			return
		}
		before := maps.Clone(r.Classes)
		full := r.WithDefaults()
		if !reflect.DeepEqual(full, full.WithDefaults()) {
			t.Fatalf("defaults of defaults differ:\n%+v\n%+v", full, full.WithDefaults())
		}
		f := supervision.Fault{Attempt: rapid.IntRange(1, 5).Draw(t, "attempt"), Safe: true, Until: fuseboard.Never, U: rapid.Float64Range(0, almostOne).Draw(t, "u")}
		most := 1
		for _, class := range []fuseboard.Class{"error", "timeout", "throttled", "own"} {
			want := naive(r, class)
			most = max(most, want.Attempts)
			if got := r.For(class); got != want || full.For(class) != want {
				t.Fatalf("%s of %+v:\n%+v\n%+v, want\n%+v", class, r, got, full.For(class), want)
			}
			f.Outcome = failed(class)
			d := supervision.Decide(0, f, r, supervision.Restart{})
			if again := f.Attempt < want.Attempts; (d.Verb == supervision.Again) != again {
				t.Fatalf("%s, attempt %d of %d: %+v", class, f.Attempt, want.Attempts, d)
			} else if again && d.After != want.Backoff.Next(f.Last, f.Attempt, 1, f.U) {
				t.Fatalf("%s waits %s", class, d.After)
			}
			if d != supervision.Decide(0, f, full, supervision.Restart{}) {
				t.Fatalf("%s: written out it decides otherwise", class)
			}
		}
		if !maps.Equal(r.Classes, before) {
			t.Fatal("the caller's map was changed")
		}
		if len(r.Classes) == 4 && r.MostAttempts() != most {
			t.Fatalf("at most %d attempts, want %d", r.MostAttempts(), most)
		}
	})
}

func TestAClassMayHaveFewerAndMoreAttemptsThanItsSection(t *testing.T) {
	r := supervision.Retry{Attempts: 2, Classes: classes{"timeout": {Attempts: 1}, "refused": {Attempts: 4}}}
	for _, c := range []struct {
		class   fuseboard.Class
		attempt int
		want    error
	}{
		{"error", 1, nil},
		{"error", 2, supervision.ErrAttempts},
		{"timeout", 1, supervision.ErrClassAttempts},
		{"timeout", 2, supervision.ErrAttempts},
		{"refused", 3, nil},
		{"refused", 4, supervision.ErrAttempts},
	} {
		f := supervision.Fault{Outcome: failed(c.class), Attempt: c.attempt, Safe: true, Until: fuseboard.Never}
		if got := supervision.Decide(0, f, r, supervision.Restart{}).Why; got != c.want {
			t.Errorf("%s after %d attempts: %v, want %v", c.class, c.attempt, got, c.want)
		}
	}
	if once := (supervision.Retry{Attempts: 1}); once.MostAttempts() != 1 || r.MostAttempts() != 4 || (supervision.Retry{}).MostAttempts() != 1 {
		t.Error("not the most attempts")
	}
}

func TestAnEmptyClassIsThatOfAnyError(t *testing.T) {
	r := supervision.Retry{Classes: classes{"error": {Attempts: 1}}}
	f := supervision.Fault{Outcome: failed(""), Attempt: 1, Safe: true, Until: fuseboard.Never}
	if why := supervision.Decide(0, f, r, supervision.Restart{}).Why; why != supervision.ErrClassAttempts {
		t.Error(why)
	}
}

func TestClassesReportEveryProblemAtOnce(t *testing.T) {
	r := supervision.Retry{Only: []fuseboard.Class{"timeout", "reset"}, Classes: classes{
		"timeout":   {Attempts: 11, Backoff: supervision.Backoff{Base: -1}},
		"Bad":       {Attempts: 2},
		"cancelled": {Attempts: 2},
		"error":     {Attempts: 2},
		"reset":     {},
	}}
	wantProblems(t, r.Validate(),
		"classes.Bad class-name", "classes.cancelled class-not-failed warning", "classes.error class-not-repeated warning",
		"classes.reset class-says-nothing warning",
		"classes.timeout.attempts out-of-range", "classes.timeout.backoff.base negative")
	wantProblems(t, supervision.Retry{Classes: classes{"panicked": {Attempts: 2}}}.Validate(), "classes.panicked class-not-repeated warning")
	wantProblems(t, supervision.Retry{Classes: classes{"throttled": {Backoff: supervision.Backoff{Max: 100 * time.Millisecond}}}}.Validate(),
		"classes.throttled.backoff.base base-above-max warning")
	wantProblems(t, supervision.Retry{
		Backoff: supervision.Backoff{Kind: supervision.Linear},
		Classes: classes{"reset": {Backoff: supervision.Backoff{Jitter: supervision.DecorrelatedJitter}}},
	}.Validate())
	many := classes{}
	for i := range 33 {
		many[fuseboard.Class(fmt.Sprintf("own-%d", i))] = supervision.ClassRetry{Attempts: 2}
	}
	wantProblems(t, supervision.Retry{Classes: many}.Validate(), "classes many-classes")
}

func TestDefaultsOfClassesAreNoProblems(t *testing.T) {
	r := supervision.Retry{Classes: classes{"throttled": {Backoff: supervision.Backoff{Base: time.Second}}, "own": {Attempts: 2}}}
	wantProblems(t, r.WithDefaults().Validate())
	if !r.On() || (supervision.Retry{Classes: classes{}}).On() {
		t.Error("On does not mean: any field is set")
	}
}
