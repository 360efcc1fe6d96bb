// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestAConditionReadsBackAsItIsWritten(t *testing.T) {
	for _, c := range []struct{ text, canonical, opposite string }{
		{"cpu > 85% for 10s", "", "cpu < 76.5% for 10s"},
		{"cpu > 85% for 10s and memory > 90%", "", "cpu < 76.5% for 10s or memory < 81%"},
		{"amplification > 1.5 for 30s", "", "amplification < 1.45 for 30s"},
		{"failure_rate > 20% for 10s or circuit is open", "", "failure_rate < 18% for 10s and circuit is not open"},
		{"time 22:00-06:00 Europe/Berlin", "", "not time 22:00-06:00 Europe/Berlin"},
		{"time 08:00-24:00", "", "not time 08:00-24:00"},
		{"weekday sat,sun and time 08:00-20:00", "", "not weekday sat,sun or not time 08:00-20:00"},
		{"weekday sun, mon,sat,fri", "weekday fri-mon", "not weekday fri-mon"},
		{"weekday fri,mon-wed", "weekday mon-wed,fri", "not weekday mon-wed,fri"},
		{"time 22:00-06:00 UTC", "time 22:00-06:00", "not time 22:00-06:00"},
		{"  cpu>85%\n", "cpu > 85%", "cpu < 76.5%"},
		{"((cpu > 85%)) for 600s", "cpu > 85% for 10m", "cpu < 76.5% for 10m"},
		{"cpu > 1% and (cpu > 2% and cpu > 3%) or cpu > 4%", "cpu > 1% and cpu > 2% and cpu > 3% or cpu > 4%", "(cpu < 0.9% or cpu < 1.8% or cpu < 2.7%) and cpu < 3.6%"},
		{"cpu > 1% and (memory > 2% or gc > 3%)", "", "cpu < 0.9% or memory < 1.8% and gc < 2.7%"},
		{"(cpu > 50% or memory > 50%) for 30s", "", "(cpu < 45% and memory < 45%) for 30s"},
		{"(cpu > 50% and time 08:00-20:00) for 30s", "", "(cpu < 45% or not time 08:00-20:00) for 30s"},
		{"not cpu > 85% for 10s", "", "cpu > 92.5% for 10s"},
		{"not (cpu > 85% or memory > 90%)", "", "cpu > 92.5% or memory > 95%"},
		{"not not circuit is open", "circuit is open", "circuit is not open"},
		{"(not circuit is open) for 5s", "", "circuit is open for 5s"},
		{"circuit is ramping, open", "circuit is open,ramping", "circuit is closed,half-open"},
		{"circuit is not closed,open", "circuit is half-open,ramping", "circuit is closed,open"},
		{"shedding is shed-normal, shed-high", "shedding is shed-normal,shed-high", "shedding is admit-all,shed-sheddable"},
		{"run_queue > 20ms for 1m30s", "", "run_queue < 18ms for 1m30s"},
		{"latency_p99 >= 1.5s", "", "latency_p99 < 1.35s"},
		{"calls_per_second <= 0", "", "calls_per_second > 0"},
		{"calls_per_second > 0", "", "calls_per_second <= 0"},
		{"in_flight >= 100%", "", "in_flight < 90%"},
		{"in_flight < 100%", "", "in_flight >= 100%"},
		{"cpu < 99%", "", "cpu > 99.5%"},
		{"amplification > 1.05", "", "amplification < 1.045"},
		{"amplification > 1", "", "amplification <= 1"},
		{"latency_p50 > 1ns", "", "latency_p50 < 1ns"},
	} {
		read, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if c.canonical == "" {
			c.canonical = c.text
		}
		if got := read.String(); got != c.canonical {
			t.Errorf("%s is written %s", c.text, got)
		}
		if got := read.Opposite().String(); got != c.opposite {
			t.Errorf("the opposite of %s is %s, want %s", c.text, got, c.opposite)
		}
		for _, again := range []Condition{read, read.Opposite(), read.Opposite().Opposite()} {
			if back, err := Parse(again.String()); err != nil || !back.Equal(again) {
				t.Errorf("%s reads back as %s, %v", again, back, err)
			}
		}
	}
}

func TestAConditionKnowsItsScopeAndItsSignals(t *testing.T) {
	for text, want := range map[string]string{
		"cpu > 85% for 10s and memory > 90%":              "host cpu,memory",
		"time 22:00-06:00":                                "host ",
		"not (cpu > 1% or circuit is open) and gc > 1%":   "dependency cpu,gc,circuit",
		"amplification > 2 for 3s or amplification > 5":   "dependency amplification",
		"shedding is shed-high and weekday sat,sun":       "host shedding",
		"(queue > 50% and time 08:00-09:00 UTC) for 1m5s": "dependency queue",
	} {
		c := MustParse(text)
		if got := c.Scope().String() + " " + strings.Join(c.Signals(), ","); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
	if (Condition{}).Scope() != Host || (Condition{}).Signals() != nil || (Condition{}).String() != "" || !(Condition{}).Opposite().IsZero() {
		t.Error("no condition is something")
	}
}

func TestAConditionIsATextInJSON(t *testing.T) {
	var rule struct{ When, Until Condition }
	if err := json.Unmarshal([]byte(`{"When": "cpu>85% for 10s", "Until": ""}`), &rule); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(rule)
	if err != nil || string(text) != `{"When":"cpu \u003e 85% for 10s","Until":""}` {
		t.Errorf("%s %v", text, err)
	}
	var flaws Flaws
	if err := rule.When.UnmarshalText([]byte("cpu > 85")); !errors.As(err, &flaws) || rule.When.String() != "cpu > 85% for 10s" {
		t.Errorf("%v %s", err, rule.When)
	}
}

// The table is what docs, completion and schemas are made of: all of it must be so.
func TestEverySignalOfTheTableCanBeCompared(t *testing.T) {
	list := Signals()
	for i, s := range list {
		c, err := Parse(s.Example)
		if err != nil || len(c.Signals()) != 1 || c.Signals()[0] != s.Name || c.Scope() != s.Scope {
			t.Errorf("%s: %s is %v of %s, %v", s.Name, s.Example, c.Signals(), c.Scope(), err)
		}
		if !strings.HasSuffix(s.Summary, ".") || s.Kind != Word && s.Most <= s.Least || (s.Kind == Word) != (len(s.Words) > 1) {
			t.Errorf("%+v", s)
		}
		if s.Words != nil {
			list[i].Words[0] = "mine"
		}
	}
	if Signals()[sheddingLevel].Words[0] != "admit-all" {
		t.Error("the caller does not own the list")
	}
	for text, word := range map[string]interface{ MarshalText() ([]byte, error) }{
		"dependency": Dependency, "duration": Duration, "unknown": Unknown,
	} {
		if got, err := word.MarshalText(); err != nil || string(got) != text {
			t.Errorf("%s %v", got, err)
		}
	}
}

func TestMustParsePanicsWithWhatIsWrong(t *testing.T) {
	defer func() {
		if said, _ := recover().(string); !strings.Contains(said, "write cpu > 85%") {
			t.Error(said)
		}
	}()
	MustParse("cpu > 85")
}
