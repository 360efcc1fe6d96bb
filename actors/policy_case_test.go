// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

const casesJSON = `{
  "deadline": {"total": "2s", "attempt": "500ms"}, "retry": {"attempts": 3}, "bulkhead": {"concurrency": 4, "queue": 8},
  "cases": [
    {"priorities": ["sheddable"], "deadline": {"total": "300ms", "attempt": "250ms"}, "retry": {"attempts": 1}, "max_wait": "5ms"},
    {"tenant": "acme", "deadline": {"total": "5s"}, "retry": {"only": ["timeout"]}},
    {"attempt": 2, "deadline": {"attempt": "400ms"}},
    {"operations": ["charge", "refund"], "deadline": {"reserve": "20ms"}}
  ]
}`

func casesPolicy(t *testing.T) (p Policy) {
	t.Helper()
	if err := json.Unmarshal([]byte(casesJSON), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCasesAreReadAndWrittenAsPolicyFilesHaveThem(t *testing.T) {
	p := casesPolicy(t)
	want := []Case{
		{
			Priorities: []fuseboard.Priority{fuseboard.Sheddable}, MaxWait: 5 * time.Millisecond,
			Deadline: Deadline{Total: 300 * time.Millisecond, Attempt: 250 * time.Millisecond}, Retry: Retry{Attempts: 1},
		},
		{Tenant: "acme", Deadline: Deadline{Total: 5 * time.Second}, Retry: Retry{Only: []fuseboard.Class{fuseboard.ClassTimeout}}},
		{Attempt: 2, Deadline: Deadline{Attempt: 400 * time.Millisecond}},
		{Operations: []string{"charge", "refund"}, Deadline: Deadline{Reserve: 20 * time.Millisecond}},
	}
	if !reflect.DeepEqual(p.Cases, want) {
		t.Errorf("%+v", p.Cases)
	}
	if ps := p.Validate(); len(ps) != 0 {
		t.Error(ps)
	}
	data, err := json.Marshal(p)
	var again Policy
	if err != nil || json.Unmarshal(data, &again) != nil || !reflect.DeepEqual(p, again) {
		t.Errorf("%v\n%s", err, data)
	}
	err = json.Unmarshal([]byte(`{"tenant": "acme", "cases": [{"priorities": ["urgent"], "tennant": "a", "attempt": 1.5}]}`), &p)
	for _, want := range []string{"did you mean cases[0].tenant?", `cases[0].priorities[0] = urgent: "urgent" is not a priority`, "cases[0].tennant", "cases[0].attempt"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}

func TestEverythingWrongWithCasesIsSaidAtOnce(t *testing.T) {
	p := Policy{
		Deadline: Deadline{Total: 2 * time.Second, Attempt: 500 * time.Millisecond, Reserve: 50 * time.Millisecond},
		Retry:    Retry{Attempts: 3, Backoff: Backoff{Max: time.Second}},
		Breaker:  Breaker{SlowRate: 0.5, SlowAfter: 450 * time.Millisecond},
		Bulkhead: Bulkhead{Queue: 4},
	}
	only := func(c ...Case) Policy {
		p := p
		p.Cases = c
		return p
	}
	sheddable := []fuseboard.Priority{fuseboard.Sheddable}
	noQueue := only(Case{MaxWait: time.Millisecond}, Case{MaxWait: time.Hour, Deadline: Deadline{Total: time.Second * 3}})
	noQueue.Bulkhead = Bulkhead{}
	for name, k := range map[string]struct {
		policy Policy
		want   []string
	}{
		"ranges": {only(
			Case{Tenant: "a", Deadline: Deadline{Attempt: -1}, Retry: Retry{Attempts: 50, Only: []fuseboard.Class{"NO"}}, MaxWait: time.Hour},
			Case{Tenant: "b", Retry: Retry{Attempts: 50, Backoff: Backoff{Base: 2 * time.Second}}},
		), []string{
			"cases[0].max_wait out-of-range", "cases[0].deadline.attempt negative", "cases[0].retry.attempts out-of-range",
			"cases[0].retry.only[0] class-name", "cases[0].max_wait wait-exceeds-total",
			"cases[1].retry.attempts out-of-range", "cases[1].retry.backoff.base base-above-max", "cases[1].retry.attempts attempts-exceed-total",
		}},
		"conditions": {only(Case{
			Priorities: []fuseboard.Priority{9, fuseboard.High, fuseboard.High}, Tenant: "\xff", Attempt: 11, Retry: Retry{Attempts: 2},
		}, Case{Tenant: strings.Repeat("x", 300), Retry: Retry{Attempts: 2}}, Case{Attempt: -1, Retry: Retry{Attempts: 1}}), []string{
			"cases[0].priorities[0] unknown-priority", "cases[0].priorities[2] named-twice", "cases[0].tenant bad-tenant",
			"cases[0].attempt out-of-range", "cases[0].attempt never-reached", "cases[1].tenant bad-tenant", "cases[1] overlaid",
			"cases[2].attempt negative",
		}},
		"shared": {only(Case{Attempt: 2, Deadline: Deadline{Total: time.Second, Reserve: time.Millisecond}, Retry: Retry{Budget: Budget{Ratio: 5}}}), []string{
			"cases[0].deadline.total of-the-whole-call", "cases[0].deadline.reserve of-the-whole-call", "cases[0].retry.budget of-the-guard",
		}},
		"idle": {only(
			Case{Priorities: sheddable},
			Case{Tenant: "a", Deadline: Deadline{Total: 2 * time.Second}},
			Case{Tenant: "b", Deadline: Deadline{Total: 3 * time.Second}},
			Case{Tenant: "b", Deadline: Deadline{Total: 4 * time.Second}},
			Case{Attempt: 4, Deadline: Deadline{Attempt: time.Millisecond}},
		), []string{
			"cases[0] sets-nothing", "cases[1] no-difference", "cases[2] overlaid", "cases[4].attempt never-reached",
		}},
		"no queue": {noQueue, []string{"cases[0].max_wait wait-without-queue", "cases[1].max_wait out-of-range", "cases[1].max_wait wait-without-queue"}},
		"between sections": {only(
			Case{Tenant: "a", Deadline: Deadline{Total: time.Second}},
			Case{Priorities: sheddable, Deadline: Deadline{Attempt: 400 * time.Millisecond}},
			Case{Tenant: "b", Deadline: Deadline{Reserve: 3 * time.Second}},
			Case{Tenant: "c", MaxWait: 2 * time.Second},
		), []string{
			"cases[0] attempts-exceed-total", "cases[1] slow-after-exceeds-attempt", "cases[1] attempts-exceed-total", "cases[2].deadline.reserve reserve-over-total", "cases[3].max_wait wait-exceeds-total",
		}},
		"too many": {only(make([]Case, MaxCases+1)...), []string{"cases too-many-cases"}},
	} {
		var got []string
		for _, p := range k.policy.Validate() {
			got = append(got, p.Path+" "+p.Code)
			if p.Fix == "" && p.Accepted == "" {
				t.Errorf("%s: %v says not what to do", name, p)
			}
		}
		if !slices.Equal(got, k.want) {
			t.Errorf("%s:\ngot  %q\nwant %q\n%v", name, got, k.want, k.policy.Validate())
		}
	}
}

func TestCasesThatDifferInAnyFieldAreNotEqual(t *testing.T) {
	var c Case
	fields(reflect.ValueOf(&c).Elem(), "case", func(path string, v reflect.Value) {
		was := reflect.ValueOf(v.Interface())
		otherwise(t, path, v)
		a, b := Policy{Cases: []Case{c}}, Policy{Cases: []Case{{}}}
		if a.equal(b) || b.equal(a) || !a.equal(a.clone()) {
			t.Errorf("%s does not count", path)
		}
		v.Set(was)
	})
}
