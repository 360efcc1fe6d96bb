// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestOverlayReplacesWhatIsSetAndKeepsTheRest(t *testing.T) {
	p := policy{
		Retry:   retry{Attempts: 2, Backoff: backoff{Base: time.Second, Growth: 2}, On: []class{"a", "b"}},
		Breaker: breaker{FailureRate: 0.5, Weights: map[class]float64{"a": 1}},
		Enabled: true, Order: 1, Label: "same",
	}
	got := Overlay(&p, policy{
		Retry:   retry{Attempts: 3, Backoff: backoff{Growth: 3}, On: []class{"c"}},
		Breaker: breaker{Weights: map[class]float64{"b": 2}},
		Order:   2, Label: "same",
	})
	want := policy{
		Retry:   retry{Attempts: 3, Backoff: backoff{Base: time.Second, Growth: 3}, On: []class{"c"}},
		Breaker: breaker{FailureRate: 0.5, Weights: map[class]float64{"b": 2}},
		Enabled: true, Order: 2, Label: "same",
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
	paths := []Laid{
		{"retry.attempts", true},
		{"retry.backoff.growth", true},
		{"retry.on", true},
		{"breaker.weights", true},
		{"order", true},
		{"label", false},
	}
	if !slices.Equal(got, paths) {
		t.Errorf("got  %v\nwant %v", got, paths)
	}
}

func TestOverlayOfNothingOrOfAnotherTypeChangesNothing(t *testing.T) {
	p := policy{Label: "kept"}
	var none *policy
	type odd struct {
		B int `plain:"no such tag"`
	}
	for _, laid := range [][]Laid{
		Overlay(&p, policy{}), Overlay(&p, retry{Attempts: 1}), Overlay(&p, nil), Overlay(p, policy{Label: "x"}),
		Overlay(none, policy{Label: "x"}), Overlay(nil, nil), Overlay(new(int), 1), Overlay(new(order), order(1)), Overlay(new(odd), odd{B: 1}),
	} {
		if laid != nil {
			t.Errorf("laid %v", laid)
		}
	}
	if !reflect.DeepEqual(p, policy{Label: "kept"}) {
		t.Errorf("%+v", p)
	}
}

func TestWhatIsNoNumberIsLaidOverToo(t *testing.T) {
	var p policy
	if got := Overlay(&p, policy{Breaker: breaker{FailureRate: math.NaN()}}); len(got) != 1 || !math.IsNaN(p.Breaker.FailureRate) {
		t.Errorf("%v, %+v", got, p)
	}
}

// An overlay is what differs: laid over what was there before, it gives what Diff compares.
func TestOverlayOfWhatIsSetNamesWhatDiffNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, two := drawRetry(t, "one"), drawRetry(t, "two")
		was := one
		var changed []string
		for _, laid := range Overlay(&one, two) {
			if laid.Changed {
				changed = append(changed, laid.Path)
			}
		}
		if got := Diff(was, one); !slices.Equal(got, changed) {
			t.Fatalf("%+v over %+v: changed %v, differs %v", two, was, changed, got)
		}
		if again := one; len(Overlay(&again, two)) > 0 && !reflect.DeepEqual(again, one) {
			t.Fatalf("twice is not once: %+v, %+v", again, one)
		}
	})
}

func drawRetry(t *rapid.T, name string) retry {
	some := func(n int) int { return rapid.IntRange(0, n).Draw(t, name) }
	return retry{
		Attempts: some(2), Backoff: backoff{Base: time.Duration(some(2)), Max: time.Duration(some(1)), Growth: float64(some(2))},
		On: [][]class{nil, {"a"}, {"a", "b"}}[some(2)],
	}
}
