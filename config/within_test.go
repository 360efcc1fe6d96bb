// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"
)

const mixed = `simulation: brownout
load: [{to: payments, rate: 200/s}]
policies:
  defaults: {deadline: {total: 2s}}
  dependencies:
    payments: {retry: {attempts: 3}, breaker: {failure_rate: 40%}}
faults:
  - at: 30s
    policies: {dependencies: {payments: {retry: {attempts: 5}}}}
`

func readWithin(t *testing.T, text, path string) (*Set, Problems) {
	t.Helper()
	return Read([]Source{{Name: "s.yaml", Data: []byte(text), Within: path}}, Options{})
}

func TestOnlyWhatIsWithinIsReadAsPolicies(t *testing.T) {
	for path, want := range map[string]string{
		"policies":           "3 s.yaml:6:34 (dependency payments)",
		"faults[0].policies": "5 s.yaml:9:60 (dependency payments)",
	} {
		set, ps := readWithin(t, mixed, path)
		if ps.Err() != nil {
			t.Fatalf("%s: %s", path, ps)
		}
		r, ps := set.Resolve("payments", Layers{})
		if ps.Err() != nil {
			t.Fatal(ps)
		}
		if got := said(r, "retry.attempts"); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestProblemsWithinHaveTheWholePathAndTheLineOfTheFile(t *testing.T) {
	text := strings.NewReplacer("attempts: 3", "atempts: 3", "40%", "140%", "defaults:", "default:").Replace(mixed)
	_, ps := readWithin(t, text, "policies")
	same(t, brief(ps), []string{
		"error unknown-field policies.default s.yaml:4:3 (built-in)",
		"error unknown-field policies.dependencies.payments.retry.atempts s.yaml:6:24 (dependency payments)",
		"error out-of-range policies.dependencies.payments.breaker.failure_rate s.yaml:6:61 (dependency payments)",
	})
	for _, p := range ps {
		if !strings.Contains(p.Excerpt, "^") {
			t.Errorf("no excerpt: %s", p)
		}
	}
}

func TestWhatIsWithinMustBeThere(t *testing.T) {
	for _, c := range []struct{ text, path, want string }{
		{mixed, "baselines[0].policies", "error missing baselines[0].policies s.yaml:1:1 (built-in)"},
		{mixed, "faults[0].set", "error missing faults[0].set s.yaml:8:5 (built-in)"},
		{"simulation: x\npolicies:\n", "policies", "error empty-file policies s.yaml:2:10 (built-in)"},
		{"simulation: x\npolicies: 3\n", "policies", "error wrong-type policies s.yaml:2:11 (built-in)"},
		{"simulation: {\npolicies: 3\n", "policies", "error unclosed  s.yaml:1:13 (built-in)"},
	} {
		set, ps := readWithin(t, c.text, c.path)
		if set != nil {
			t.Errorf("%s is read", c.text)
		}
		same(t, brief(ps), []string{c.want})
	}
}
