// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"math"
	"reflect"
	"testing"
	"time"
)

func TestOutlineHasTheFieldsThatOverlayLays(t *testing.T) {
	full := policy{
		Retry:    retry{Attempts: 1, Backoff: backoff{Base: 1, Max: 1, Growth: 1}, On: []class{"a"}, Waits: []time.Duration{1}},
		Breaker:  breaker{FailureRate: 1, OpenFor: 1, Weights: map[class]float64{"a": 1}, Shares: map[class]float64{"a": 1}, TTL: 1},
		Enabled:  true,
		Order:    1,
		Small:    1,
		Count:    1,
		Wide:     1,
		Big:      1,
		Label:    "a",
		Tiers:    []tier{{Share: 1}},
		Sections: map[string]backoff{"a": {Base: 1}},
		Orders:   []order{1},
		Nested:   [][]int{{1}},
	}
	var want []string
	for _, laid := range Overlay(&policy{}, full) {
		want = append(want, laid.Path)
	}
	var got []string
	var walk func(path string, o Outline)
	walk = func(path string, o Outline) {
		if o.Fields == nil {
			got = append(got, path)
		}
		for _, f := range o.Fields {
			walk(Below(path, f.Name), f)
		}
	}
	walk("", OutlineOf(&full))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestOutlineFindsAndLeavesOutFields(t *testing.T) {
	o := OutlineOf(policy{})
	section, found := o.Field("retry")
	if _, within := section.Field("attempts"); !found || !within {
		t.Errorf("no retry.attempts in %v", o)
	}
	if _, found = o.Without("retry").Field("retry"); found {
		t.Error("what was left out is there")
	}
	if _, found = o.Field("retry"); !found {
		t.Error("Without changed the outline that it was asked of")
	}
	type odd struct {
		B int `plain:"no such tag"`
	}
	for _, v := range []any{nil, 1, odd{}} {
		if o := OutlineOf(v); o.Fields != nil {
			t.Errorf("%T has %v", v, o.Fields)
		}
	}
}

func TestTreeIsDecodedToTheSameValueAndIsNowhere(t *testing.T) {
	p := policy{Retry: retry{Attempts: 2, On: []class{"a"}}, Breaker: breaker{FailureRate: 0.5, Weights: map[class]float64{"a": 0}}}
	n, err := Tree(&p)
	if err != nil {
		t.Fatal(err)
	}
	var read policy
	if flaws := DecodeNode(n, &read); flaws != nil || !reflect.DeepEqual(p, read) {
		t.Errorf("%v\ngot  %+v\nwant %+v", flaws, read, p)
	}
	for _, m := range n.Members {
		if m.At != (Place{}) || m.Value.At != (Place{}) {
			t.Errorf("%s stands somewhere", m.Name)
		}
	}
	if _, err := Tree(policy{Breaker: breaker{FailureRate: math.NaN()}}); err == nil {
		t.Error("a value that can't be written has a tree")
	}
}
