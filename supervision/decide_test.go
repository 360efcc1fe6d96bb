// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

func failed(class fuseboard.Class) fuseboard.Outcome {
	return fuseboard.Outcome{Kind: fuseboard.Failure, Class: class}
}

// exact repeats twice, after 10ms and 20ms.
var exact = supervision.Retry{Attempts: 3, Backoff: supervision.Backoff{Base: 10 * time.Millisecond, Jitter: supervision.NoJitter}}

func only(classes ...fuseboard.Class) supervision.Retry {
	r := exact
	r.Only = classes
	return r
}

func TestDecideAboutRequests(t *testing.T) {
	const now = fuseboard.Instant(time.Second)
	const ms = time.Millisecond
	again := func(after time.Duration) supervision.Decision {
		return supervision.Decision{Verb: supervision.Again, After: after}
	}
	giveUp := func(why error) supervision.Decision { return supervision.Decision{Why: why} }
	safe := func(class fuseboard.Class, attempt int) supervision.Fault {
		return supervision.Fault{Outcome: failed(class), Attempt: attempt, Safe: true, Until: fuseboard.Never}
	}
	unsafe := func(class fuseboard.Class) supervision.Fault {
		f := safe(class, 1)
		f.Safe = false
		return f
	}
	until := func(f supervision.Fault, left time.Duration) supervision.Fault {
		f.Until = now.Add(left)
		return f
	}
	asking := func(f supervision.Fault, after time.Duration) supervision.Fault {
		f.Outcome.RetryAfter = after
		return f
	}
	kind := func(kind fuseboard.Kind) supervision.Fault {
		f := safe("", 1)
		f.Outcome.Kind = kind
		return f
	}
	for _, c := range []struct {
		name  string
		fault supervision.Fault
		retry supervision.Retry
		want  supervision.Decision
	}{
		{"first failure waits for the base", safe("error", 1), exact, again(10 * ms)},
		{"second failure waits longer", safe("error", 2), exact, again(20 * ms)},
		{"an attempt below one is the first", safe("error", -5), exact, again(10 * ms)},
		{"an empty class is an error", safe("", 1), only("error"), again(10 * ms)},
		{"the class stretches the wait", safe("throttled", 1), exact, again(40 * ms)},
		{"the last attempt is the last", safe("error", 3), exact, giveUp(supervision.ErrAttempts)},
		{"one attempt means never again", safe("error", 1), supervision.Retry{Attempts: 1}, giveUp(supervision.ErrAttempts)},
		{"retry off", safe("refused", 1), supervision.Retry{}, giveUp(supervision.ErrAttempts)},
		{"success", kind(fuseboard.Success), exact, giveUp(supervision.ErrNotFailed)},
		{"void", kind(fuseboard.Void), exact, giveUp(supervision.ErrNotFailed)},
		{"rejected", kind(fuseboard.Rejected), exact, giveUp(supervision.ErrNotFailed)},
		{"unclassified", kind(fuseboard.Unclassified), exact, giveUp(supervision.ErrNotFailed)},
		{"a panic is not repeated", safe("panicked", 1), exact, giveUp(supervision.ErrClass)},
		{"a panic is repeated if named", safe("panicked", 1), only("panicked"), again(10 * ms)},
		{"a class not named", safe("reset", 1), only("timeout", "refused"), giveUp(supervision.ErrClass)},
		{"a user's class", safe("stale", 1), only("stale"), again(10 * ms)},
		{"not safe", unsafe("timeout"), exact, giveUp(supervision.ErrUnsafe)},
		{"naming a class does not make it safe", unsafe("timeout"), only("timeout"), giveUp(supervision.ErrUnsafe)},
		{"refused is safe", unsafe("refused"), exact, again(10 * ms)},
		{"a refused class that is not named", unsafe("refused"), only("reset"), giveUp(supervision.ErrClass)},
		{"time for the wait and one nanosecond", until(safe("error", 1), 10*ms+1), exact, again(10 * ms)},
		{"time for the wait and nothing else", until(safe("error", 1), 10*ms), exact, giveUp(supervision.ErrNoTime)},
		{"the deadline has passed", until(safe("error", 1), -ms), exact, giveUp(supervision.ErrNoTime)},
		{"retry-after is longer than the backoff", asking(safe("error", 1), 15*ms), exact, again(15 * ms)},
		{"retry-after is shorter", asking(safe("error", 1), 5*ms), exact, again(10 * ms)},
		{"retry-after at its limit", asking(safe("error", 1), 30*time.Second), exact, again(30 * time.Second)},
		{"retry-after above its limit", asking(safe("error", 1), 30*time.Second+1), exact, giveUp(supervision.ErrRetryAfter)},
		{"retry-after beyond the deadline", until(asking(safe("error", 1), 15*ms), 15*ms), exact, giveUp(supervision.ErrNoTime)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := supervision.Decide(now, c.fault, c.retry, supervision.Restart{}); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func TestDecideAboutBrokenActors(t *testing.T) {
	s := supervision.Restart{Max: 2, Backoff: supervision.Backoff{Jitter: supervision.NoJitter}}
	decide := func(restarts int, s supervision.Restart) supervision.Decision {
		return supervision.Decide(0, supervision.Fault{Broken: true, Restarts: restarts}, supervision.Retry{}, s)
	}
	for restarts, want := range map[int]supervision.Decision{
		-1: {Verb: supervision.Rebuild, After: 100 * time.Millisecond},
		0:  {Verb: supervision.Rebuild, After: 100 * time.Millisecond},
		1:  {Verb: supervision.Rebuild, After: 200 * time.Millisecond},
		2:  {Verb: supervision.Escalate, Why: supervision.ErrRestarts},
		3:  {Verb: supervision.Escalate, Why: supervision.ErrRestarts},
	} {
		if got := decide(restarts, s); got != want {
			t.Errorf("after %d restarts: %+v, want %+v", restarts, got, want)
		}
	}
	if decide(9, supervision.Restart{}).Verb != supervision.Rebuild || decide(10, supervision.Restart{}).Verb != supervision.Escalate {
		t.Error("the default restart budget is not ten")
	}
}

func drawClass(t *rapid.T) fuseboard.Class {
	return rapid.SampledFrom([]fuseboard.Class{
		"", fuseboard.ClassError, fuseboard.ClassTimeout, fuseboard.ClassRefused, fuseboard.ClassReset,
		fuseboard.ClassThrottled, fuseboard.ClassPanicked, fuseboard.ClassDownstream, fuseboard.ClassCancelled, "stale",
	}).Draw(t, "class")
}

func drawFault(t *rapid.T) (fuseboard.Instant, supervision.Fault) {
	now := fuseboard.Instant(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "now"))
	f := supervision.Fault{
		Outcome: fuseboard.Outcome{
			Kind: rapid.SampledFrom([]fuseboard.Kind{
				fuseboard.Failure, fuseboard.Failure, fuseboard.Failure,
				fuseboard.Failure, fuseboard.Failure, fuseboard.Failure, fuseboard.Success, fuseboard.Void, fuseboard.Rejected, fuseboard.Unclassified,
			}).Draw(t, "kind"),
			Class: drawClass(t),
		},
		Attempt:  rapid.IntRange(0, 3).Draw(t, "attempt"),
		Safe:     rapid.IntRange(0, 3).Draw(t, "unsafe") != 0,
		Until:    fuseboard.Never,
		U:        rapid.Float64Range(0, almostOne).Draw(t, "u"),
		Broken:   rapid.IntRange(0, 3).Draw(t, "broken") == 0,
		Restarts: rapid.IntRange(0, 12).Draw(t, "restarts"),
	}
	if rapid.Bool().Draw(t, "asks") {
		f.Outcome.RetryAfter = time.Duration(rapid.Int64Range(0, int64(40*time.Second)).Draw(t, "retry after"))
	}
	if rapid.Bool().Draw(t, "deadline") {
		f.Until = now.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "left")))
	}
	return now, f
}

func drawRetry(t *rapid.T) supervision.Retry {
	r := supervision.Retry{Attempts: rapid.IntRange(0, 8).Draw(t, "attempts")}
	if rapid.Bool().Draw(t, "shaped") {
		r.Backoff = drawBackoff(t)
		r.MaxRetryAfter = time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "max retry after"))
	}
	for range max(rapid.IntRange(-3, 4).Draw(t, "named"), 0) {
		r.Only = append(r.Only, drawClass(t))
	}
	return r
}

func TestDecideNeverRepeatsAgainstItsRules(t *testing.T) {
	repeated := 0
	rapid.Check(t, func(t *rapid.T) {
		now, f := drawFault(t)
		f.Broken = false
		r := drawRetry(t)
		d := supervision.Decide(now, f, r, supervision.Restart{})
		if d.Verb == supervision.GiveUp {
			if d.Why == nil || d.After != 0 {
				t.Fatalf("gives up without a reason or with a wait: %+v", d)
			}
			return
		}
		repeated++
		r = r.WithDefaults()
		switch {
		case d.Verb != supervision.Again || d.Why != nil || d.After < 0:
			t.Fatalf("not a repetition: %+v", d)
		case !r.On():
			t.Fatal("repeats although retry is off")
		case f.Outcome.Kind != fuseboard.Failure:
			t.Fatal("repeats what did not fail")
		case f.Attempt >= r.Attempts:
			t.Fatal("repeats beyond the attempts")
		case !f.Safe && f.Outcome.Class != fuseboard.ClassRefused:
			t.Fatal("repeats what is not safe")
		case len(r.Only) > 0 && f.Outcome.Class != "" && !slices.Contains(r.Only, f.Outcome.Class):
			t.Fatal("repeats a class that is not named")
		case now.Add(d.After) >= f.Until:
			t.Fatal("repeats when no time is left")
		case d.After < f.Outcome.RetryAfter || f.Outcome.RetryAfter > r.MaxRetryAfter:
			t.Fatal("does not honour retry-after")
		case d.After > r.Backoff.Max+f.Outcome.RetryAfter:
			t.Fatal("waits longer than backoff and retry-after together")
		}
	})
	if !testing.Short() && repeated == 0 { // a short run has few faults
		t.Error("no fault was repeated: the rules were not put to the test")
	}
}

func TestDecideIsAFunctionOfItsArguments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, f := drawFault(t)
		r := drawRetry(t)
		if one, two := supervision.Decide(now, f, r, supervision.Restart{}), supervision.Decide(now, f, r.WithDefaults(), supervision.Restart{}.WithDefaults()); one != two {
			t.Fatalf("%+v, but with defaults written out %+v", one, two)
		}
	})
}

// dotnet/extensions#7001 fired up to 11 ms before the Retry-After had passed.
func TestP13_RetryAfterIsNeverEarly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked := time.Duration(rapid.Int64Range(1, int64(30*time.Second)).Draw(t, "asked"))
		f := supervision.Fault{
			Outcome: fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassThrottled, RetryAfter: asked},
			Attempt: 1, Safe: true, Until: fuseboard.Never, U: rapid.Float64Range(0, almostOne).Draw(t, "u"),
		}
		r := supervision.Retry{Backoff: drawBackoff(t)}
		d := supervision.Decide(0, f, r, supervision.Restart{})
		if d.Verb != supervision.Again || d.After < asked {
			t.Fatalf("asked for %s, waits %s", asked, d.After)
		}
		scale := supervision.TreatmentOf(fuseboard.ClassThrottled).Scale
		if r.Backoff.Jitter == supervision.FullJitter && d.After != asked+r.Backoff.After(1, scale, f.U) {
			t.Fatalf("asked for %s, jitter gives %s", asked, d.After-asked)
		}
	})
}

func TestP13_ARetryAfterThatOverflowsIsNotEarlyEither(t *testing.T) {
	f := supervision.Fault{
		Outcome: fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassThrottled, RetryAfter: math.MaxInt64},
		Attempt: 1, Safe: true, Until: fuseboard.Never, U: 0.5,
	}
	r := supervision.Retry{MaxRetryAfter: math.MaxInt64}
	if d := supervision.Decide(5, f, r, supervision.Restart{}); d.After != math.MaxInt64 {
		t.Errorf("%+v", d)
	}
}

// SCG#3534, failsafehttp: a POST was retried on any failure.
func TestP13_WhatMayHaveBeenDoneIsNotRepeatedUnlessSafe(t *testing.T) {
	for _, class := range []fuseboard.Class{"", "error", "timeout", "reset", "throttled", "panicked", "stale"} {
		for _, retry := range []supervision.Retry{exact, only(class, "error")} {
			f := supervision.Fault{Outcome: failed(class), Attempt: 1, Until: fuseboard.Never}
			if d := supervision.Decide(0, f, retry, supervision.Restart{}); d.Verb != supervision.GiveUp {
				t.Errorf("class %q: %+v", class, d)
			}
		}
	}
}

func TestReasonsReadAsPlainWords(t *testing.T) {
	for err, want := range map[error]string{
		supervision.ErrBudget: "retry.budget is used up: too many calls are being repeated", supervision.ErrAttempts: "retry.attempts are used up",
		supervision.ErrRestarts: "restart budget spent", supervision.ErrUnsafe: "it may have been done already, and no Safe hook says that twice is harmless",
	} {
		if err.Error() != want || !errors.Is(err, err) {
			t.Errorf("%q, want %q", err, want)
		}
	}
}

func BenchmarkDecideAgain(b *testing.B) {
	f := supervision.Fault{Outcome: failed("timeout"), Attempt: 1, Safe: true, Until: fuseboard.Never, U: 0.5}
	r := supervision.Retry{Attempts: 3}.WithDefaults()
	b.ReportAllocs()
	for b.Loop() {
		supervision.Decide(1, f, r, supervision.Restart{})
	}
}

func BenchmarkDecideGiveUp(b *testing.B) {
	f := supervision.Fault{Outcome: failed("timeout"), Attempt: 3, Safe: true, Until: fuseboard.Never, U: 0.5}
	r := supervision.Retry{Attempts: 3}.WithDefaults()
	b.ReportAllocs()
	for b.Loop() {
		supervision.Decide(1, f, r, supervision.Restart{})
	}
}

func TestRepetitionsFurtherInCountAsAttempts(t *testing.T) {
	fault := func(attempt, before int, out fuseboard.Outcome) supervision.Fault {
		out.Kind = fuseboard.Failure
		return supervision.Fault{Outcome: out, Attempt: attempt, Repeats: before, Safe: true, Until: fuseboard.Never}
	}
	for _, c := range []struct {
		what  string
		fault supervision.Fault
		retry supervision.Retry
		want  error
	}{
		{"nobody repeated", fault(1, 0, fuseboard.Outcome{}), supervision.Retry{Attempts: 3}, nil},
		{"a mesh repeated once", fault(1, 0, fuseboard.Outcome{Repeats: 1}), supervision.Retry{Attempts: 3}, nil},
		{"a mesh used up the attempts", fault(1, 0, fuseboard.Outcome{Repeats: 2}), supervision.Retry{Attempts: 3}, supervision.ErrAttempts},
		{"it did over two attempts", fault(2, 2, fuseboard.Outcome{Repeats: 1}), supervision.Retry{Attempts: 4}, supervision.ErrAttempts},
		{"innermost, nobody repeated", fault(1, 0, fuseboard.Outcome{}), supervision.Retry{Attempts: 3, Innermost: true}, nil},
		{"innermost, somebody did", fault(1, 0, fuseboard.Outcome{Repeats: 1}), supervision.Retry{Attempts: 3, Innermost: true}, supervision.ErrInnermost},
		{"used up", fault(1, 0, fuseboard.Outcome{Final: true, Class: fuseboard.ClassRefused}), supervision.Retry{Attempts: 3}, supervision.ErrFinal},
		{"nonsense", fault(1, -5, fuseboard.Outcome{Repeats: -5}), supervision.Retry{Attempts: 3, Innermost: true}, nil},
	} {
		if got := supervision.Decide(0, c.fault, c.retry, supervision.Restart{}).Why; got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}
