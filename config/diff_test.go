// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func differences(all []Difference) (lines []string) {
	for _, d := range all {
		what := d.Dependency
		if d.Added {
			what += " added"
		}
		if d.Removed {
			what += " removed"
		}
		lines = append(lines, what)
		for _, c := range d.Changes {
			lines = append(lines, fmt.Sprintf("  %s: %q -> %q %s", c.Path, c.Before, c.After, c.Origin))
			if c.Risk != "" {
				lines = append(lines, "    "+c.Risk)
			}
		}
	}
	return lines
}

func TestWhatTwoSetsSayOtherwiseIsListed(t *testing.T) {
	before := sound(t, `
defaults: {deadline: {total: 1s}}
dependencies:
  same: {retry: {attempts: 2}}
  cut: {bulkhead: {concurrency: 32}, breaker: {consecutive: 5}}
  gone: {deadline: {total: 2s}}
  "g*": {deadline: {attempt: 5ms}}
`, Options{})
	after := sound(t, `
defaults: {deadline: {total: 1s}}
dependencies:
  new: {}
  same: {retry: {attempts: 2}}
  "g*": {deadline: {attempt: 6ms}}
  cut: {bulkhead: {concurrency: 8}, breaker: off, deadline: {total: off}}
`, Options{})
	same(t, differences(Compare(before, after, "guard", "other", "same")), []string{
		"new added",
		`  mode: "" -> "enforce" built-in`,
		`  deadline.total: "" -> "1s" f.yaml:3:30 (defaults)`,
		"g*",
		`  deadline.attempt: "5ms" -> "6ms" f.yaml:7:30 (dependency g*)`,
		"cut",
		`  deadline.total: "1s" -> "off" f.yaml:8:69 (dependency cut)`,
		`  breaker: "" -> "off" f.yaml:8:46 (dependency cut)`,
		`    turns the circuit off: calls go on to a dependency that fails`,
		`  breaker.consecutive: "5" -> "" f.yaml:8:46 (dependency cut)`,
		`  breaker.min_calls: "20" -> "" f.yaml:8:46 (dependency cut)`,
		`  breaker.window.span: "10s" -> "" f.yaml:8:46 (dependency cut)`,
		`  breaker.open_for: "10s" -> "" f.yaml:8:46 (dependency cut)`,
		`  breaker.open_growth: "2" -> "" f.yaml:8:46 (dependency cut)`,
		`  breaker.max_open: "5m" -> "" f.yaml:8:46 (dependency cut)`,
		`  breaker.open_jitter: "10%" -> "" f.yaml:8:46 (dependency cut)`,
		`  breaker.probes: "3" -> "" f.yaml:8:46 (dependency cut)`,
		`  breaker.probe_rate: "60%" -> "" f.yaml:8:46 (dependency cut)`,
		`  breaker.probe_timeout: "10s" -> "" f.yaml:8:46 (dependency cut)`,
		`  bulkhead.concurrency: "32" -> "8" f.yaml:8:33 (dependency cut)`,
		`    cuts bulkhead.concurrency from 32 to 8, by more than half`,
		"gone",
		`  deadline.total: "2s" -> "1s" f.yaml:3:30 (defaults)`,
		`  deadline.attempt: "5ms" -> "6ms" f.yaml:7:30 (dependency g*)`,
		"guard",
		`  deadline.attempt: "5ms" -> "6ms" f.yaml:7:30 (dependency g*)`,
	})
}

func TestASetAgainstNoneIsAddedOrRemoved(t *testing.T) {
	s := sound(t, "dependencies: {a: {deadline: {total: 1s}}}\n", Options{})
	same(t, differences(Compare(nil, s)), []string{"a added", `  mode: "" -> "enforce" built-in`, `  deadline.total: "" -> "1s" f.yaml:2:38 (dependency a)`})
	same(t, differences(Compare(s, nil)), []string{"a removed", `  mode: "enforce" -> "" built-in`, `  deadline.total: "1s" -> "" f.yaml:2:38 (dependency a)`})
	same(t, differences(Compare(nil, nil, "a")), nil)
}

func TestASetDiffersFromAnotherAsItsPoliciesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, two := drawFile(t).read(t), drawFile(t).read(t)
		if d := Compare(one, one); d != nil {
			t.Errorf("differs from itself: %v", d)
		}
		there, back := Compare(one, two, "pay-x"), Compare(two, one, "pay-x")
		if len(there) != len(back) {
			t.Fatalf("there %v\nback %v", there, back)
		}
		turned := map[string]string{}
		for _, d := range back {
			for _, c := range d.Changes {
				turned[d.Dependency+c.Path] = c.After + " -> " + c.Before
			}
		}
		for _, d := range there {
			for _, c := range d.Changes {
				if turned[d.Dependency+c.Path] != c.Before+" -> "+c.After {
					t.Errorf("%s %s: %s -> %s, and back %s", d.Dependency, c.Path, c.Before, c.After, turned[d.Dependency+c.Path])
				}
			}
		}
	})
}
