// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/fuseboard/fuseboard/actors"
)

// edited are the numbers of policy files after good edits and bad ones.
func edited() PolicyNumbers {
	return PolicyNumbers{
		Version: 7, Since: 1767225600.25, Applied: 4, Refused: 3, Refusing: true,
		Overrides: 2, Rules: 1, Guards: 12, Waiting: 5,
	}
}

func TestPageTellsOfPolicyFiles(t *testing.T) {
	sys := start(t, actors.Options{})
	page := parse(t, telemetryOf(t, sys, Options{Policies: edited}).page())
	for name, want := range map[string]float64{
		"version": 7, "since_timestamp_seconds": 1767225600.25, "edits_total": 7, "refusing": 1, "rolled_back": 0,
		"overrides": 2, "rules_holding": 1, "guards": 12, "guards_waiting": 5,
	} {
		if got := page[prefix+"policies_"+name].sum("service", "shop"); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	edits := page[prefix+"policies_edits_total"]
	if edits.sum("result", "applied") != 4 || edits.sum("result", "refused") != 3 {
		t.Errorf("%v", edits.samples)
	}
	page = parse(t, telemetryOf(t, sys, Options{Policies: func() PolicyNumbers { return PolicyNumbers{RolledBack: true} }}).page())
	if page[prefix+"policies_rolled_back"].sum() != 1 || page[prefix+"policies_refusing"].sum() != 0 {
		t.Error("a rollback is told as something else")
	}
	page = parse(t, telemetryOf(t, sys, Options{Policies: func() PolicyNumbers { return PolicyNumbers{} }}).page())
	for _, f := range policiesFamilies {
		if got := page[prefix+f.name]; len(got.samples) == 0 || got.sum() != 0 {
			t.Errorf("%s before there is a version: %v", f.name, got.samples)
		}
	}
}

func TestPageTellsNothingOfPolicyFilesWhereThereAreNone(t *testing.T) {
	page := parse(t, telemetryOf(t, start(t, actors.Options{}), Options{}).page())
	for _, f := range policiesFamilies {
		if got := page[prefix+f.name]; got == nil || len(got.samples) != 0 {
			t.Errorf("%s: %v", f.name, got)
		}
	}
}

func TestPoliciesThatPanicDoNotBreakThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, actors.Options{})
		spawn(t, sys, "payments", full, echo)
		broken := false
		tel := telemetryOf(t, sys, Options{Policies: func() PolicyNumbers {
			if broken {
				panic("no numbers")
			}
			return edited()
		}})
		rest := func(page string) []string {
			return slices.DeleteFunc(strings.Split(page, "\n"), func(line string) bool {
				return strings.HasPrefix(line, prefix+"policies_") || strings.HasPrefix(line, prefix+"scrape")
			})
		}
		whole := tel.page()
		broken = true
		got := tel.page()
		for _, f := range policiesFamilies {
			if len(parse(t, got)[prefix+f.name].samples) != 0 {
				t.Errorf("%s is shown, and nobody knows it", f.name)
			}
		}
		if !slices.Equal(rest(got), rest(whole)) {
			t.Error("the page misses more than the policies")
		}
		broken = false
		if n := parse(t, tel.page())[prefix+"policies_version"].sum(); n != 7 {
			t.Errorf("after it: version %v", n)
		}
	})
}

func TestHostileNumbersOfPoliciesCannotBreakThePage(t *testing.T) {
	sys := start(t, actors.Options{})
	for _, since := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), -6.2e10, math.MaxFloat64} {
		hostile := PolicyNumbers{
			Version: math.MaxUint64, Since: since, Applied: math.MaxUint64, Refused: math.MaxUint64,
			Overrides: math.MinInt, Rules: -1, Guards: math.MaxInt, Waiting: math.MinInt,
		}
		page := parse(t, telemetryOf(t, sys, Options{Policies: func() PolicyNumbers { return hostile }}).page())
		at := func(name string) float64 { return page[prefix+"policies_"+name].sum() }
		if at("overrides") != 0 || at("rules_holding") != 0 || at("guards_waiting") != 0 || at("since_timestamp_seconds") < 0 {
			t.Errorf("since %v: below zero", since)
		}
	}
}

func TestPoliciesAreAskedOnceForEachScrape(t *testing.T) {
	var asked atomic.Int64
	tel := telemetryOf(t, start(t, actors.Options{}), Options{Policies: func() PolicyNumbers { asked.Add(1); return edited() }})
	if asked.Load() != 0 {
		t.Error("asked before a scrape")
	}
	for range 3 {
		tel.page()
	}
	if n := asked.Load(); n != 3 {
		t.Errorf("asked %d times for 3 pages", n)
	}
}
