// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// set replaces a field where something is said.
func set[T any](field *T, by T) {
	if !reflect.ValueOf(&by).Elem().IsZero() {
		*field = by
	}
}

// byHand is the policy of a call as a naive reader of the table works it out. What an
// attempt may have of the call's whole deadline is what the call began with.
func byHand(p Policy, op string, of fuseboard.Priority, tenant string, attempt int) Policy {
	p = p.clone()
	for _, c := range p.Cases {
		if len(c.Operations) > 0 && !slices.Contains(c.Operations, op) || len(c.Priorities) > 0 && !slices.Contains(c.Priorities, of) || c.Tenant != "" && c.Tenant != tenant || attempt < c.Attempt {
			continue
		}
		set(&p.Deadline.Total, c.Deadline.Total)
		set(&p.Deadline.Attempt, c.Deadline.Attempt)
		set(&p.Deadline.Reserve, c.Deadline.Reserve)
		set(&p.Retry.Attempts, c.Retry.Attempts)
		set(&p.Retry.Only, c.Retry.Only)
		set(&p.Retry.MaxRetryAfter, c.Retry.MaxRetryAfter)
		set(&p.Retry.Innermost, c.Retry.Innermost)
		set(&p.Retry.Backoff.Kind, c.Retry.Backoff.Kind)
		set(&p.Retry.Backoff.Base, c.Retry.Backoff.Base)
		set(&p.Retry.Backoff.Max, c.Retry.Backoff.Max)
		set(&p.Retry.Backoff.Factor, c.Retry.Backoff.Factor)
		set(&p.Retry.Backoff.Jitter, c.Retry.Backoff.Jitter)
		if p.Bulkhead.Queue > 0 {
			set(&p.Bulkhead.MaxWait, c.MaxWait)
		}
	}
	return p
}

// drawAnyCase draws from few values, so that cases meet and say the same.
func drawAnyCase(t *rapid.T) Case {
	few := func(what string) time.Duration {
		return rapid.SampledFrom([]time.Duration{0, 0, time.Second, time.Minute}).Draw(t, what)
	}
	c := Case{
		Operations: rapid.SampledFrom([][]string{nil, nil, {"charge"}, {"status"}, {"charge", "refund", "charge"}}).Draw(t, "operations"),
		Priorities: rapid.SampledFrom([][]fuseboard.Priority{nil, {fuseboard.Normal}, {fuseboard.Sheddable, fuseboard.Critical}}).Draw(t, "priorities"),
		Tenant:     rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "tenant"),
		Attempt:    rapid.IntRange(0, 4).Draw(t, "attempt"),
		Deadline:   Deadline{Attempt: few("attempt")},
		Retry: Retry{
			Attempts:  rapid.IntRange(0, 5).Draw(t, "attempts"),
			Backoff:   Backoff{Kind: rapid.SampledFrom(backoffKinds).Draw(t, "kind"), Base: few("base"), Max: few("max"), Factor: rapid.SampledFrom([]float64{0, 3}).Draw(t, "factor")},
			Only:      rapid.SampledFrom([][]fuseboard.Class{nil, nil, {"timeout"}}).Draw(t, "only"),
			Innermost: rapid.Bool().Draw(t, "innermost"), MaxRetryAfter: few("max retry after"),
		},
		MaxWait: few("max wait"),
	}
	if c.Attempt < 2 {
		c.Deadline.Total = few("total")
	}
	return c
}

var backoffKinds = []supervision.BackoffKind{supervision.Exponential, supervision.Linear, supervision.Constant}

func drawTable(t *rapid.T) Policy {
	p := Policy{Deadline: Deadline{Total: time.Hour}, Bulkhead: Bulkhead{Concurrency: 3, Queue: rapid.IntRange(0, 1).Draw(t, "queue")}}
	if rapid.Bool().Draw(t, "retry") {
		p.Retry = Retry{Attempts: 3, Budget: Budget{Ratio: 0.5}}
	}
	p.Cases = rapid.SliceOfN(rapid.Custom(drawAnyCase), 0, 6).Draw(t, "cases")
	return p
}

func TestEachCallHasTheCasesThatMatchLaidOverInTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		given := drawTable(t)
		if err := given.Validate().Err(); err != nil {
			t.Fatal(err)
		}
		p := compile(given, 1)
		for _, op := range someOperations {
			for _, priority := range rising {
				for _, tenant := range []string{"", "a", "b", "c"} {
					wantByHand(t, p, &operation{name: op}, fuseboard.Meta{Priority: priority, Tenant: tenant, Attempt: 3})
				}
			}
		}
	})
}

// someOperations are those that drawn cases may name, one that none names, and what has no name.
var someOperations = []string{"", "charge", "status", "refund", "audit"}

// wantByHand compares the plans of the attempts of a call with those of policies worked out by hand.
func wantByHand(t *rapid.T, p *plan, o *operation, m fuseboard.Meta) {
	given, ctx := p.given, fuseboard.WithMeta(t.Context(), m)
	call := p.of(ctx, o)
	if p.of(ctx, o) != call || p.of(ctx, &operation{name: o.name}) != call {
		t.Fatal("a plan is made twice")
	}
	for attempt := 1; attempt <= 6; attempt++ {
		if attempt > 1 && call.stepped {
			call = call.next(attempt)
		}
		want := compile(func() Policy { p := byHand(given, o.name, m.Priority, m.Tenant, attempt); p.Cases = nil; return p }(), 1)
		got := *call
		got.given.Cases = nil
		if !got.given.equal(want.given) || got.repeats != want.repeats || !sameRetry(got.retry, want.retry) || got.first != want.first {
			t.Fatalf("operation %q, %s, tenant %q, attempt %d:\ngot  %+v\nwant %+v", o.name, m.Priority, m.Tenant, attempt, got.given, want.given)
		}
		if call.isolated != p.isolated || call.weight != p.weight || call.rules != p.rules || call.version != p.version {
			t.Fatal("what all calls share has become another")
		}
	}
}

func TestWorkersAndCasesGoTogether(t *testing.T) {
	p := compile(Policy{Workers: Workers{Max: 2}, Cases: []Case{{Tenant: "a", Deadline: Deadline{Total: time.Second}}}}, 1)
	if call := p.of(fuseboard.WithMeta(t.Context(), fuseboard.Meta{Tenant: "a"}), new(operation)); !call.isolated || !call.varies || call.given.Deadline.Total != time.Second {
		t.Errorf("%+v", call)
	}
}

// However many tenants come, those that no case names share their plans.
func TestTenantsThatNoCaseNamesBringNoPlans(t *testing.T) {
	p := compile(Policy{Cases: []Case{
		{Tenant: "acme", Deadline: Deadline{Total: time.Second}}, {Attempt: 2, Deadline: Deadline{Attempt: time.Second}},
	}}, 1)
	seen := map[*plan]bool{}
	for n := range 10_000 {
		call := p.of(fuseboard.WithMeta(t.Context(), fuseboard.Meta{Tenant: fmt.Sprint(n), Priority: rising[n%4]}), new(operation))
		seen[call], seen[call.next(2)], seen[call.next(100)] = true, true, true
	}
	if len(seen) != 2*len(rising) || len(p.table.plans) != 4*len(rising) {
		t.Errorf("%d plans for 10000 tenants, %d places", len(seen), len(p.table.plans))
	}
}

// The most that a policy can ask for is judged and compiled, and bounded.
func TestPolicyOfTheMostCasesIsJudgedInReasonableTime(t *testing.T) {
	var p Policy
	p.Retry, p.Deadline = Retry{Attempts: 10}, Deadline{Total: time.Minute, Attempt: 10 * time.Second}
	for n := range MaxCases {
		c := Case{Priorities: []fuseboard.Priority{rising[n%4]}, Deadline: Deadline{Attempt: time.Duration(n+1) * time.Second}}
		switch {
		case n < 9:
			c.Attempt = n + 2
		case n < 40:
			c.Tenant = fmt.Sprint(n)
		}
		p.Cases = append(p.Cases, c)
	}
	begin := time.Now()
	problems := p.Validate()
	t.Logf("%d problems after %s", len(problems), time.Since(begin))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if n := len(compile(p, 1).table.plans); n > (MaxCases+1)*priorities*mostAttempts {
		t.Errorf("%d plans", n)
	}
}
