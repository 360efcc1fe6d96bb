// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestBreakerIsOffUntilAnyFieldIsSet(t *testing.T) {
	equal(t, "zero", Breaker{}.On(), false)
	equal(t, "no weights", Breaker{Weights: map[fuseboard.Class]float64{}}.On(), false)
	fields := reflect.TypeFor[Breaker]()
	for i := range fields.NumField() {
		var b Breaker
		switch f := reflect.ValueOf(&b).Elem().Field(i); f.Kind() {
		case reflect.Float64:
			f.SetFloat(0.5)
		case reflect.Struct:
			b.Window.Calls = 1
		case reflect.Map:
			b.Weights = map[fuseboard.Class]float64{"error": 1}
		default:
			f.SetInt(1)
		}
		equal(t, fields.Field(i).Name, b.On(), true)
	}
}

func TestDefaultsAreTheDocumentedOnes(t *testing.T) {
	got := Breaker{OpenGrowth: 1}.WithDefaults()
	want := Breaker{
		FailureRate: 0.5, MinCalls: 20, Window: Window{Span: 10 * time.Second}, OpenFor: 10 * time.Second, OpenGrowth: 1,
		MaxOpen: 5 * time.Minute, OpenJitter: 0.1, Probes: 3, ProbeRate: 0.6, ProbeTimeout: 10 * time.Second,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	equal(t, "growth", Breaker{Consecutive: 1}.WithDefaults().OpenGrowth, 2)
	equal(t, "off", Breaker{}.WithDefaults().On(), false)
}

func TestDefaultsGiveWayToWhatIsSet(t *testing.T) {
	equal(t, "failure rate beside consecutive", Breaker{Consecutive: 5}.WithDefaults().FailureRate, 0)
	equal(t, "failure rate beside slow rate", Breaker{SlowRate: 0.5, SlowAfter: 1}.WithDefaults().FailureRate, 0)
	equal(t, "min calls in a small window", Breaker{Window: Window{Calls: 10}}.WithDefaults().MinCalls, 10)
	equal(t, "min calls in a large window", Breaker{Window: Window{Calls: 100}}.WithDefaults().MinCalls, 20)
	equal(t, "open for under max open", Breaker{MaxOpen: time.Second}.WithDefaults().OpenFor, time.Second)
	equal(t, "max open over open for", Breaker{OpenFor: time.Hour}.WithDefaults().MaxOpen, time.Hour)
}

func TestDefaultsAreValid(t *testing.T) {
	for _, b := range []Breaker{{}, {FailureRate: 0.5}, {Consecutive: 5}, {Window: Window{Calls: 5}}, {MaxOpen: time.Second}, {OpenFor: time.Hour}} {
		if ps := b.Validate(); len(ps) > 0 {
			t.Errorf("%+v: %v", b, ps)
		}
		if err := b.WithDefaults().Validate().Err(); err != nil {
			t.Errorf("%+v with defaults: %v", b, err)
		}
	}
}

func TestValidateNamesEveryProblemByItsPath(t *testing.T) {
	b := Breaker{
		FailureRate: 1.5, SlowRate: -0.1, SlowAfter: 2 * time.Hour, Consecutive: -1, MinCalls: 20_000,
		Window: Window{Calls: 20_000, Span: time.Millisecond}, OpenFor: 25 * time.Hour, OpenGrowth: 0.5, MaxOpen: time.Microsecond,
		OpenJitter: 0.6, Probes: 101, ProbeRate: math.NaN(), ProbeTimeout: -1, Ramp: -1,
		Weights: map[fuseboard.Class]float64{"error": 5, "Odd": 1, "": 1},
	}
	want := []string{
		"failure_rate", "slow_rate", "slow_after", "consecutive", "min_calls", "window.calls", "window.span", "window",
		"open_for", "open_growth", "max_open", "max_open", "open_jitter", "probes", "probe_rate", "probe_timeout", "ramp",
		"weights.", "weights.Odd", "weights.error",
	}
	var got []string
	for _, p := range b.Validate().Errors() {
		got = append(got, p.Path)
		if p.Code == "" || p.Message == "" || (p.Fix == "" && p.Accepted == "") {
			t.Errorf("%+v does not say what, why and how to mend it", p)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestValidateFindsFieldsThatContradictEachOther(t *testing.T) {
	for name, c := range map[string]struct {
		b       Breaker
		path    string
		code    string
		warning bool
	}{
		"slow rate without slow after":    {Breaker{SlowRate: 0.5}, "slow_after", codeMissing, false},
		"slow after without slow rate":    {Breaker{SlowAfter: time.Second}, "slow_rate", codeMissing, false},
		"min calls above the window":      {Breaker{MinCalls: 11, Window: Window{Calls: 10}}, "min_calls", codeConflict, false},
		"both windows":                    {Breaker{Window: Window{Calls: 10, Span: time.Second}}, "window", codeConflict, false},
		"max open under open for":         {Breaker{OpenFor: time.Minute, MaxOpen: time.Second}, "max_open", codeConflict, false},
		"very few calls decide":           {Breaker{FailureRate: 0.5, MinCalls: 4}, "min_calls", codeFewCalls, true},
		"window that decides nothing":     {Breaker{Consecutive: 5, Window: Window{Calls: 100}}, "window", codeNoEffect, true},
		"growth without room":             {Breaker{OpenFor: time.Minute, MaxOpen: time.Minute, OpenGrowth: 2}, "open_growth", codeNoEffect, true},
		"more probes than calls to judge": {Breaker{MinCalls: 10, Probes: 11}, "probes", codeManyProbes, true},
	} {
		t.Run(name, func(t *testing.T) {
			ps := c.b.Validate()
			if len(ps) != 1 {
				t.Fatalf("problems: %v", ps)
			}
			equal(t, "path", ps[0].Path, c.path)
			equal(t, "code", ps[0].Code, c.code)
			equal(t, "warning", ps[0].Warning, c.warning)
		})
	}
}

func TestSharesAreTaggedAsRates(t *testing.T) {
	for _, name := range []string{"FailureRate", "SlowRate", "OpenJitter", "ProbeRate"} {
		f, _ := reflect.TypeFor[Breaker]().FieldByName(name)
		equal(t, name, f.Tag.Get("plain"), "rate")
	}
}
