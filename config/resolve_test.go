// SPDX-License-Identifier: Apache-2.0

package config

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

const layered = `
defaults: {deadline: {total: 4s, attempt: 900ms}, hedge: {after: 50ms}, workers: {idle: 10s}}
profiles:
  quick: {deadline: {total: 2s}}
  brownout: {bulkhead: {concurrency: 4}}
dependencies:
  "pay*": {retry: {attempts: 2}, bulkhead: {concurrency: 16}}
  payments:
    profiles: quick
    bulkhead: {concurrency: 8}
    hedge: off
    operations: {charge: {deadline: {total: 3s}}}
    cases: [{priorities: [critical], deadline: {total: 1s}}]
rules:
  busy: {when: cpu > 85%, profiles: [brownout]}
`

func TestEachValueKnowsWhatSaysItAndWhatLiesUnderIt(t *testing.T) {
	s := sound(t, layered, Options{
		Env:   []string{"HOME=/", "FUSEBOARD_SET__PAYMENTS__RETRY__ATTEMPTS=3", "FUSEBOARD_SET__DEFAULTS__DEADLINE__RESERVE=5ms"},
		Flags: []string{"payments.retry.attempts=4"},
	})
	r := resolved(t, s, "payments", Layers{
		Code: actors.Policy{
			Deadline: actors.Deadline{Total: time.Second}, Hedge: actors.Hedge{Copies: 2},
			Bulkhead: actors.Bulkhead{Queue: 7},
		},
		Rules:     []string{"busy"},
		Overrides: []Override{{Dependency: "payments", Path: "retry.attempts", Value: "1", By: "ann", Reason: "it hurts"}, {Dependency: "other", Path: "x"}},
	})
	for path, want := range map[string]string{
		"deadline.total":                   "2s f.yaml:5:29 (profile quick) < 4s f.yaml:3:30 (defaults) < 1s code",
		"deadline.attempt":                 "900ms f.yaml:3:43 (defaults)",
		"deadline.reserve":                 "5ms environment FUSEBOARD_SET__DEFAULTS__DEADLINE__RESERVE",
		"hedge":                            "off f.yaml:12:12 (dependency payments) < after: 50ms f.yaml:3:66 (defaults) < copies: 2 code",
		"retry.attempts":                   "1 override ann < 4 flag payments.retry.attempts < 3 environment FUSEBOARD_SET__PAYMENTS__RETRY__ATTEMPTS < 2 f.yaml:8:30 (dependency pay*)",
		"bulkhead.concurrency":             "4 f.yaml:6:38 (rule busy, profile brownout) < 8 f.yaml:11:29 (dependency payments) < 16 f.yaml:8:58 (dependency pay*)",
		"bulkhead.queue":                   "7 code",
		"bulkhead.order":                   "fifo built-in",
		"cases[0].deadline.total":          "1s f.yaml:14:56 (dependency payments)",
		"operations.charge.deadline.total": "3s f.yaml:13:45 (dependency payments)",
	} {
		if got := said(r, path); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
}

func TestWhatIsTakenAwayIsToldWithWhatItHides(t *testing.T) {
	s := sound(t, `
defaults: {retry: {attempts: 5, backoff: {base: 1s}}, breaker: {open_for: 3s}}
dependencies:
  "*": {retry: off}
  a: {retry: {attempts: 2}}
  b: {breaker: {open_for: null}}
  c: {retry: {backoff: off}}
`, Options{})
	for _, c := range []struct{ name, path, want string }{
		{"a", "retry.attempts", "2 f.yaml:6:25 (dependency a) < off f.yaml:5:16 (dependency *) < 5 f.yaml:3:30 (defaults)"},
		{"a", "retry.backoff.base", "50ms built-in < off f.yaml:5:16 (dependency *) < 1s f.yaml:3:49 (defaults)"},
		{"a", "retry", "none"},
		{"b", "retry", "off f.yaml:5:16 (dependency *) < backoff.base: 1s f.yaml:3:49 (defaults) < attempts: 5 f.yaml:3:30 (defaults)"},
		{"b", "breaker", "none"},
		{"b", "breaker.open_for", "off f.yaml:7:27 (dependency b) < 3s f.yaml:3:75 (defaults)"},
		{"c", "retry.backoff", "off f.yaml:8:24 (dependency c) < off f.yaml:5:16 (dependency *) < base: 1s f.yaml:3:49 (defaults)"},
	} {
		if got := said(resolved(t, s, c.name, Layers{}), c.path); got != c.want {
			t.Errorf("%s %s: %s", c.name, c.path, got)
		}
	}
}

func TestAZeroIsSaidAndTheDefaultHolds(t *testing.T) {
	s := sound(t, "dependencies: {a: {retry: {attempts: 0, innermost: true}}}\ndefaults: {retry: {attempts: 2}}\n", Options{})
	r := resolved(t, s, "a", Layers{})
	if got := said(r, "retry.attempts"); got != "3 built-in < 0 f.yaml:2:38 (dependency a) < 2 f.yaml:3:30 (defaults)" {
		t.Error(got)
	}
}

func TestWhatFilesSayNothingOfHasItsCodeAndOverridesAlone(t *testing.T) {
	s := sound(t, layered, Options{Flags: []string{"defaults.retry.attempts=9"}})
	if s.Has("other") || !s.Has("payments") || !s.Has("payroll") {
		t.Error("Has is wrong")
	}
	r := resolved(t, s, "other", Layers{
		Code: actors.Policy{Retry: actors.Retry{Attempts: 2}}, Rules: []string{"busy"},
		Overrides: []Override{{Dependency: "other", Path: "deadline.total", Value: "1s", By: "ann", Reason: "r"}},
	})
	want := actors.Policy{Retry: actors.Retry{Attempts: 2}, Deadline: actors.Deadline{Total: time.Second}}
	if got := r.Policy; got.Retry.Attempts != want.Retry.Attempts || got.Deadline != want.Deadline || got.Bulkhead.On() {
		t.Errorf("%+v", got)
	}
}

func TestARuleIsForWhatItNamesAmongTheEntries(t *testing.T) {
	s := sound(t, `
profiles: {p: {deadline: {total: 1s}}}
dependencies: {a: {}, "b-*": {}}
rules:
  all: {when: cpu > 85%, profiles: [p]}
  some: {when: cpu > 85%, profiles: [p], dependencies: ["b-*"]}
`, Options{})
	for _, r := range s.Rules() {
		var got []string
		for _, name := range []string{"a", "b-1", "c"} {
			if r.For(name) {
				got = append(got, name)
			}
		}
		if want := map[string]string{"all": "a b-1", "some": "b-1"}[r.Name]; strings.Join(got, " ") != want {
			t.Errorf("%s is for %v", r.Name, got)
		}
	}
	if !(Rule{}).For("x") || (Rule{Dependencies: []string{"y"}}).For("x") {
		t.Error("a rule made by hand is for what it names, or for all")
	}
}

func TestRulesLieInTheOrderOfTheFile(t *testing.T) {
	s := sound(t, `
profiles: {p: {deadline: {total: 1s}}, q: {deadline: {total: 2s}}}
dependencies: {a: {}}
rules:
  z: {when: cpu > 85%, profiles: [p]}
  b: {when: cpu > 85%, profiles: [q]}
`, Options{})
	r := resolved(t, s, "a", Layers{Rules: []string{"b", "z"}})
	if got := said(r, "deadline.total"); got != "2s f.yaml:3:62 (rule b, profile q) < 1s f.yaml:3:34 (rule z, profile p)" {
		t.Error(got)
	}
	if _, ps := s.Resolve("a", Layers{Rules: []string{"zz"}}); ps.Errors()[0].Fix != "did you mean z?" {
		t.Errorf("an unknown rule: %v", ps)
	}
}

func TestWhatCodeAndFilesMakeTogetherIsJudged(t *testing.T) {
	s := sound(t, "dependencies: {a: {bulkhead: {queue: 5}}}\n", Options{})
	for _, c := range []struct {
		code actors.Policy
		want string
	}{
		{actors.Policy{Retry: actors.Retry{Attempts: -1}}, "error negative retry.attempts code"},
		{actors.Policy{Breaker: actors.Breaker{FailureRate: math.NaN()}}, "error unsupported-type policy code"},
		{actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: -1}}, "error negative bulkhead.concurrency code"},
		{actors.Policy{Retry: actors.Retry{Classes: map[fuseboard.Class]actors.ClassRetry{"timeout": {Attempts: -2}}}}, "error negative retry.classes.timeout.attempts code"},
	} {
		_, ps := s.Resolve("a", Layers{Code: c.code})
		if got := brief(ps.Errors()); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%v\nwant %s", got, c.want)
		}
	}
}

func TestASetIsSharedByGoroutines(t *testing.T) {
	s := sound(t, layered, Options{Env: []string{"FUSEBOARD_SET__PAYMENTS__RETRY__ATTEMPTS=3"}})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				l := Layers{Rules: []string{"busy"}, Overrides: []Override{{Dependency: "payments", Path: "retry.attempts", Value: "-1", By: "a", Reason: "b"}}}
				if r, ps := s.Resolve("payments", l); len(r.Policy.Cases) != 2 || ps.Err() == nil || ps.Errors()[0].Excerpt == "" {
					t.Errorf("%v %v", r.Policy, ps)
				}
				_ = Compare(s, s, "x")
				_ = s.Unforced(nil, "payments", nil)
			}
		})
	}
	wg.Wait()
}
