// SPDX-License-Identifier: Apache-2.0

package world

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestARecordingIsReadWhateverTheOrderOfItsColumns(t *testing.T) {
	text := "\ufefftenant, At,latency,priority,operation\nacme,0.5,40ms,high,charge\n\n,1500ms,,,\n\"a,b\",1.5,0.1,sheddable,charge\n"
	got, problems := ReadArrivals(strings.NewReader(text))
	want := []Arrival{
		{At: 500 * ms, Operation: "charge", Tenant: "acme", Priority: fuseboard.High, Latency: 40 * ms},
		{At: 1500 * ms, Latency: -1},
		{At: 1500 * ms, Operation: "charge", Tenant: "a,b", Priority: fuseboard.Sheddable, Latency: 100 * ms},
	}
	if !slices.Equal(got, want) || len(problems) > 0 {
		t.Errorf("%+v, %v", got, problems)
	}
}

func TestEveryBadLineOfARecordingIsToldWithItsNumber(t *testing.T) {
	for text, want := range map[string][]string{
		"":              {"line 1 syntax"},
		"when,at,at\n1": {"line 1 unknown-field", "line 1 duplicate-field"},
		"tenant\na":     {"line 1 missing"},
		"at,priority\n1,odd\n2\n3,high\n2,high\nx,y\n3\"\n-1,\n90000,\n": {
			"line 2, priority bad-value", "line 3 bad-value", "line 5, at not-in-order", "line 6, at bad-value", "line 6, priority bad-value",
			"line 7 syntax", "line 8, at bad-value", "line 9, at bad-value",
		},
		"at\n\"1\n2\n": {"line 2 syntax"},
	} {
		got, problems := ReadArrivals(strings.NewReader(text))
		if got != nil {
			t.Errorf("%q: %v", text, got)
		}
		expect(t, text, problems, want...)
	}
}

func TestNoMoreThanAHundredBadLinesAreTold(t *testing.T) {
	_, problems := ReadArrivals(strings.NewReader("at\n" + strings.Repeat("x\n", 150)))
	if len(problems) != 101 || problems[100].Path != "recording" || problems[99].Path != "line 101, at" {
		t.Errorf("%d problems, at last %v", len(problems), problems[len(problems)-1])
	}
}

func TestARecordingThatCannotBeReadIsAProblem(t *testing.T) {
	broken := errors.New("broken disk")
	got, problems := ReadArrivals(iotest.TimeoutReader(strings.NewReader("at\n" + strings.Repeat("1\n", 10_000))))
	if len(problems) != 1 || got != nil || !strings.Contains(problems[0].Message, iotest.ErrTimeout.Error()) {
		t.Errorf("%v", problems)
	}
	_, problems = ReadArrivals(iotest.ErrReader(broken))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "broken disk") {
		t.Errorf("%v", problems)
	}
}

func FuzzReadArrivals(f *testing.F) {
	f.Add("at,operation,tenant,priority,latency\n0.5,charge,acme,high,40ms\n1s,,,,\n")
	f.Add("at\n\"1\n")
	f.Fuzz(func(t *testing.T, text string) {
		arrivals, problems := ReadArrivals(strings.NewReader(text))
		if len(problems) > 0 && arrivals != nil {
			t.Errorf("%v beside %v", arrivals, problems)
		}
		last := time.Duration(0)
		for _, a := range arrivals {
			if a.At < last || a.At > mostLatency || a.Latency < -1 {
				t.Errorf("%+v", a)
			}
			last = a.At
		}
	})
}
