// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/config"
)

// variants lists the names of the variants and what each sets.
func variantsOf(t testing.TB, s *Scenario, set ...string) (all []string) {
	t.Helper()
	list, ps := s.Variants(set)
	if ps.Err() != nil {
		t.Fatal(ps)
	}
	for _, b := range list {
		all = append(all, b.Name+" "+strings.Join(b.Set, " "))
	}
	return all
}

func TestVariantsAreListed(t *testing.T) {
	s := mustRead(t)
	want := []string{
		"as written ", "no policy ",
		"without payments.deadline payments.deadline=off", "without payments.retry payments.retry=off", "without payments.breaker payments.breaker=off", "without payments.fleet payments.fleet=off",
		"without ledger.deadline ledger.deadline=off", "without ledger.retry ledger.retry=off",
		"without retry payments.retry=off ledger.retry=off", "calm payments.retry.attempts=1",
	}
	if got := variantsOf(t, s); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// TestWhatIsSetIsSetInEveryVariantOfThosePolicies, and a section that it brings is left out by one of them.
func TestWhatIsSetIsSetInEveryVariantOfThosePolicies(t *testing.T) {
	s := mustRead(t)
	list, ps := s.Variants([]string{"ledger.bulkhead.concurrency=3"})
	if ps.Err() != nil {
		t.Fatal(ps)
	}
	names := ""
	for _, b := range list {
		names += b.Name + ", "
		if b.None {
			if b.Policies.Set != nil || b.Policies.Sources != nil {
				t.Errorf("%s has policies", b.Name)
			}
			continue
		}
		r, _ := b.Policies.Set.Resolve("ledger", config.Layers{})
		want := 3
		if b.Name == "without ledger.bulkhead" {
			want = 0
		}
		if got := r.Policy.Bulkhead.Concurrency; got != want {
			t.Errorf("%s: %d, want %d", b.Name, got, want)
		}
	}
	if !strings.Contains(names, "without ledger.bulkhead") {
		t.Error(names)
	}
}

func TestVariantsLeaveTheScenarioAsItWas(t *testing.T) {
	s := mustRead(t)
	before := fmt.Sprintf("%+v", s.Baselines)
	first := variantsOf(t, s)
	variantsOf(t, s, "payments.retry.attempts=3", "ledger.bulkhead.concurrency=3")
	if after := fmt.Sprintf("%+v", s.Baselines); after != before || !slices.Equal(first, variantsOf(t, s)) {
		t.Errorf("%s\n%s", before, after)
	}
}

func TestWhatIsSetWronglyIsTold(t *testing.T) {
	s := mustRead(t)
	for _, set := range []string{"payments.retry.atempts=3", "payment.retry.attempts=3", "payments.retry.attempts", "payments.breaker.failure_rate=300%"} {
		if list, ps := s.Variants([]string{set}); ps.Err() == nil || list != nil {
			t.Errorf("%s: %v, %v", set, list, ps)
		}
	}
	none := sound(t, "dependencies: {payments: }\nload: [{to: payments, rate: 1/s}]\nexpect: [goodput > 1%]\n")
	if _, ps := none.Variants([]string{"payments.retry.attempts=3"}); ps.Err() == nil {
		t.Error("policies that are not there are changed")
	}
}

const dependent = `policies:
  dependencies:
    payments: {deadline: {total: 2s, attempt: 900ms}, retry: {attempts: 2}, hedge: {after: 100ms}, workers: {max: 4}}
dependencies: {payments: {latency: 40ms}}
load: [{to: payments, rate: 1/s, safe: true}]
expect: [goodput > 1%]
baselines: [without each section]
`

func TestASectionThatOthersNeedIsNotLeftOut(t *testing.T) {
	s, ps := read(t, dependent)
	if s == nil {
		t.Fatal(ps)
	}
	if !slices.ContainsFunc(ps, func(p config.Problem) bool { return p.Code == CodeNeedless && p.Warning && p.Origin.Line == 7 }) {
		t.Errorf("nothing is told: %s", ps)
	}
	if got := strings.Join(variantsOf(t, s), ", "); strings.Contains(got, "without payments.workers") || !strings.Contains(got, "without payments.hedge") {
		t.Error(got)
	}
}

func TestTooManyVariantsAreRefused(t *testing.T) {
	var policies, dependencies strings.Builder
	for i := range 30 {
		fmt.Fprintf(&policies, "    d%d: {deadline: {total: 2s}, retry: {attempts: 2}}\n", i)
		fmt.Fprintf(&dependencies, "  d%d:\n", i)
	}
	_, ps := read(t, "policies:\n  dependencies:\n"+policies.String()+"dependencies:\n"+dependencies.String()+
		"load: [{to: d1, rate: 1/s}]\nexpect: [goodput > 1%]\nbaselines: [without each section]\n")
	if errs := ps.Errors(); len(errs) != 1 || errs[0].Code != CodeTooMany || errs[0].Path != "baselines" {
		t.Error(ps.Errors())
	}
}

func TestPoliciesOfPatternsAreLeftOutToo(t *testing.T) {
	s := sound(t, `policies: {dependencies: {"pay*": {deadline: {total: 2s}}, pay.b: {bulkhead: {concurrency: 4}}}}
dependencies: {pay.a: , pay.b: }
load: [{to: pay.a, rate: 1/s}, {to: pay.b, rate: 1/s}]
expect: [goodput >= without pay.b.bulkhead]
baselines: [without each section, without deadline, without bulkhead, 'without "pay.b".bulkhead.concurrency']
`)
	want := []string{
		"as written ", `without pay.a.deadline "pay.a".deadline=off`, `without pay.b.deadline "pay.b".deadline=off`, `without pay.b.bulkhead "pay.b".bulkhead=off`,
		`without deadline "pay.a".deadline=off "pay.b".deadline=off`, `without bulkhead "pay.b".bulkhead=off`, `without pay.b.bulkhead.concurrency "pay.b".bulkhead.concurrency=off`,
	}
	if got := variantsOf(t, s); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
