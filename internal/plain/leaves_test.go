// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"math"
	"slices"
	"testing"
	"time"
)

func TestLeavesAreInTheOrderOfTheFieldsWithNaturalUnits(t *testing.T) {
	p := policy{
		Retry:   retry{Attempts: 2, Backoff: backoff{Base: 90 * time.Second}, On: []class{"timeout", "reset"}},
		Breaker: breaker{FailureRate: 0.07, Weights: map[class]float64{"reset": 0, "a.b": 1.5}},
		Order:   2, Label: "a <b>", Big: math.MaxUint64,
	}
	want := []Leaf{
		{"retry.attempts", "2", false},
		{"retry.backoff.base", "1m30s", false},
		{"retry.on", "timeout, reset", false},
		{"breaker.failure_rate", "7%", false},
		{`breaker.weights["a.b"]`, "1.5", false},
		{"breaker.weights.reset", "0", false},
		{"order", "priority", false},
		{"big", "18446744073709551615", false},
		{"label", "a <b>", false},
	}
	if got := Leaves(&p); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestLeavesOfAListOfSectionsHaveItsPlaces(t *testing.T) {
	got := Leaves(policy{Tiers: []tier{{Share: 0.5}, {}, {Share: 0.07}}})
	want := []Leaf{{"tiers[0].share", "50%", false}, {"tiers[2].share", "7%", false}}
	if len(got) < 2 || !slices.Equal(slices.DeleteFunc(got, func(l Leaf) bool { return l.Zero }), want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLeavesKeepAWordAtZeroWhereItsSectionIsNot(t *testing.T) {
	type section struct {
		Order order
		Count int
	}
	type sections struct{ A, B section }
	got := Leaves(sections{A: section{Count: 1}})
	want := []Leaf{{"a.order", "oldest", true}, {"a.count", "1", false}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLeavesLeaveOutWhatCannotBeWritten(t *testing.T) {
	type odd struct {
		Rate  float64
		Order order
		C     chan int
		Whole int
	}
	if got := Leaves(odd{Rate: math.NaN(), Order: 9, C: make(chan int), Whole: 1}); len(got) != 1 || got[0].Path != "whole" {
		t.Errorf("%v", got)
	}
	if Leaves(nil) != nil || Leaves((*odd)(nil)) != nil {
		t.Error("nothing has leaves")
	}
}
