// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestNamesAreThoseThatProtectAccepts(t *testing.T) {
	for name, want := range map[string]string{
		"a": "both", "0": "both", "payments.eu-1_b": "both", strings.Repeat("a", 63): "both",
		"*": "wild", "search-*": "wild", "a?": "wild", "*-eu": "wild",
		"": "none", "A": "none", "-a": "none", ".a": "none", "a b": "none", "é": "none", strings.Repeat("a", 64): "none", "a/b": "none", "[a]": "none",
	} {
		got := map[[2]bool]string{{true, true}: "both", {false, true}: "wild", {false, false}: "none"}[[2]bool{isName(name, false), isName(name, true)}]
		if got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func TestProfilesInACircleAreToldOnceEach(t *testing.T) {
	for text, want := range map[string][]string{
		"profiles: {a: {extends: a}}":                                                                     {"a -> a"},
		"profiles: {a: {extends: b}, b: {extends: a}}":                                                    {"a -> b -> a"},
		"profiles: {z: {extends: a}, a: {extends: [c, b]}, b: {extends: a}, c: {}}":                       {"a -> b -> a"},
		"profiles: {a: {extends: b}, b: {extends: [a, c]}, c: {extends: b}}":                              {"a -> b -> a", "b -> c -> b"},
		"profiles: {a: {extends: [b, c]}, b: {extends: d}, c: {extends: d}, d: {}}":                       nil,
		"profiles: {a: {extends: [b, b]}, b: {}}":                                                         nil,
		"profiles: {a: {extends: b}, b: {extends: c}, c: {extends: a}, x: {extends: y}, y: {extends: x}}": {"a -> b -> c -> a", "x -> y -> x"},
	} {
		d, ps := readOne(t, text+"\n")
		var got []string
		for _, p := range ps.Errors() {
			_, circle, _ := strings.Cut(p.Message, ": ")
			got = append(got, circle)
			if len(p.Related) != strings.Count(circle, "->")-1 {
				t.Errorf("%s: %v is related", circle, p.Related)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
		for _, s := range d.profiles { // who follows extends comes to an end
			depth := 0
			var follow func(s *section)
			follow = func(s *section) {
				if depth++; depth > 100 {
					t.Fatalf("%s: the circle is still closed", text)
				}
				for _, o := range s.over {
					follow(d.profile(o.name))
				}
			}
			follow(s)
		}
	}
}

func TestAProfileThatARuleOrAProfileNamesIsUsed(t *testing.T) {
	readGood(t, "profiles: {a: {}, b: {extends: a}}\nrules: {busy: {when: cpu > 85%, profiles: [b]}}\n")
	_, ps := readOne(t, "profiles: {a: {}, b: {extends: a}}\n")
	if len(ps) != 1 || ps[0].Code != CodeUnused || ps[0].Path != "profiles.b" || !ps[0].Warning {
		t.Errorf("%v", ps)
	}
}

func TestConditionsAreToldWhereTheyStandInTheFile(t *testing.T) {
	for text, want := range map[string]string{
		"{when: cpuu > 85%, profiles: a}":                                        "4:13",
		"{when: 'cpu > 85% or memry > 90%', profiles: a}":                        "4:27",
		"{when: \"cpu > 85% or memry > 90%\", profiles: a}":                      "4:27",
		"{when: \"cpu > 85% \\u006fr memry > 90%\", profiles: a}":                "4:13",
		"\n    when: cpu > 85% for 10s and\n      memry > 90%\n    profiles: a":  "5:11",
		"\n    when: >-\n      cpu > 85% or\n      memry > 90%\n    profiles: a": "5:11",
		"{when: cpu > 85%, until: é, profiles: a}":                               "4:31",
		"{when: , profiles: a}":                                                  "4:12",
		"{when: [cpu], profiles: a}":                                             "4:13",
	} {
		if !strings.HasPrefix(text, "\n") {
			text = " " + text
		}
		_, ps := readOne(t, "profiles: {a: {}}\nrules:\n  x:"+text+"\n")
		if len(ps) == 0 || fmt.Sprintf("%d:%d", ps[0].Origin.Line, ps[0].Origin.Column) != want {
			t.Errorf("%s: want %s\n%s", text, want, ps)
		}
	}
}

func TestForceLinesArePartedWhereAPathBegins(t *testing.T) {
	const entries = "dependencies: {payments: {}, a.b: {}, a.retry: {}, a: {}, a.deadline: {}, \"search-*\": {}}\n"
	for line, want := range map[string]string{
		"payments.bulkhead.concurrency":        "payments|bulkhead.concurrency|",
		"payments.bulkhead.concurrency=4":      "payments|bulkhead.concurrency|4",
		"payments.bulkhead.concurrency = 4":    "payments|bulkhead.concurrency|4",
		"payments.breaker":                     "payments|breaker|",
		"payments.mode=shadow":                 "payments|mode|shadow",
		"a.b.retry.attempts":                   "a.b|retry.attempts|",
		"a.deadline.adaptive.min":              "a|deadline.adaptive.min|",
		"a.retry.retry.attempts":               "a.retry|retry.attempts|",
		"search-eu.rate.limit":                 "search-eu|rate.limit|",
		"search-*.rate.limit":                  "search-*|rate.limit|",
		"payments.breaker.weights.timeout=0.5": "payments|breaker.weights.timeout|0.5",
		"payments.rate.per_tenant.limit":       "payments|rate.per_tenant.limit|",
		"*.bulkhead.concurrency":               "*|bulkhead.concurrency|",
	} {
		d := readGood(t, entries+"force:\n  - \""+line+"\"\n")
		if f := d.forced[0]; f.Dependency+"|"+f.Path+"|"+f.Value != want {
			t.Errorf("%s: %+v, want %s", line, f, want)
		}
	}
	for line, code := range map[string]string{
		"payments": CodeForce, "bulkhead.concurrency": CodeForce, "payments.bulkhead.": CodeForce, "payments.retry.attempts.x": CodeForce, "Pay.retry": CodeForce,
		"paymants.retry": CodeForceWithoutEntry, "": CodeForce, "=": CodeForce, ".retry": CodeForce, "payments..retry": CodeForceWithoutEntry,
	} {
		_, ps := readOne(t, entries+"force:\n  - \""+line+"\"\n")
		if len(ps) != 1 || ps[0].Code != code || ps[0].Fix == "" {
			t.Errorf("%s: want %s\n%s", line, code, ps)
		}
	}
	if _, ps := readOne(t, entries+"force: [payments.retry, payments.retry]\n"); len(ps) != 1 || ps[0].Code != CodeDuplicate || len(ps[0].Related) != 1 {
		t.Errorf("twice the same line: %v", ps)
	}
}

func TestRulesAreForEntriesThatThereAre(t *testing.T) {
	const head = "profiles: {a: {}}\ndependencies: {payments: {}, \"search-*\": {}}\nrules: {x: {when: cpu > 85%, profiles: a, dependencies: ["
	for _, name := range []string{"payments", "search-eu", "\"search-*\"", "\"*\"", "\"pay*\"", "\"search-e?\""} {
		readGood(t, head+name+"]}}\n")
	}
	for name, code := range map[string]string{
		"payment": CodeUnknownDependency, "\"x*\"": CodeUnknownDependency, "Payments": CodeName, "3": CodeType, "\"\"": CodeName,
	} {
		_, ps := readOne(t, head+name+"]}}\n")
		if len(ps) != 1 || ps[0].Code != code || ps[0].Path != "rules.x.dependencies[0]" || ps[0].Fix == "" {
			t.Errorf("%s: %v, want %s", name, ps, code)
		}
	}
}
