// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

func TestPolicyIsOffUntilAFieldIsSet(t *testing.T) {
	if p := (Policy{}); p.On() || !p.WithDefaults().Equal(p) || len(p.Validate()) > 0 {
		t.Errorf("the zero policy is on: %+v", p.WithDefaults())
	}
	want := Policy{TTL: time.Minute, MaxEntries: 1000, Jitter: 0.1, AbandonAfter: 10 * time.Second, MaxRefreshes: 8}
	if got := (Policy{TTL: time.Minute}).WithDefaults(); !got.Equal(want) || len(got.Validate()) > 0 {
		t.Errorf("got %+v, %v", got, got.Validate())
	}
	if got := (Policy{MaxEntries: 5}).WithDefaults().TTL; got != 10*time.Second {
		t.Errorf("ttl %v", got)
	}
}

func TestEveryFieldOfAPolicyCounts(t *testing.T) {
	for _, p := range []Policy{
		{TTL: 1},
		{StaleWhileRevalidate: 1},
		{StaleIfError: 1},
		{NegativeTTL: 1},
		{NegativeOn: []fuseboard.Class{"timeout"}},
		{MaxEntries: 1},
		{Jitter: 0.1},
		{Coalesce: CoalesceOff},
		{AbandonAfter: 1},
		{MaxRefreshes: 1},
	} {
		if !p.On() || p.Equal(Policy{}) || !p.Equal(p.Clone()) || len(plain.Leaves(p)) == 0 {
			t.Errorf("%+v", p)
		}
	}
	p := Policy{NegativeOn: []fuseboard.Class{"timeout"}}
	p.Clone().NegativeOn[0] = "reset"
	if p.NegativeOn[0] != "timeout" {
		t.Error("a clone shares the classes")
	}
}

func TestPolicyIsReadFromItsWords(t *testing.T) {
	var p Policy
	text := `{"ttl": "30s", "stale_while_revalidate": "1m", "stale_if_error": "1h", "negative_ttl": "2s", "negative_on": ["timeout"],
		"max_entries": 50, "jitter": "20%", "coalesce": "off", "abandon_after": "3s", "max_refreshes": 2}`
	if problems := plain.Decode([]byte(text), &p); len(problems) > 0 {
		t.Fatal(problems)
	}
	want := Policy{
		TTL: 30 * time.Second, StaleWhileRevalidate: time.Minute, StaleIfError: time.Hour, NegativeTTL: 2 * time.Second,
		NegativeOn: []fuseboard.Class{"timeout"}, MaxEntries: 50, Jitter: 0.2, Coalesce: CoalesceOff, AbandonAfter: 3 * time.Second, MaxRefreshes: 2,
	}
	if !p.Equal(want) || len(p.Validate()) > 0 {
		t.Errorf("got %+v, %v", p, p.Validate())
	}
	problems := plain.Decode([]byte(`{"coalesce": "maybe"}`), &p)
	if len(problems) != 1 || !strings.Contains(problems.Error(), `"maybe" is not a coalesce (accepted: on, off)`) {
		t.Error(problems)
	}
}

func TestWordsOfACacheAreKnown(t *testing.T) {
	for i, word := range []string{"drop", "fresh", "negative", "failed", "unknown"} {
		if got := Keep(i).String(); got != word {
			t.Errorf("keep %d: %s", i, got)
		}
	}
	for i, word := range []string{"load", "shared", "hit", "stale", "stale-on-error", "negative", "rescued", "unknown"} {
		if got := From(i).String(); got != word {
			t.Errorf("from %d: %s", i, got)
		}
	}
	if text, err := CoalesceOff.MarshalText(); string(text) != "off" || err != nil || CoalesceOn.String() != "on" {
		t.Error(string(text), err)
	}
}

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	bad := Policy{
		TTL: -1, StaleWhileRevalidate: 1, StaleIfError: 365 * 24 * time.Hour, NegativeTTL: 4 * time.Hour,
		NegativeOn: []fuseboard.Class{"No Class", "timeout", "timeout", "cancelled"}, MaxEntries: 100_000_000, Jitter: 10, Coalesce: 7,
		AbandonAfter: 2 * time.Hour, MaxRefreshes: -1,
	}
	var got []string
	for _, problem := range bad.Validate() {
		got = append(got, problem.Path+" "+problem.Code)
	}
	want := []string{
		"ttl negative", "stale_while_revalidate out-of-range", "stale_if_error out-of-range", "negative_ttl out-of-range",
		"negative_on[0] class-name", "negative_on[2] class-twice", "negative_on[3] class-not-failed",
		"max_entries out-of-range", "jitter out-of-range", "coalesce unknown-word", "abandon_after out-of-range", "max_refreshes negative",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	many := Policy{NegativeOn: make([]fuseboard.Class, 33)}.Validate()
	if len(many.Errors()) != 1 || many[0].Code != CodeManyClasses {
		t.Error(many)
	}
}

func TestValidateWarnsOfWhatHasNoEffect(t *testing.T) {
	for code, p := range map[string]Policy{
		CodeNegativeOff: {NegativeOn: []fuseboard.Class{"timeout"}},
		CodeLongFailure: {NegativeOn: []fuseboard.Class{"timeout"}, NegativeTTL: time.Hour},
		CodeStaleUnused: {StaleIfError: time.Minute, StaleWhileRevalidate: time.Minute},
	} {
		if problems := p.Validate(); len(problems) != 1 || problems[0].Code != code || !problems[0].Warning {
			t.Errorf("%s: %v", code, problems)
		}
	}
}

func TestHostilePoliciesAreMovedIntoTheirRanges(t *testing.T) {
	least, most := time.Duration(math.MinInt64), time.Duration(math.MaxInt64)
	for _, p := range []Policy{
		{TTL: least, StaleWhileRevalidate: least, StaleIfError: least, NegativeTTL: least, MaxEntries: math.MinInt, Jitter: math.NaN(), Coalesce: 9, AbandonAfter: least, MaxRefreshes: math.MinInt},
		{TTL: most, StaleWhileRevalidate: most, StaleIfError: most, NegativeTTL: most, MaxEntries: math.MaxInt, Jitter: math.Inf(1), AbandonAfter: most, MaxRefreshes: math.MaxInt},
		{Jitter: math.Inf(-1)},
		{},
	} {
		usable := p.clamped()
		if problems := usable.Validate().Errors(); len(problems) > 0 {
			t.Errorf("%+v becomes %+v: %v", p, usable, problems)
		}
		c := New[int](p, fuseboard.NewClock(), func(int) Store[*Entry[int]] { return nil })
		want(t, get(t, c, "k", brings(1)), 1, nil, FromLoad)
		want(t, get(t, c, "k", forbidden(t)), 1, nil, Hit)
		c.Reshape(p)
		var forever context.Context
		if err := c.Close(forever); err != nil {
			t.Error(err)
		}
	}
}
