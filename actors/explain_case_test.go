// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// valuesWithOrigin are all settings of the stages.
func valuesWithOrigin(e Explanation) (all []string) {
	for _, s := range e.Stages {
		for _, v := range s.Settings {
			all = append(all, v.Path+" "+v.Value+" "+string(v.Origin))
		}
	}
	return all
}

func TestExplanationShowsTheTableOfCases(t *testing.T) {
	r := spawn(t, start(t), casesPolicy(t), echo)
	e := r.Explain()
	for _, want := range []string{
		"deadline.total 2s given", "deadline.attempt 500ms given", "retry.attempts 3 given", "retry.only by class default",
	} {
		if !slices.Contains(valuesWithOrigin(e), want) {
			t.Errorf("no %q in %q", want, valuesWithOrigin(e))
		}
	}
	text := e.String()
	for _, want := range []string{
		"Cases:\n",
		"  - cases[0], priority sheddable: deadline.total 300ms, deadline.attempt 250ms,\n              retry.attempts 1, bulkhead.max_wait 5ms\n",
		"  - cases[1], tenant acme: deadline.total 5s, retry.only timeout\n",
		"  - cases[2], from the 2nd attempt on: deadline.attempt 400ms\n",
		"  - cases[3], operation charge or refund: deadline.reserve 20ms\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "applies") || strings.Contains(text, "Told for") || e.Call != "" {
		t.Errorf("it is about no call:\n%s", text)
	}
}

func TestExplanationTellsWhatACaseCosts(t *testing.T) {
	r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 100}, Cases: []Case{{Tenant: "acme", Cost: 5}}}, echo)
	e := r.ExplainCall(ctxOf(fuseboard.Normal, "acme"), 1)
	for _, want := range []string{"cases[0], tenant acme: cost 5 (applies)", "such a call takes 5"} {
		if !strings.Contains(e.String(), want) {
			t.Errorf("no %q in\n%s", want, e)
		}
	}
	if got := e.Cases[0].Settings; len(got) != 1 || got[0] != (Setting{Path: "cost", Value: "5", Origin: "cases[0]"}) {
		t.Errorf("%+v", got)
	}
	if strings.Contains(r.Explain().String(), "such a call") {
		t.Error("other calls are said to cost as much")
	}
}

func TestExplanationOfACallNamesTheCaseOfEachValue(t *testing.T) {
	r := spawn(t, start(t), casesPolicy(t), echo)
	ctx := ctxOf(fuseboard.Sheddable, "acme")
	for attempt, want := range map[int][]string{
		0: {"deadline.total 5s cases[1]", "retry.attempts 1 cases[0]", "retry.only timeout cases[1]", "bulkhead.max_wait 5ms cases[0]", "deadline.attempt 250ms cases[0]", "bulkhead.queue 8 given"},
		2: {"deadline.total 5s cases[1]", "deadline.attempt 400ms cases[2]"},
	} {
		e := r.ExplainCall(ctx, attempt)
		for _, w := range want {
			if got := valuesWithOrigin(e); !slices.Contains(got, w) {
				t.Errorf("attempt %d: no %q in %q", attempt, w, got)
			}
		}
		if e.Cases[0].Applies != true || e.Cases[1].Applies != true || e.Cases[2].Applies != (attempt == 2) {
			t.Errorf("attempt %d: %+v", attempt, e.Cases)
		}
	}
	text := r.ExplainCall(ctx, 2).String()
	for _, want := range []string{
		"Told for calls of priority sheddable, tenant acme, attempt 2.\n", "cases[1] total 5s\n", "cases[0] attempts 1\n", "attempt on: deadline.attempt 400ms (applies)\n",
		"no failure is repeated",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	var none context.Context
	if got := r.ExplainCall(none, 1); got.Call != "priority normal, attempt 1" {
		t.Errorf("%q", got.Call)
	}
	if got := (*Guard)(nil).ExplainCall(ctx, 1); got.Dependency != "" {
		t.Errorf("%+v", got)
	}
}

func TestExplanationOfCasesAsJSON(t *testing.T) {
	r := spawn(t, start(t), casesPolicy(t), echo)
	data, err := json.Marshal(r.ExplainCall(ctxOf(fuseboard.Normal, "acme"), 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"call":"priority normal, tenant acme, attempt 1"`,
		`{"case":"cases[1]","when":"tenant acme","applies":true,"settings":[{"path":"deadline.total","value":"5s","origin":"cases[1]"}`,
		`{"case":"cases[2]","when":"from the 2nd attempt on","settings":[`,
	} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
	bare := spawn(t, start(t), Policy{}, echo)
	if data, err = json.Marshal(bare.Explain()); err != nil || strings.Contains(string(data), "cases") || strings.Contains(string(data), `"call"`) {
		t.Errorf("%v: %s", err, data)
	}
}

// What an explanation says of a call is what a policy without cases would say that has its values.
func TestExplanationOfACallIsThatOfThePolicyByHand(t *testing.T) {
	sys := start(t)
	names := 0
	rapid.Check(t, func(rt *rapid.T) {
		given := drawTable(rt)
		op, priority := rapid.SampledFrom(someOperations).Draw(rt, "operation of"), rapid.SampledFrom(rising).Draw(rt, "of")
		tenant, attempt := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(rt, "tenant of"), rapid.IntRange(1, 5).Draw(rt, "attempt of")
		made := func(p Policy) *Guard {
			names++
			g, err := Protect(sys, "d"+keyNumber(names), p)
			if err != nil {
				rt.Fatal(err)
			}
			return g
		}
		byHand := byHand(given, op, priority, tenant, attempt)
		byHand.Cases = nil
		want := made(byHand).Explain()
		got := made(given).ExplainOperation(ctxOf(priority, tenant), op, attempt)
		for i, s := range got.Stages {
			for j := range s.Settings {
				if j >= len(want.Stages[i].Settings) || s.Settings[j].Value != want.Stages[i].Settings[j].Value || s.Settings[j].Path != want.Stages[i].Settings[j].Path {
					rt.Fatalf("%s:\ngot  %+v\nwant %+v", s.Name, s.Settings, want.Stages[i].Settings)
				}
			}
			if s.Now != want.Stages[i].Now || s.On != want.Stages[i].On {
				rt.Fatalf("got  %+v\nwant %+v", s, want.Stages[i])
			}
		}
	})
}
