// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"errors"
	"math"
	"testing"
	"time"
)

func TestASampleKnowsWhatItWasToldAndNothingElse(t *testing.T) {
	s, err := Sample{}.With("cpu", 0.9126)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.WithWord("circuit", "open"); err != nil || s.String() != "cpu 91.3%, circuit open" {
		t.Errorf("%s %v", s, err)
	}
	if v, known := s.Value("cpu"); v != 0.9126 || !known {
		t.Error(v, known)
	}
	for _, name := range []string{"memory", "nothing"} {
		if v, known := s.Value(name); v != 0 || known {
			t.Error(name, v, known)
		}
	}
	for _, v := range []float64{-1, math.NaN(), math.Inf(1)} {
		if gone, err := s.With("cpu", v); err != nil || gone.known[cpu] || gone.values[cpu] != 0 {
			t.Errorf("%v is known: %s", v, gone)
		}
	}
	if _, err := s.With("circuit", 1); err == nil {
		t.Error("a word is a number")
	}
	if _, err := s.WithWord("cpu", "open"); err == nil {
		t.Error("a number is a word")
	}
	if same, err := s.WithWord("circuit", "ajar"); err == nil || same != s || err.Error() != `circuit is never "ajar" (accepted: closed, open, half-open, ramping)` {
		t.Error(err)
	}
	if (Sample{}).String() != "nothing is known" {
		t.Error(Sample{})
	}
}

func TestADependencysSampleLiesOverTheHosts(t *testing.T) {
	if got := sampleOf("circuit=open,cpu=1%").Over(sampleOf("cpu=90%,memory=50%")); got != sampleOf("cpu=1%,memory=50%,circuit=open") {
		t.Error(got)
	}
}

func TestASampleReadsBackAndSaysWhatIsWrong(t *testing.T) {
	s := sampleOf("cpu 91.3%, run_queue=20ms, calls_per_second=3, circuit half-open")
	if again := sampleOf(s.String()); again != s || s.String() != "cpu 91.3%, run_queue 20ms, calls_per_second 3, circuit half-open" {
		t.Error(s)
	}
	_, err := ParseSample("cpu=90, cpo=1%, circuit=ajar,memory, gc=200%")
	var flaws Flaws
	if !errors.As(err, &flaws) || len(flaws) != 5 {
		t.Fatal(err)
	}
	for i, want := range []string{
		"column 1: 90: is no value of cpu (accepted: 0% to 100%); write cpu=90% [unit]",
		"column 9: cpo: is no signal (accepted: cpu, memory, gc, run_queue, shedding, amplification, failure_rate, rejection_rate, " +
			"calls_per_second, latency_p50, latency_p99, in_flight, queue, circuit); did you mean cpu? [unknown-signal]",
		"column 17: ajar: is no value of circuit (accepted: closed, open, half-open, ramping); write circuit=open [value]",
		"column 30: memory: is not a signal and its value; write cpu=90% [condition-syntax]",
		"column 38: 200%: is out of the range of gc (accepted: 0% to 100%) [out-of-range]",
	} {
		if got := flaws[i].Error(); got != want {
			t.Errorf("%s\n%s", got, want)
		}
	}
}

func TestHoldsFollowsKleenesLogic(t *testing.T) {
	const known, unknown = "cpu=90%", "memory > 50%"
	for text, want := range map[string]Truth{
		"cpu > 85%":                          True,
		"cpu > 85% for 10s":                  True, // as if it had always been so
		unknown:                              Unknown,
		"not " + unknown:                     Unknown,
		unknown + " and cpu > 85%":           Unknown,
		unknown + " and cpu < 85%":           False,
		unknown + " or cpu > 85%":            True,
		unknown + " or cpu < 85%":            Unknown,
		"not (" + unknown + " or cpu > 85%)": False,
		"(" + unknown + " for 1s)":           Unknown,
		"time 00:00-01:00":                   True,
	} {
		if got := MustParse(text).Holds(time.Unix(0, 0), sampleOf(known)); got != want {
			t.Errorf("%s is %s", text, got)
		}
	}
	if (Condition{}).Holds(time.Unix(0, 0), Sample{}) != False {
		t.Error("no condition holds")
	}
}
