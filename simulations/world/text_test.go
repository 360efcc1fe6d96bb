// SPDX-License-Identifier: Apache-2.0

package world

import (
	"encoding"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/internal/plain"
)

func TestEveryWordIsReadBackAndAllOthersAreRefused(t *testing.T) {
	for _, c := range []struct {
		words []string
		at    func(i int) (encoding.TextMarshaler, string)
		read  func(text string) (any, error)
	}{
		{kindWords, func(i int) (encoding.TextMarshaler, string) { k := LatencyKind(i); return k, k.String() }, func(s string) (any, error) { var k LatencyKind; err := k.UnmarshalText([]byte(s)); return k, err }},
		{orderWords, func(i int) (encoding.TextMarshaler, string) { k := Order(i); return k, k.String() }, func(s string) (any, error) { var k Order; err := k.UnmarshalText([]byte(s)); return k, err }},
		{abandonedWords, func(i int) (encoding.TextMarshaler, string) { k := Abandoned(i); return k, k.String() }, func(s string) (any, error) { var k Abandoned; err := k.UnmarshalText([]byte(s)); return k, err }},
		{arrivalsWords, func(i int) (encoding.TextMarshaler, string) { k := Arrivals(i); return k, k.String() }, func(s string) (any, error) { var k Arrivals; err := k.UnmarshalText([]byte(s)); return k, err }},
	} {
		for i, word := range c.words {
			v, shown := c.at(i)
			text, err := v.MarshalText()
			if back, problem := c.read(word); err != nil || problem != nil || string(text) != word || shown != word || back != any(v) {
				t.Errorf("%s: %s, %v, %v, %v", word, text, err, back, problem)
			}
		}
		v, shown := c.at(len(c.words))
		if _, err := v.MarshalText(); err == nil || shown != "unknown" {
			t.Errorf("%v has a word", v)
		}
		if _, err := c.read("unknown"); err == nil {
			t.Errorf("%v: reads unknown", c.words)
		}
	}
}

func TestRatesAreWrittenAsPeopleDo(t *testing.T) {
	for text, want := range map[string]Rate{"200/s": 200, "30/m": 0.5, "5000/h": 5000.0 / 3600, "200": 200, "0": 0, "1.5/s": 1.5, "2e3/s": 2000, " 7 /s": 7} {
		var r Rate
		if err := r.UnmarshalText([]byte(text)); err != nil || r != want {
			t.Errorf("%q: %v, %v", text, float64(r), err)
		}
	}
	for want, r := range map[string]Rate{"200/s": 200, "30/m": 0.5, "5000/h": 5000.0 / 3600, "0/s": 0, "1.5/s": 1.5} {
		if r.String() != want {
			t.Errorf("%v: %s, want %s", float64(r), r, want)
		}
	}
	for _, text := range []string{"", "/s", "fast", "-3/s", "200/d", "0x10/s", "1e999", "NaN", "1/s/s"} {
		r := Rate(7)
		if err := r.UnmarshalText([]byte(text)); err == nil || r != 7 {
			t.Errorf("%q: %v, %v", text, r, err)
		}
	}
	if _, err := Rate(math.NaN()).MarshalText(); err == nil {
		t.Error("no number has a text")
	}
	rapid.Check(t, func(t *rapid.T) {
		r := Rate(rapid.Float64Range(0, mostRate).Draw(t, "rate"))
		var back Rate
		if err := back.UnmarshalText([]byte(r.String())); err != nil || back != r {
			t.Fatalf("%v is written %s and read %v, %v", float64(r), r, float64(back), err)
		}
	})
}

func TestChangesOfLatencyAreWrittenAsPeopleDo(t *testing.T) {
	for text, want := range map[string]Stretch{
		"+2s": {Plus: 2 * time.Second}, "x10": {Times: 10}, "x0.5": {Times: 0.5}, "3s": {Exactly: 3 * time.Second}, "x2+1s": {Times: 2, Plus: time.Second}, "x1": {},
	} {
		var s Stretch
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want || s.String() != text {
			t.Errorf("%q: %+v, %s, %v", text, s, s, err)
		}
	}
	for _, text := range []string{"", "x", "x0", "x-1", "-2s", "+", "2", "0s", "x2+", "x2+y", "fast", "xNaN", "+-2s", "x2-1s"} {
		s := Stretch{Times: 7}
		if err := s.UnmarshalText([]byte(text)); err == nil || (s != Stretch{Times: 7}) {
			t.Errorf("%q: %+v, %v", text, s, err)
		}
	}
	for _, s := range []Stretch{{Times: -1}, {Times: math.NaN()}, {Plus: -1}, {Exactly: 1, Times: 2}} {
		if text, err := s.MarshalText(); err == nil {
			t.Errorf("%+v is written %s", s, text)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := Stretch{Times: rapid.Float64Range(0, 100).Draw(t, "times"), Plus: time.Duration(rapid.Int64Range(0, int64(mostLatency)).Draw(t, "plus"))}
		if s.Times == 1 && s.Plus == 0 {
			s.Times = 0
		}
		var back Stretch
		if text, err := s.MarshalText(); err != nil || back.UnmarshalText(text) != nil || back != s {
			t.Fatalf("%+v is written %s and read %+v, %v", s, text, back, err)
		}
	})
}

func TestAModelIsReadAsAPolicyIs(t *testing.T) {
	m := Model{
		Latency: Latency{Kind: Pareto, Median: 40 * ms, P99: time.Second}, Errors: 0.01, Abandoned: Dropped,
		Capacity: Capacity{Concurrency: 40, Queue: 200, Order: LIFO, RetryAfter: time.Second},
		WarmUp:   WarmUp{For: time.Minute, From: 0.2, Cold: true}, Quota: Quota{Limit: 100, Per: time.Minute},
	}
	text, err := plain.Encode(m)
	var back Model
	if problems := plain.Decode(text, &back); err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	if again, _ := plain.Encode(back); string(again) != string(text) {
		t.Errorf("%s\n%s", text, again)
	}
	l := Load{To: "payments", Rate: 200, Shape: []Step{{At: time.Second, Rate: 0.5}}, Tenants: map[string]float64{"a": 1}}
	text, err = plain.Encode(l)
	var load Load
	if problems := plain.Decode(text, &load); err != nil || len(problems) > 0 || load.Rate != 200 || load.Shape[0] != l.Shape[0] {
		t.Errorf("%s, %v, %v", text, err, problems)
	}
	e := Effect{Latency: Stretch{Times: 3}, Nodes: []int{1}, Errors: 0.5}
	text, err = plain.Encode(e)
	var effect Effect
	if problems := plain.Decode(text, &effect); err != nil || len(problems) > 0 || effect.Latency != e.Latency {
		t.Errorf("%s, %v, %v", text, err, problems)
	}
}

func TestALatencyIsReadFromASingleDuration(t *testing.T) {
	if l, err := ParseLatency(" 40ms"); err != nil || l.Kind != Constant || l.Median != 40*ms || len(l.Validate()) > 0 {
		t.Errorf("%+v, %v", l, err)
	}
	if l, err := ParseLatency("0"); err != nil || l.Kind != ByFields || len(l.Validate()) > 0 {
		t.Errorf("%+v, %v", l, err)
	}
	for _, text := range []string{"", "40", "-1s", "fast"} {
		if l, err := ParseLatency(text); err == nil {
			t.Errorf("%q: %+v", text, l)
		}
	}
}
