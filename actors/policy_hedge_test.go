// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/patterns/deadline"
)

func TestCombinationsOfHedgeThatMislead(t *testing.T) {
	workers := Workers{Max: 8}
	for name, c := range map[string]struct {
		policy     Policy
		path, code string
	}{
		"no workers": {Policy{Hedge: Hedge{Copies: 1}}, "hedge", codeHedgeWorkers},
		"after attempt": {
			Policy{Hedge: Hedge{After: time.Second}, Workers: workers, Deadline: Deadline{Attempt: time.Second}}, "hedge.after", codeHedgeAttempt,
		},
		"after total": {
			Policy{Hedge: Hedge{After: time.Minute}, Workers: workers, Deadline: Deadline{Total: time.Second}}, "hedge.after", codeHedgeAttempt,
		},
		"min over attempt": {
			Policy{Hedge: Hedge{Min: 2 * time.Second}, Workers: workers, Deadline: Deadline{Attempt: time.Second}}, "hedge.min", codeHedgeAttempt,
		},
		"last copy after attempt": {
			Policy{Hedge: Hedge{After: 300 * ms, Copies: 4}, Workers: workers, Deadline: Deadline{Attempt: time.Second}}, "hedge.copies", codeHedgeAttempt,
		},
		"in a case": {
			Policy{
				Hedge: Hedge{After: 300 * ms}, Workers: workers, Deadline: Deadline{Attempt: time.Second},
				Cases: []Case{{Tenant: "acme", Deadline: Deadline{Attempt: 200 * ms}}},
			}, "cases[0]", codeHedgeAttempt,
		},
		"one permit": {
			Policy{Hedge: Hedge{Copies: 1}, Workers: workers, Deadline: Deadline{Attempt: time.Second}, Bulkhead: Bulkhead{Concurrency: 1}}, "hedge", codeHedgePermits,
		},
		"one worker": {Policy{Hedge: Hedge{Copies: 1}, Workers: Workers{Max: 1}, Deadline: Deadline{Attempt: time.Second}}, "hedge", codeHedgePermits},
		"few permits": {
			Policy{Hedge: Hedge{Copies: 3}, Workers: workers, Deadline: Deadline{Attempt: time.Second}, Bulkhead: Bulkhead{Concurrency: 3}}, "hedge.copies", codeHedgePermits,
		},
		"half of the calls": {
			Policy{Hedge: Hedge{Quantile: 0.5}, Workers: workers, Deadline: Deadline{Attempt: time.Second}}, "hedge.quantile", codeHedgeBudget,
		},
		"above the limit's": {
			Policy{Hedge: Hedge{Quantile: 0.99}, Workers: workers, Deadline: Deadline{Attempt: time.Second, Adaptive: AdaptiveAttempt{Quantile: 0.9}}},
			"hedge.quantile", codeAdaptiveHedge,
		},
		"limit that stands": {
			Policy{Deadline: Deadline{Attempt: time.Second, Adaptive: AdaptiveAttempt{Min: time.Second}}}, "deadline.adaptive.min", codeAttemptFixed,
		},
		"limit below the least": {
			Policy{Deadline: Deadline{Attempt: 5 * ms, Adaptive: AdaptiveAttempt{Factor: 2}}}, "deadline.adaptive.min", codeAttemptFixed,
		},
		"ceilings over total": {
			Policy{Retry: twice, Deadline: Deadline{Attempt: time.Second, Total: time.Second, Adaptive: AdaptiveAttempt{Factor: 2}}}, "retry.attempts", codeAttemptsTotal,
		},
		"limit without attempt": {Policy{Deadline: Deadline{Adaptive: AdaptiveAttempt{Factor: 2}}}, "deadline.adaptive", deadline.CodeWithoutAttempt},
	} {
		t.Run(name, func(t *testing.T) {
			problems := c.policy.Validate()
			if !hasProblem(problems, c.path, c.code) {
				t.Errorf("no %s at %s in %v", c.code, c.path, problems)
			}
			wantError := c.code == codeHedgeWorkers || c.code == deadline.CodeWithoutAttempt
			if (problems.Err() != nil) != wantError {
				t.Errorf("%v", problems.Err())
			}
		})
	}
	for name, p := range map[string]Policy{
		"hedge":               hedged,
		"hedge without limit": {Hedge: Hedge{Copies: 1}, Workers: workers, Deadline: Deadline{Total: time.Minute}},
		"hedge and retry":     {Hedge: Hedge{Copies: 1}, Workers: workers, Retry: twice, Deadline: Deadline{Attempt: time.Second, Total: time.Minute}},
		"both":                {Hedge: Hedge{Copies: 2}, Workers: workers, Deadline: Deadline{Attempt: time.Second, Adaptive: AdaptiveAttempt{Factor: 3}}},
		"adaptive":            adapting,
	} {
		if problems := p.Validate(); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestOperationWithoutSafeUnderHedgingIsWarnedOf(t *testing.T) {
	g, err := Protect(start(t), "payments", hedged)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Bind(g, "charge", echo); err != nil {
		t.Fatal(err)
	}
	if _, err := Bind(g, "status", echo, With[int, int]{Safe: Always[int]}); err != nil {
		t.Fatal(err)
	}
	warnings := g.Warnings()
	if len(warnings) != 1 || warnings[0].Code != codeHedgeSafe || warnings[0].Value != "payments.charge" {
		t.Errorf("%v", warnings)
	}
	p := hedged
	p.Retry = twice
	if _, err := g.Update(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	if !hasProblem(g.Warnings(), "retry", codeRetrySafe) || !hasProblem(g.Warnings(), "hedge", codeHedgeSafe) {
		t.Errorf("%v", g.Warnings())
	}
}
