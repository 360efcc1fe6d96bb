// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func laidOn() policy {
	return policy{
		Retry:   retry{Attempts: 3, Backoff: backoff{Base: time.Second, Growth: 2}, On: []class{"a", "b"}},
		Breaker: breaker{FailureRate: 0.5, Weights: map[class]float64{"a": 1}},
		Enabled: true, Order: 1, Label: "same",
	}
}

func TestLayTakesAwayWhatIsOffAndSetsWhatIsZero(t *testing.T) {
	for line, with := range map[string]func(p *policy){
		"retry=off":               func(p *policy) { p.Retry = retry{} },
		"retry=null":              func(p *policy) { p.Retry = retry{} },
		"retry=~":                 func(p *policy) { p.Retry = retry{} },
		"retry=false":             func(p *policy) { p.Retry = retry{} },
		`retry="off"`:             func(p *policy) { p.Retry = retry{} },
		"retry.backoff=off":       func(p *policy) { p.Retry.Backoff = backoff{} },
		"retry.attempts=off":      func(p *policy) { p.Retry.Attempts = 0 },
		"retry.attempts=0":        func(p *policy) { p.Retry.Attempts = 0 },
		"retry.attempts=1":        func(p *policy) { p.Retry.Attempts = 1 },
		"retry.backoff.base=0s":   func(p *policy) { p.Retry.Backoff.Base = 0 },
		"retry.backoff.base=off":  func(p *policy) { p.Retry.Backoff.Base = 0 },
		"retry.on=off":            func(p *policy) { p.Retry.On = nil },
		`retry.on=["c"]`:          func(p *policy) { p.Retry.On = []class{"c"} },
		"breaker.weights=off":     func(p *policy) { p.Breaker.Weights = nil },
		`breaker.weights={"b":0}`: func(p *policy) { p.Breaker.Weights = map[class]float64{"b": 0} },
		"breaker.failure_rate=0%": func(p *policy) { p.Breaker.FailureRate = 0 },
		`retry={"attempts":0,"backoff":{"base":"2s"}}`: func(p *policy) { p.Retry.Attempts, p.Retry.Backoff.Base = 0, 2*time.Second },
		`retry={"backoff":"off"}`:                      func(p *policy) { p.Retry.Backoff = backoff{} },
		"enabled=false":                                func(p *policy) { p.Enabled = false },
		"enabled=off":                                  func(p *policy) { p.Enabled = false },
		"label=off":                                    func(p *policy) { p.Label = "off" }, // a text of its own
		"order=~":                                      func(p *policy) { p.Order = 0 },
	} {
		path, value, _ := strings.Cut(line, "=")
		got, want := laidOn(), laidOn()
		with(&want)
		if ps := Lay(&got, path, Said(value)); len(ps) > 0 {
			t.Errorf("%s: %v", line, ps)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", line, got, want)
		}
	}
}

func TestLayRefusesWhatSaysNothingAndChangesNothing(t *testing.T) {
	for line, want := range map[string]string{
		"order=off":                         "order",
		"retry={}":                          "turns nothing on",
		`retry={"backoff":{}}`:              "turns nothing on",
		`breaker.weights={"a":~}`:           "weights",
		`breaker.weights={"a":null}`:        "nothing to take away",
		"retry.on=[null]":                   "nothing to take away",
		"breaker.weights.a=2":               "breaker.weights is replaced as a whole",
		"retry.atempts=2":                   "did you mean attempts?",
		"retry={attempts: 2}":               "is no JSON",
		"retry.on=[a, b]":                   "double quotes",
		"rety=off":                          "did you mean retry?",
		"retry.attempts=soon":               "attempts",
		`retry={"attempts":1,"attempts":2}`: "more than once",
	} {
		path, value, _ := strings.Cut(line, "=")
		p := laidOn()
		if ps := Lay(&p, path, Said(value)); ps.Err() == nil || !strings.Contains(ps.Error(), want) {
			t.Errorf("%s: %v, want %q", line, ps, want)
		}
		if !reflect.DeepEqual(p, laidOn()) {
			t.Errorf("%s changed %+v", line, p)
		}
	}
	for _, into := range []any{nil, policy{}, (*policy)(nil), new(int)} {
		if ps := Lay(into, "retry", Said("off")); ps.Err() == nil {
			t.Errorf("%T was laid over", into)
		}
	}
}

// What a policy has, said line by line over any other, makes its fields.
func TestLayOfEachFieldMakesTheFieldWhateverWasThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, attempts := laidOn(), rapid.IntRange(0, 9).Draw(t, "attempts")
		p.Retry.Attempts = rapid.IntRange(0, 9).Draw(t, "before")
		base := time.Duration(rapid.IntRange(0, 5).Draw(t, "base")) * time.Second
		if ps := append(Lay(&p, "retry.attempts", Said(Number(float64(attempts)))), Lay(&p, "retry.backoff.base", Said(base.String()))...); len(ps) > 0 {
			t.Fatal(ps)
		}
		if p.Retry.Attempts != attempts || p.Retry.Backoff.Base != base || p.Retry.Backoff.Growth != 2 {
			t.Fatalf("%+v", p.Retry)
		}
	})
}
