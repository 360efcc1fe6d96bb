// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// world is what happens to one answer: what each source does, and what the caller has left.
type world struct {
	policy   Policy
	fault    Fault
	computes string // what the function does: one of doings
	guards   map[string]string
	kept     string // "none", "young", "old" or "panics"
	missing  []Use  // the sources that are nil
	caller   string // "waits", "left", "late", "soon late", "leaves soon"
	busy     int    // slots that others hold
}

var (
	doings  = []string{"answers", "declines", "wraps", "fails", "panics", "hangs", "hangs", "hangs", "answers late"}
	errMade = errors.New("made for the test")
	errCall = errors.New("the call's")
)

func drawWorld(t *rapid.T) world {
	pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	classes := []fuseboard.Class{"timeout", "error", "refused", "breaker", "bulkhead", "deadline", "own", Refusal, Failure}
	w := world{
		policy:   Policy{Timeout: 5 * time.Second, Concurrency: rapid.IntRange(1, 2).Draw(t, "concurrency")},
		computes: pick("computes", doings...), guards: map[string]string{},
		kept:   pick("kept", "none", "young", "old", "panics"),
		caller: pick("caller", "waits", "waits", "waits", "left", "late", "soon late", "soon late", "leaves soon", "leaves soon"),
		busy:   max(0, rapid.IntRange(-2, 2).Draw(t, "busy")),
		fault: rapid.SampledFrom([]Fault{
			{Class: "timeout"},
			{},
			{Class: "refused"},
			{Refused: "breaker"},
			{Class: "bulkhead", Refused: "bulkhead"},
			{Class: "own"},
			{Class: fuseboard.ClassCancelled},
			{Class: "timeout", Refused: "deadline"},
		}).Draw(t, "fault"),
	}
	w.fault.Err = errCall
	for range rapid.IntRange(0, 6).Draw(t, "steps") {
		s := Step{Use: Use(rapid.IntRange(1, 4).Draw(t, "use"))}
		if rapid.IntRange(0, 2).Draw(t, "for some") == 0 {
			s.On = rapid.SliceOfNDistinct(rapid.SampledFrom(classes), 1, 3, rapid.ID).Draw(t, "on")
		}
		switch s.Use {
		case Value:
			s.Value = `"static"`
		case LastGood:
			s.MaxAge = time.Minute
		case Guard:
			s.Guard = pick("guard", "self", "eu", "us", "asia")
			w.guards[s.Guard] = pick(s.Guard, append([]string{"unknown", "nil"}, doings...)...)
		case ByField, Computed:
		}
		w.policy.Steps = append(w.policy.Steps, s)
	}
	for _, u := range []Use{LastGood, Computed, Guard} {
		if rapid.IntRange(0, 9).Draw(t, "missing") == 0 {
			w.missing = append(w.missing, u)
		}
	}
	return w
}

// doing is one function of the user's.
func doing(what string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		switch what {
		case "declines":
			return "ignored", ErrDeclined
		case "wraps":
			return "ignored", fmt.Errorf("not for this: %w", ErrDeclined)
		case "fails":
			return "ignored", errMade
		case "panics":
			panic(errMade)
		case "hangs":
			<-ctx.Done()
			return "ignored", context.Cause(ctx)
		case "answers late":
			<-ctx.Done()
		}
		return what, nil
	}
}

func (w world) sources(busy *Slots) Sources[int, string] {
	s := Sources[int, string]{Name: "self", Slots: busy}
	if !slices.Contains(w.missing, Computed) {
		s.Compute = func(ctx context.Context, _ int, cause error) (string, error) {
			if !errors.Is(cause, errCall) {
				return "", errors.New("another cause")
			}
			return doing(w.computes)(ctx)
		}
	}
	if !slices.Contains(w.missing, LastGood) {
		s.Kept = func(int, time.Duration) (string, time.Duration, bool) {
			switch w.kept {
			case "panics":
				panic(errMade)
			case "old":
				return "old", time.Hour, true // one that says so although it was asked for less
			}
			return w.kept, 3 * time.Second, w.kept == "young"
		}
	}
	if !slices.Contains(w.missing, Guard) {
		s.Guard = func(name string) (func(context.Context, int) (string, error), error) {
			switch w.guards[name] {
			case "unknown":
				return nil, errMade
			case "nil":
				return nil, nil
			}
			return func(ctx context.Context, _ int) (string, error) { return doing(w.guards[name])(ctx) }, nil
		}
	}
	return s
}

// context returns the caller's.
func (w world) context(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	switch w.caller {
	case "left":
		cancel()
	case "leaves soon":
		soon := time.AfterFunc(2*time.Second, cancel)
		t.Cleanup(func() { soon.Stop() })
	case "late", "soon late":
		left := 2 * time.Second
		if w.caller == "late" {
			left = -1
		}
		ctx, cancel = context.WithTimeout(ctx, left)
		t.Cleanup(cancel)
	}
	return ctx
}
