// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"
	"testing"
)

const twoRules = `dependencies:
  a: {deadline: {total: 1s}, workers: {max: 20}}
profiles: {copies: {hedge: {after: 50ms}}, calm: {workers: off}}
rules:
  one: {when: "cpu > 85%", profiles: [copies]}
  two: {when: "`

// Rules that are right each by itself may make a policy together that no guard takes, and then none of them would begin.
func TestRulesThatCanNotHoldTogetherAreWarnedOf(t *testing.T) {
	_, ps := Read(file(twoRules+"memory > 90%\", profiles: [calm]}\n"), Options{})
	found := 0
	for _, p := range ps {
		if p.Code == CodeRulesClash {
			found++
		}
	}
	if found != 1 || ps.Err() != nil {
		t.Errorf("%d warnings of two rules:\n%s", found, ps)
	}
	apart := strings.Replace(twoRules, "workers: off", "bulkhead: {concurrency: 9}", 1)
	for _, text := range []string{apart, strings.Replace(apart, ", workers: {max: 20}", "", 1)} { // the program may have workers
		_, ps = Read(file(text+"memory > 90%\", profiles: [calm]}\n"), Options{})
		for _, p := range ps {
			if p.Code == CodeRulesClash || !p.Warning {
				t.Errorf("%s", p)
			}
		}
	}
}

// Nothing is counted past a guard in bypass, so that a rule which ends by it would hold for ever.
func TestARuleThatBlindsItselfIsWarnedOf(t *testing.T) {
	text := "dependencies: {a: {breaker: {min_calls: 30}}}\nprofiles: {past: {mode: MODE}}\nrules: {r: {when: WHEN, profiles: [past]}}\n"
	for _, c := range []struct {
		mode, when string
		warned     bool
	}{
		{"bypass", "failure_rate > 20%", true},
		{"bypass", "cpu > 80%", false},
		{"shadow", "failure_rate > 20%", false},
		{"bypass", "failure_rate > 20%, until: cpu < 10%", false},
	} {
		_, ps := Read(file(strings.NewReplacer("MODE", c.mode, "WHEN", c.when).Replace(text)), Options{})
		warned := slices.ContainsFunc(ps, func(p Problem) bool { return p.Code == CodeBlindRule })
		if warned != c.warned || ps.Err() != nil {
			t.Errorf("%s when %s: warned %v\n%s", c.mode, c.when, warned, ps)
		}
	}
}
