// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"testing"
)

func ruleDifferences(all []RuleDifference) (lines []string) {
	for _, d := range all {
		lines = append(lines, fmt.Sprintf("%s added %t removed %t", d.Rule, d.Added, d.Removed))
		for _, c := range d.Changes {
			lines = append(lines, fmt.Sprintf("  %s: %q -> %q %s", c.Path, c.Before, c.After, c.Origin))
		}
	}
	return lines
}

func TestWhatTwoSetsSayOtherwiseOfRulesIsListed(t *testing.T) {
	const text = `
profiles: {low: {bulkhead: {concurrency: %d}}}
dependencies: {a: {bulkhead: {concurrency: 32}}, b: {deadline: {total: 1s}}}
rules:
  busy: {when: %s, profiles: [low], dependencies: [a]}
  %s: {when: memory > 90%%, profiles: [low], dependencies: [a]}
`
	before := sound(t, fmt.Sprintf(text, 8, "cpu > 85%", "full"), Options{})
	after := sound(t, fmt.Sprintf(text, 4, "cpu > 80%", "fuller"), Options{})
	same(t, ruleDifferences(CompareRules(before, after)), []string{
		"busy added false removed false",
		`  when: "cpu > 85%" -> "cpu > 80%" f.yaml:6:3 (rule busy)`,
		`  until: "cpu < 76.5%" -> "cpu < 72%" f.yaml:6:3 (rule busy)`,
		`  a: bulkhead.concurrency: "8" -> "4" f.yaml:3:42 (rule busy, profile low)`,
		"fuller added true removed false",
		`  when: "" -> "memory > 90%" f.yaml:7:3 (rule fuller)`,
		`  until: "" -> "memory < 81%" f.yaml:7:3 (rule fuller)`,
		`  profiles: "" -> "low" f.yaml:7:3 (rule fuller)`,
		`  dependencies: "" -> "a" f.yaml:7:3 (rule fuller)`,
		`  a: bulkhead.concurrency: "" -> "4" f.yaml:3:42 (rule fuller, profile low)`,
		"full added false removed true",
		`  when: "memory > 90%" -> "" f.yaml:7:3 (rule full)`,
		`  until: "memory < 81%" -> "" f.yaml:7:3 (rule full)`,
		`  profiles: "low" -> "" f.yaml:7:3 (rule full)`,
		`  dependencies: "a" -> "" f.yaml:7:3 (rule full)`,
		`  a: bulkhead.concurrency: "8" -> "" f.yaml:3:42 (rule full, profile low)`,
	})
	same(t, ruleDifferences(CompareRules(after, after)), nil)
	same(t, ruleDifferences(CompareRules(nil, nil)), nil)
	if n := len(CompareRules(nil, after)); n != 2 {
		t.Error(n)
	}
}
