// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestJudgeWarnsOfWhatIsProbablyNotMeant(t *testing.T) {
	for _, c := range []struct{ when, until, want string }{
		{"cpu > 85%", "", ""},
		{"cpu > 85%", "cpu < 70% for 30s", ""},
		{"cpu > 85%", "cpu <= 85%", ""},
		{"cpu > 85%", "not cpu > 85%", ""},
		{"cpu > 85% for 10s", "not (cpu > 85% for 10s)", ""},
		{"not (cpu > 85% for 10s)", "cpu > 90% for 10s", ""},
		{"not (cpu > 85% for 10s)", "cpu > 90% for 5s", "until rule-flaps"},
		{"cpu > 85%", "cpu < 90%", "until rule-flaps"},
		{"cpu >= 85%", "cpu <= 85%", "until rule-flaps"},
		{"cpu > 85%", "memory < 50%", "until rule-flaps"},
		{"cpu > 85% or memory > 90%", "cpu < 70%", "until rule-flaps"},
		{"cpu > 85% or memory > 90%", "cpu < 70% and memory < 80%", ""},
		{"circuit is open", "circuit is closed for 30s", ""},
		{"circuit is open,half-open", "circuit is not open", "until rule-flaps"},
		{"time 22:00-06:00", "time 06:00-07:00", ""},
		{"time 22:00-06:00", "time 05:00-07:00", "until rule-flaps"},
		{"time 22:00-06:00 Europe/Berlin", "time 06:00-07:00", "until rule-flaps"}, // who knows
		{"weekday sat and time 22:00-24:00", "weekday sun or time 08:00-09:00", ""},
		{"cpu > 85% and cpu < 50%", "", "when constant-condition"},
		{"cpu > 85% or cpu < 90%", "", "when constant-condition"},
		{"weekday sat and weekday sun", "", "when constant-condition"},
		{"(weekday sat and weekday mon or weekday sun) and time 08:00-20:00", "", ""},
		{"circuit is open and not circuit is open", "", "when constant-condition"},
		{"cpu > 85%", "cpu < 70% and cpu > 80%", "until constant-condition"},
		{"weekday sat and time 08:00-20:00 Europe/Berlin", "", "when several-zones"},
	} {
		var until Condition
		if c.until != "" {
			until = MustParse(c.until)
		}
		var got []string
		for _, p := range Judge(MustParse(c.when), until) {
			got = append(got, p.Path+" "+p.Code)
			if !p.Warning || p.Fix == "" || p.Value == "" {
				t.Errorf("%+v", p)
			}
		}
		if joined := strings.Join(got, ", "); joined != c.want {
			t.Errorf("when %s until %s: %q, want %q", c.when, c.until, joined, c.want)
		}
	}
	if Judge(Condition{}, Condition{}) != nil {
		t.Error("no condition has warnings")
	}
	const said = "until = cpu < 90%: may hold while cpu > 85% holds: the rule would go on and off by turns; " +
		"leave it out for cpu < 76.5%, or write one that excludes the when [rule-flaps]"
	if got := Judge(MustParse("cpu > 85%"), MustParse("cpu < 90%")).Error(); got != said {
		t.Error(got)
	}
}

// What holds together in some sample must be found possible, and an opposite never holds with
// what it is the opposite of.
func TestAnOppositeIsAConditionLikeOthersAndExcludesIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, other := MustParse(someCondition(t, 2)), MustParse(someCondition(t, 2))
		back, err := Parse(one.Opposite().String())
		if err != nil || !back.Equal(one.Opposite()) {
			t.Fatalf("%s: %v", one.Opposite(), err)
		}
		at := friday(t)
		for range 20 {
			at = at.later(t)
			first, second := one.Holds(at.wall, at.sample), other.Holds(at.wall, at.sample)
			if first == True && back.Holds(at.wall, at.sample) == True {
				t.Fatalf("%s and %s hold together with %s", one, back, at.sample)
			}
			if first == True && second == True && !possible(goal{one.root, true}, goal{other.root, true}) {
				t.Fatalf("%s and %s hold together with %s, and it is said to be impossible", one, other, at.sample)
			}
		}
		if possible(goal{one.root, true}, goal{back.root, true}) {
			t.Fatalf("%s and %s are said to hold together", one, back)
		}
	})
}

// Some conditions have more ways to hold than anyone can look at: then it is not known.
func TestJudgingIsBounded(t *testing.T) {
	parts := make([]string, broadest/2-1)
	for i := range parts {
		parts[i] = "(time 08:00-20:00 or weekday sat)"
	}
	wide := MustParse("memory > 90% and " + strings.Join(parts, " and "))
	tries := mostTries
	if !possibleIn(&tries, goal{wide.root, true}, goal{MustParse("memory < 10%").root, true}) || tries > 0 {
		t.Errorf("%d tries are left", tries)
	}
}
