// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"slices"
	"testing"
	"time"
)

func TestDiffNamesEveryFieldThatDiffers(t *testing.T) {
	base := policy{
		Retry:   retry{Attempts: 2, On: []class{"a"}},
		Breaker: breaker{Weights: map[class]float64{"timeout": 1, "reset": 2}},
	}
	other := policy{
		Retry:    retry{Attempts: 3, On: []class{"a", "b"}, Backoff: backoff{Base: time.Second}},
		Breaker:  breaker{Weights: map[class]float64{"timeout": 2, "refused": 2}},
		Order:    1,
		Sections: map[string]backoff{"x": {Base: 1}},
	}
	want := []string{
		"retry.attempts", "retry.backoff.base", "retry.on",
		"breaker.weights.refused", "breaker.weights.reset", "breaker.weights.timeout", "order", "sections.x",
	}
	if got := Diff(base, other); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := Diff(other, base); !slices.Equal(got, want) {
		t.Errorf("the other way round: %q", got)
	}
}

func TestDiffNamesTheSectionsOfAListByTheirPlace(t *testing.T) {
	base := policy{Tiers: []tier{{Share: 0.1}, {Share: 0.2}, {Share: 0.3}}}
	for _, k := range []struct {
		other []tier
		want  []string
	}{
		{[]tier{{Share: 0.1}, {Share: 0.5}, {Share: 0.3}}, []string{"tiers[1].share"}},
		{[]tier{{Share: 0.2}}, []string{"tiers[0].share", "tiers[1]", "tiers[2]"}},
		{nil, []string{"tiers[0]", "tiers[1]", "tiers[2]"}},
	} {
		other := policy{Tiers: k.other}
		if got := Diff(base, other); !slices.Equal(got, k.want) {
			t.Errorf("got %q, want %q", got, k.want)
		}
		if got := Diff(other, base); !slices.Equal(got, k.want) {
			t.Errorf("the other way round: %q", got)
		}
	}
	if got := Diff(policy{}, policy{Tiers: []tier{}}); !slices.Equal(got, []string{"tiers"}) {
		t.Errorf("none and empty: %q", got)
	}
}

func TestDiffOfEqualsIsEmptyAndOfTwoTypesIsEverything(t *testing.T) {
	p := policy{Breaker: breaker{Weights: map[class]float64{"a": 1}}}
	q := policy{Breaker: breaker{Weights: map[class]float64{"a": 1}}}
	for _, k := range []struct {
		before, after any
		want          []string
	}{
		{p, q, nil},
		{nil, nil, nil},
		{p, nil, []string{"policy"}},
		{nil, p, []string{"policy"}},
		{p, 1, []string{"policy"}},
		{1, 2, []string{"policy"}},
		{policy{}, policy{Breaker: breaker{Weights: map[class]float64{}}}, []string{"breaker.weights"}},
	} {
		if got := Diff(k.before, k.after); !slices.Equal(got, k.want) {
			t.Errorf("%v to %v: %q, want %q", k.before, k.after, got, k.want)
		}
	}
}
