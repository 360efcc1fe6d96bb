// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatIsWrongIsToldOfThePlaceThatSaysIt(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // severity code path place
	}{
		{"a value of an entry", `
dependencies:
  a: {retry: {attempts: -3}, deadline: {total: 1s}}
`, []string{"error negative dependencies.a.retry.attempts f.yaml:4:25 (dependency a)"}},
		{"a value of the defaults, once for all entries", `
defaults: {deadline: {total: 100h}}
dependencies: {a: {}, b: {}, "c*": {}}
`, []string{"error out-of-range defaults.deadline.total f.yaml:3:30 (defaults)"}},
		{"two flaws of one value, each once for all entries", `
defaults: {deadline: {total: 1s}, cases: [{cost: -7}]}
dependencies: {a: {}, b: {}}
`, []string{
			"error negative defaults.cases[0].cost f.yaml:3:50 (defaults)",
			"warning cost-without-rate defaults.cases[0].cost f.yaml:3:50 (defaults)",
		}},
		{"a value of a profile that nobody uses", `
profiles: {p: {retry: {attempts: 99}}}
dependencies: {a: {deadline: {total: 1s}}}
`, []string{
			"warning unused-profile profiles.p f.yaml:3:12 (profile p)",
			"error out-of-range profiles.p.retry.attempts f.yaml:3:34 (profile p)",
		}},
		{"a value in a map and in a list", `
dependencies:
  a: {breaker: {weights: {timeout: -1}}, deadline: {total: 1s}, rate: {limit: 9}, cases: [{tenant: x, max_wait: 1ms}, {cost: -7}]}
`, []string{
			"error negative dependencies.a.breaker.weights.timeout f.yaml:4:36 (dependency a)",
			"warning wait-without-queue dependencies.a.cases[0].max_wait f.yaml:4:113 (dependency a)",
			"error negative dependencies.a.cases[1].cost f.yaml:4:126 (dependency a)",
		}},
		{"a value of an operation", `
dependencies:
  a: {deadline: {total: 1s}, operations: {charge: {deadline: {total: -1s}}}}
`, []string{"error negative dependencies.a.operations.charge.deadline.total f.yaml:4:70 (dependency a)"}},
		{"a default of a section that is on", `
dependencies:
  a: {bulkhead: {max_wait: 1s}}
`, []string{"warning wait-without-queue dependencies.a.bulkhead.max_wait f.yaml:4:28 (dependency a)"}},
		{"a section", `
dependencies:
  a:
    workers: {idle: 10s}
`, []string{"warning workers-without-deadline dependencies.a.workers f.yaml:5:5 (dependency a)"}},
		{"the whole", `
dependencies:
  a: {}
`, []string{"warning protects-nothing dependencies.a f.yaml:4:3 (dependency a)"}},
		{"a rule's profile over an entry", `
profiles: {slow: {deadline: {attempt: 3s}}}
dependencies: {a: {deadline: {total: 1s}}, b: {deadline: {total: 9s}}}
rules: {busy: {when: cpu > 85%, profiles: [slow]}}
`, []string{"warning attempt-over-total profiles.slow.deadline.attempt f.yaml:3:39 (rule busy, profile slow)"}},
		{"what another section lacks, and a program may have", `
dependencies:
  a: {hedge: {after: 10ms}, deadline: {total: 1s}}
`, []string{"warning hedge-without-workers dependencies.a.hedge f.yaml:4:7 (dependency a)"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, ps := Read(file(c.text), Options{})
			same(t, brief(ps), c.want)
			if (s == nil) != (ps.Err() != nil) {
				t.Errorf("a Set: %v", s != nil)
			}
			for _, p := range ps {
				if p.Excerpt == "" {
					t.Errorf("%s has no excerpt", p.Path)
				}
			}
		})
	}
}

func TestTwoLayersThatContradictAreBothNamed(t *testing.T) {
	_, ps := Read(file(`
defaults: {deadline: {attempt: 800ms}}
dependencies:
  a: {deadline: {total: 500ms}}
`), Options{})
	if len(ps) != 1 {
		t.Fatalf("%d problems:\n%s", len(ps), ps)
	}
	var related []string
	for _, o := range ps[0].Related {
		related = append(related, o.String())
	}
	same(t, brief(ps), []string{"warning attempt-over-total defaults.deadline.attempt f.yaml:3:32 (defaults)"})
	same(t, related, []string{"f.yaml:5:25 (dependency a)", "f.yaml:5:3 (dependency a)"})
}

func TestWhatCanNotBeReadHidesNothingElse(t *testing.T) {
	_, ps := Read(file(`
defaults: {deadline: {total: 5 sec}}
dependencies:
  a: {retry: {attempts: 99, atempts: 1}, breaker: {failure_rate: 150%}}
`), Options{Flags: []string{"a.retry.attempts=-1"}})
	same(t, brief(ps), []string{
		"error bad-duration defaults.deadline.total f.yaml:3:30 (defaults)",
		"error unknown-field dependencies.a.retry.atempts f.yaml:5:29 (dependency a)",
		"error out-of-range dependencies.a.breaker.failure_rate f.yaml:5:66 (dependency a)",
		"error negative a.retry.attempts flag a.retry.attempts",
	})
}

func TestWhatChangesNothingIsSaid(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a profile that lies under another one already", `
profiles: {base: {deadline: {total: 1s}}, more: {extends: base, retry: {attempts: 2}, deadline: {attempt: 100ms}}}
dependencies: {a: {profiles: [more, base]}, b: {profiles: [base, more]}}
`, []string{"warning laid-twice dependencies.a f.yaml:4:37 (dependency a)"}},
		{"an entry that another one hides", `
dependencies: {"a?*": {deadline: {total: 1s}}, "a*": {deadline: {total: 2s}}}
`, []string{`warning hidden-entry dependencies["a?*"] f.yaml:3:16 (dependency a?*)`}},
		{"an entry that says more than the one over it", `
dependencies: {"a?*": {deadline: {total: 1s, reserve: 1ms}}, "a*": {deadline: {total: 2s}}}
`, nil},
		{"an entry under one that takes it away", `
dependencies: {"a?*": {deadline: {total: 1s}}, "a*": {deadline: off, bulkhead: {concurrency: 3}}}
`, []string{`warning hidden-entry dependencies["a?*"] f.yaml:3:16 (dependency a?*)`}},
		{"a rule that lays what is there", `
profiles: {p: {deadline: {total: 1s}}}
dependencies: {a: {profiles: [p]}}
rules: {busy: {when: cpu > 85%, profiles: [p]}}
`, []string{"warning idle-rule rules.busy f.yaml:5:9 (rule busy)"}},
		{"a rule that lays a default, where the program may have another value", `
profiles: {p: {retry: {attempts: 3}}}
dependencies: {a: {retry: {innermost: true}, deadline: {total: 1s}}}
rules: {busy: {when: cpu > 85%, profiles: [p]}}
`, nil},
		{"a rule that lays a zero, where the program may have another value", `
profiles: {p: {retry: {attempts: 0}}}
dependencies: {a: {retry: {innermost: true}, deadline: {total: 1s}}}
rules: {busy: {when: cpu > 85%, profiles: [p]}}
`, []string{"warning zero-as-left-out profiles.p.retry.attempts f.yaml:3:34 (rule busy, profile p)"}},
		{"a rule that takes away", `
profiles: {p: {retry: off}}
dependencies: {a: {deadline: {total: 1s}}}
rules: {busy: {when: cpu > 85%, profiles: [p]}}
`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, ps := Read(file(c.text), Options{})
			same(t, brief(ps), c.want)
		})
	}
}

func TestAProfileReachedTwiceIsLaidOnce(t *testing.T) {
	s := sound(t, `
profiles:
  base: {deadline: {total: 1s, attempt: 10ms}}
  left: {extends: [base], deadline: {total: 2s}}
  right: {extends: [base], deadline: {attempt: 20ms}}
dependencies: {a: {profiles: [left, right]}}
`, Options{})
	r := resolved(t, s, "a", Layers{})
	if got := said(r, "deadline.total"); !strings.HasPrefix(got, "2s ") || strings.Count(got, "<") != 1 {
		t.Error("what left says counts, over base's, which is laid once: " + got)
	}
}

func TestEntriesWithWildcardsLieByTheirLettersThenByTheFile(t *testing.T) {
	s := sound(t, `
dependencies:
  "pay-*": {deadline: {total: 4s}}
  "*-eu": {deadline: {total: 2s}}
  "p*": {deadline: {total: 3s}}
  "*": {deadline: {total: 1s}}
  "?ay*": {deadline: {total: 5s}}
`, Options{})
	if got := s.Dependencies(); !slices.Equal(got, []string{"pay-*", "*-eu", "p*", "*", "?ay*"}) {
		t.Error(got)
	}
	v := find(resolved(t, s, "pay-eu", Layers{}).Values, "deadline.total")
	got := []string{v.Text}
	for _, u := range v.Under {
		got = append(got, u.Text)
	}
	if want := []string{"4s", "2s", "5s", "3s", "1s"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhatIsSaidForNothingIsToldBesideOtherWarnings(t *testing.T) {
	_, ps := Read(file(`
profiles: {a: {retry: {attempts: 2}}, b: {extends: a, deadline: {total: 4s, attempt: 1s}}}
dependencies: {x: {profiles: [b, a]}, y: {profiles: [a]}}
`), Options{})
	same(t, brief(ps), []string{
		"warning retry-without-deadline profiles.a.retry f.yaml:3:16 (profile a)",
		"warning laid-twice dependencies.x f.yaml:4:34 (dependency x)",
	})
}

func TestWhatAnAnchorHasIsToldOnceForAllAliases(t *testing.T) {
	_, ps := Read(file(`
defaults: &d {retry: {atempts: 2}}
profiles: {z: &z {retry: {attempts: 200}, deadline: {total: 9s}}}
dependencies: {a: *d, b: *d, c: {<<: *d}, e: *z, f: {profiles: [z, z]}}
`), Options{})
	same(t, brief(ps.Errors()), []string{
		"error unknown-field defaults.retry.atempts f.yaml:3:23 (defaults)",
		"error out-of-range profiles.z.retry.attempts f.yaml:4:37 (profile z)",
	})
}

func TestAProfileThatIsNamedTwiceByOneIsToldSo(t *testing.T) {
	_, ps := Read(file("profiles: {z: {deadline: {total: 9s, attempt: 1s}}}\ndependencies: {a: {profiles: [z, z]}}\n"), Options{})
	if len(ps) != 1 || ps[0].Message != "names the profile z again: it is laid once" {
		t.Error(ps)
	}
}
