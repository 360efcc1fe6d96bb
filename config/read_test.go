// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/internal/plain"
)

const good = `# yaml-language-server: $schema=./fuseboard.schema.json
apiVersion: fuseboard/v1
defaults:
  deadline: {total: 2s, attempt: 800ms}
profiles:
  quick: {deadline: {total: 300ms, attempt: 100ms}}
  careful:
    extends: [quick]
    retry: {attempts: 2}
dependencies:
  "search-*":
    profiles: quick
  payments:
    profiles: [careful]
    bulkhead: {concurrency: 32, queue: 64}
    breaker: {failure_rate: 50%, min_calls: 20, open_for: 10s}
    cache: {ttl: 1s, coalesce: off}
    hedge: off
    operations:
      charge: {deadline: {total: 5s}}
    cases: [{priorities: [critical], deadline: {total: 3s}}]
rules:
  host-busy:
    when: cpu > 85% for 10s
    until: cpu < 70% for 30s
    profiles: quick
    dependencies: ["search-*", payments]
force: [payments.bulkhead.concurrency, "search-a.retry=off"]
`

// readOne reads one file.
func readOne(t *testing.T, text string) (document, Problems) {
	t.Helper()
	return readDocument([]Source{{Name: "a.yaml", Data: []byte("apiVersion: fuseboard/v1\n" + text)}})
}

// readGood reads one file that must have no flaw, not even a warning.
func readGood(t *testing.T, text string) document {
	t.Helper()
	d, ps := readOne(t, text)
	if len(ps) > 0 {
		t.Fatalf("%s\n%s", text, ps)
	}
	return d
}

// outlineOf is a document in lines.
func outlineOf(d document) string {
	var b strings.Builder
	section := func(what string, s *section) {
		fmt.Fprintf(&b, "%s %s at %d:%d", what, s.name, s.origin.Line, s.origin.Column)
		for _, o := range s.over {
			fmt.Fprintf(&b, " over %s at %d:%d", o.name, o.origin.Line, o.origin.Column)
		}
		for _, m := range s.policy.Members {
			fmt.Fprintf(&b, "\n  %s %s", m.Name, short(m.Value))
		}
		for _, m := range s.operations {
			fmt.Fprintf(&b, "\n  operation %s %s", m.Name, short(m.Value))
		}
		b.WriteString("\n")
	}
	if d.defaults != nil {
		section("defaults", d.defaults)
	}
	for _, s := range d.profiles {
		section("profile", s)
	}
	for _, s := range d.entries {
		section("entry", s)
	}
	for _, r := range d.rules {
		fmt.Fprintf(&b, "rule %s at %d:%d: %s until %s: %s for %s\n", r.Name, r.Origin.Line, r.Origin.Column, r.When, r.Until, r.Profiles, r.Dependencies)
	}
	for _, f := range d.forced {
		fmt.Fprintf(&b, "force %s %s %q at %d:%d\n", f.Dependency, f.Path, f.Value, f.Origin.Line, f.Origin.Column)
	}
	return b.String()
}

// short is a tree in a few letters: - for a Null.
func short(n plain.Node) string {
	switch n.Form {
	case plain.Null:
		return "-"
	case plain.List:
		parts := make([]string, len(n.Items))
		for i, item := range n.Items {
			parts[i] = short(item)
		}
		return "[" + strings.Join(parts, " ") + "]"
	case plain.Object:
		parts := make([]string, len(n.Members))
		for i, m := range n.Members {
			parts[i] = m.Name + ":" + short(m.Value)
		}
		return "{" + strings.Join(parts, " ") + "}"
	case plain.Truth:
		return "<" + n.Word + ">"
	default:
		return n.Word
	}
}

func TestAGoodFileIsReadWhole(t *testing.T) {
	d, ps := readDocument([]Source{{Name: "fuseboard.yaml", Data: []byte(good)}})
	if len(ps) > 0 {
		t.Fatalf("%s", ps)
	}
	const want = `defaults  at 3:1
  deadline {total:2s attempt:800ms}
profile quick at 6:3
  deadline {total:300ms attempt:100ms}
profile careful at 7:3 over quick at 8:15
  retry {attempts:2}
entry search-* at 11:3 over quick at 12:15
entry payments at 13:3 over careful at 14:16
  bulkhead {concurrency:32 queue:64}
  breaker {failure_rate:50% min_calls:20 open_for:10s}
  cache {ttl:1s coalesce:off}
  hedge -
  cases [{priorities:[critical] deadline:{total:3s}}]
  operation charge {deadline:{total:5s}}
rule host-busy at 23:3: cpu > 85% for 10s until cpu < 70% for 30s: [quick] for [search-* payments]
force payments bulkhead.concurrency "" at 28:9
force search-a retry "off" at 28:40
`
	if got := outlineOf(d); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestSeveralFilesAreOneSet(t *testing.T) {
	d, ps := readDocument([]Source{
		{Name: "a.yaml", Data: []byte("apiVersion: fuseboard/v1\ndependencies: {payments: {profiles: quick}}\nforce: [search.retry.attempts]\n")},
		{Name: "b.json", Data: []byte(`{"apiVersion": "fuseboard/v1", "profiles": {"quick": {"retry": {"attempts": 2}}}, "dependencies": {"search": {}}}`)},
	})
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	if got := fmt.Sprint(namesOf(d.entries), namesOf(d.profiles), d.entries[1].origin, d.profiles[0].origin); got !=
		"[payments search] [quick] b.json:1:100 (dependency search) b.json:1:45 (profile quick)" {
		t.Error(got)
	}
}

func TestOffTakesAwayWhereItIsNoValueOfItsOwn(t *testing.T) {
	for text, want := range map[string]string{
		"retry: off":                      "retry -",
		"retry: false":                    "retry -",
		"retry: ~":                        "retry -",
		"retry: \"off\"":                  "retry -",
		"retry: {backoff: off}":           "retry {backoff:-}",
		"retry: {attempts: off}":          "retry {attempts:-}",
		"retry: {only: off}":              "retry {only:-}",
		"retry: {classes: off}":           "retry {classes:-}",
		"deadline: {total: null}":         "deadline {total:-}",
		"deadline: {total: off}":          "deadline {total:-}",
		"breaker: {failure_rate: off}":    "breaker {failure_rate:-}",
		"cases: off":                      "cases -",
		"cache: {ttl: 1s, coalesce: off}": "cache {ttl:1s coalesce:off}",
		"cache: {coalesce: ~}":            "cache {coalesce:-}",
		"mode: ~":                         "mode -",
		"bulkhead: {fair: false}":         "bulkhead {fair:<false>}",
		"bulkhead: {fair: off}":           "bulkhead {fair:-}",
		"cases: [{tenant: off, cost: 2}]": "cases [{tenant:off cost:2}]",
	} {
		d := readGood(t, "dependencies:\n  payments:\n    "+text+"\n")
		if m := d.entries[0].policy.Members[0]; m.Name+" "+short(m.Value) != want {
			t.Errorf("%s: %s %s, want %s", text, m.Name, short(m.Value), want)
		}
	}
	d := readGood(t, "dependencies: {payments: {operations: {charge: off, status: {deadline: off, max_wait: ~}}}}\n")
	if got := outlineOf(d); !strings.Contains(got, "operation charge -\n  operation status {deadline:- max_wait:-}\n") {
		t.Error(got)
	}
}

func TestOffIsRefusedWhereItCanTakeNothingAway(t *testing.T) {
	for _, text := range []string{
		"mode: off", "cases: [off]", "cases: [{deadline: off, cost: 2}]", "cases: [{cost: ~}]", "breaker: {weights: {timeout: ~}}",
		"fallback: {steps: [~]}", "retry: {classes: {timeout: off}}",
	} {
		if _, ps := readOne(t, "dependencies:\n  payments:\n    "+text+"\n"); ps.Err() == nil {
			t.Errorf("%s is no error", text)
		}
	}
}

func TestANameWithoutAValueIsAWarning(t *testing.T) {
	for _, text := range []string{"retry:", "retry: {attempts: }", "deadline:\n      total:"} {
		_, ps := readOne(t, "dependencies:\n  payments:\n    "+text+"\n")
		if len(ps) != 1 || ps[0].Code != CodeEmptyValue || !ps[0].Warning {
			t.Errorf("%s: %v", text, ps)
		}
	}
	readGood(t, "defaults:\nprofiles:\nrules:\nforce:\ndependencies:\n  payments:\n  search: {operations: , profiles: }\n")
}
