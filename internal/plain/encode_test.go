// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"encoding/json"
	"math"
	"testing"
	"time"
)

func TestEncodeWritesNaturalUnitsInTheOrderOfTheFields(t *testing.T) {
	for want, v := range map[string]any{
		`{}`: policy{},
		`{"retry":{"attempts":3,"backoff":{"base":"1m30s","growth":1.5},"on":["timeout","reset"],"waits":["0s","1s"]}}`: policy{
			Retry: retry{Attempts: 3, Backoff: backoff{Base: 90 * time.Second, Growth: 1.5}, On: []class{"timeout", "reset"}, Waits: []time.Duration{0, time.Second}},
		},
		`{"breaker":{"failure_rate":"50%","weights":{"a":0,"b":1.5},"shares":{"x":"7%"},"ttl":"1h"}}`: &policy{
			Breaker: breaker{FailureRate: 0.5, Weights: map[class]float64{"b": 1.5, "a": 0}, Shares: map[class]float64{"x": 0.07}, TTL: time.Hour},
		},
		`{"enabled":true,"order":"newest","small":-128,"count":65535,"wide":-9223372036854775808,"big":18446744073709551615,"label":"a<b>&\"ü"}`: policy{
			Enabled: true, Order: 1, Small: -128, Count: 65535, Wide: math.MinInt64, Big: math.MaxUint64, Label: "a<b>&\"ü",
		},
		`{"tiers":[{},{"share":"100%","name":"gold"}],"sections":{"":{},"p q":{"max":"1ms"}},"orders":["oldest","priority"],"nested":[null,[],[1,2]]}`: policy{
			Tiers: []tier{{}, {1, "gold"}}, Sections: map[string]backoff{"p q": {Max: time.Millisecond}, "": {}},
			Orders: []order{0, 2}, Nested: [][]int{nil, {}, {1, 2}},
		},
		`{"retry":{"on":[]},"breaker":{"weights":{}}}`: policy{Retry: retry{On: []class{}}, Breaker: breaker{Weights: map[class]float64{}}},
		`"2s"`: 2 * time.Second,
	} {
		got, err := Encode(v)
		if string(got) != want || err != nil {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
		if !json.Valid(got) {
			t.Errorf("%s is no JSON", got)
		}
	}
}

func TestEncodeNamesTheFieldThatCannotBeWritten(t *testing.T) {
	type hidden struct{ a int }
	for want, v := range map[string]any{
		"breaker.failure_rate: NaN is not a number that a file can hold":                                       policy{Breaker: breaker{FailureRate: math.NaN()}},
		"retry.backoff.growth: +Inf is not a number that a file can hold":                                      policy{Retry: retry{Backoff: backoff{Growth: math.Inf(1)}}},
		"orders[1]: no order has this number":                                                                  policy{Orders: []order{0, 3}},
		"order: no order has this number":                                                                      policy{Order: 9},
		"label: the text is not UTF-8":                                                                         policy{Label: "\xff"},
		"breaker.weights: has a key that is not UTF-8":                                                         policy{Breaker: breaker{Weights: map[class]float64{"\xff": 1}}},
		"sections[\"a b\"].growth: NaN is not a number that a file can hold":                                   policy{Sections: map[string]backoff{"a b": {Growth: math.NaN()}}},
		"policy: values of type func() can't be written":                                                       func() {},
		"policy: values of type [2]int can't be written":                                                       [2]int{},
		"policy: values of type float32 can't be written":                                                      float32(1),
		"policy: a map needs keys of a string type, not int":                                                   map[int]int{},
		"a: values of type *int can't be written":                                                              struct{ A *int }{new(int)},
		"nothing to encode: the value is nil":                                                                  (*policy)(nil),
		"policy: field a of plain.hidden is not exported, so it would be lost; export it or move it elsewhere": hidden{1},
		"policy: fields AB and Ab of struct { AB int; Ab int } are both named ab; rename one":                  struct{ AB, Ab int }{},
		"policy: field A of struct { A int \"plain:\\\"x\\\"\" } has the tag plain:\"x\"; only \"rate\" is known": struct {
			A int `plain:"x"`
		}{},
	} {
		if got, err := Encode(v); err == nil || err.Error() != want || got != nil {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
	}
	if _, err := Encode(nil); err == nil {
		t.Error("nil is encoded")
	}
}

func TestEncodeSkipsBlankFields(t *testing.T) {
	if got, err := Encode(struct {
		_ [0]func()
		A int
	}{A: 1}); string(got) != `{"a":1}` || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}
