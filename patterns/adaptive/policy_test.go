// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

func TestPolicyIsOffUntilAFieldIsSet(t *testing.T) {
	if p := (Policy{}); p.On() || p.WithDefaults() != p || p.Bytes() != 0 || len(p.Validate()) > 0 {
		t.Errorf("the zero policy is on: %+v", p.WithDefaults())
	}
	want := Policy{
		Min: 4, Max: 200, Initial: 20, Window: time.Second, MinSamples: 10, Smoothing: 0.2, Tolerance: 1.05,
		QueueSize: 4, LongWindow: 600, BackoffRatio: 0.9, Timeout: 5 * time.Second, DropRate: 0.01, Probe: 60,
	}
	if got := (Policy{Min: 4}).WithDefaults(); got != want {
		t.Errorf("got %+v", got)
	}
	if got := (Policy{Kind: KindVegas}).WithDefaults(); got.Smoothing != 1 || got.Tolerance != 1.1 {
		t.Errorf("vegas: %+v", got)
	}
	if got := (Policy{Published: true}).WithDefaults(); got.Tolerance != 1.5 {
		t.Errorf("published: %+v", got)
	}
	if got := (Policy{Max: 2}).WithDefaults(); got.Min != 2 || got.Initial != 2 || len(got.Validate().Errors()) > 0 {
		t.Errorf("max 2: %+v, %v", got, got.Validate())
	}
	if got := (Policy{Min: 300}).WithDefaults(); got.Max != 300 || got.Initial != 300 || len(got.Validate().Errors()) > 0 {
		t.Errorf("min 300: %+v, %v", got, got.Validate())
	}
	p := want
	p.Initial = 30
	if l := New(p); l.Limit() != 30 {
		t.Errorf("limit %d", l.Limit())
	}
}

func TestPolicyIsReadFromItsWords(t *testing.T) {
	var p Policy
	text := `{"kind": "aimd", "min": 4, "max": 100, "window": "500ms", "backoff_ratio": "80%", "timeout": "2s", "drop_rate": "5%", "published": true}`
	if problems := plain.Decode([]byte(text), &p); len(problems) > 0 {
		t.Fatal(problems)
	}
	want := Policy{Kind: KindAIMD, Min: 4, Max: 100, Window: 500 * time.Millisecond, BackoffRatio: 0.8, Timeout: 2 * time.Second, DropRate: 0.05, Published: true}
	if p != want || len(p.Validate()) > 0 {
		t.Errorf("got %+v, %v", p, p.Validate())
	}
	if problems := plain.Decode([]byte(`{"kind": "bbr"}`), &p); len(problems) != 1 {
		t.Errorf("%v", problems)
	}
	if _, err := Kind(3).MarshalText(); err == nil || Kind(3).String() != "unknown" {
		t.Error("kind 3 has a word")
	}
}

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	p := Policy{
		Kind: 9, Min: -1, Max: 2_000_000, Initial: -1, Window: time.Millisecond, MinSamples: -1, Smoothing: math.NaN(), Tolerance: 1,
		QueueSize: -1, LongWindow: -1, BackoffRatio: 0.1, Timeout: -1, DropRate: 2, Probe: -1,
	}
	var paths []string
	for _, problem := range p.Validate() {
		paths = append(paths, problem.Path)
	}
	want := []string{
		"kind", "min", "max", "initial", "window", "min_samples", "smoothing", "tolerance", "queue_size", "long_window",
		"backoff_ratio", "timeout", "drop_rate", "probe",
	}
	if !slices.Equal(paths, want) {
		t.Errorf("got %q", paths)
	}
}

func TestValidateReportsWhatIsWrongTogether(t *testing.T) {
	for _, c := range []struct {
		policy Policy
		want   string
	}{
		{Policy{Min: 50, Max: 10}, "min = 50: is greater than max (10); set min to max or less: with both equal the limit does not move [min-over-max]"},
		{Policy{Min: 5, Max: 10, Initial: 20}, "initial = 20: lies outside of min to max, whose nearest end is taken; set it from 5 to 10, or leave it out [initial-outside]"},
		{Policy{Kind: KindAIMD, Tolerance: 2}, "tolerance: has no effect on aimd; remove it, or choose another kind [not-of-kind]"},
		{Policy{Kind: KindVegas, BackoffRatio: 0.8}, "backoff_ratio: has no effect on vegas; remove it, or choose another kind [not-of-kind]"},
	} {
		if got := c.policy.Validate(); len(got) != 1 || got[0].Error() != c.want {
			t.Errorf("got %v\nwant %s", got, c.want)
		}
	}
	if warnings := (Policy{Kind: KindAIMD, Tolerance: 2}).Validate().Warnings(); len(warnings) != 1 {
		t.Errorf("%v", warnings)
	}
}

// Every field that validation judges is brought into its range for who did not ask it.
func TestHostilePoliciesAreMovedIntoTheirRanges(t *testing.T) {
	extreme := []any{math.MinInt, math.MaxInt, time.Duration(math.MinInt64), time.Duration(math.MaxInt64), math.NaN(), math.Inf(1), math.Inf(-1), Kind(200)}
	for i := range reflect.TypeFor[Policy]().NumField() {
		for _, v := range extreme {
			var p Policy
			field := reflect.ValueOf(&p).Elem().Field(i)
			if field.Type() != reflect.TypeOf(v) {
				continue
			}
			field.Set(reflect.ValueOf(v))
			usable := p.clamped()
			for _, problem := range usable.Validate() {
				if problem.Code != CodeNotOfKind { // the defaults of all kinds are written out
					t.Errorf("%+v becomes %+v: %v", p, usable, problem)
				}
			}
			l := New(p)
			for n := range 100 {
				l.Sample(n, 0, time.Second, n, n%3 == 0)
			}
			if l.Limit() < 1 || l.Limit() > mostLimit {
				t.Errorf("%+v: limit %d", p, l.Limit())
			}
		}
	}
}

func TestDefaultsWrittenOutWarnOfNothing(t *testing.T) {
	for kind := KindGradient2; kind <= KindAIMD; kind++ {
		if ps := (Policy{Kind: kind, Max: 50}).WithDefaults().Validate(); len(ps) != 0 {
			t.Errorf("%s: %v", kind, ps)
		}
	}
	if ps := (Policy{Kind: KindVegas, Timeout: time.Minute}).Validate(); len(ps) != 1 {
		t.Errorf("a field of another kind: %v", ps)
	}
}
