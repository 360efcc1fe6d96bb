// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"strings"
	"testing"
	"time"
)

func TestSentencesAboutOneAreSingular(t *testing.T) {
	l := newLimits(Limits{Goroutines: 1, Queued: 1, Keys: 1})
	lent, _ := workersBelowPermits(Policy{Workers: Workers{Max: 1}})
	never, _ := abandonedAbovePermits(Policy{Bulkhead: Bulkhead{Concurrency: 1}})
	for want, got := range map[string]string{
		"1 goroutine for calls is taken already": l.goroutines.detail,
		"1 call waits already":                   l.queued.detail,
		"each of 1 key,":                         l.keys.detail,
		"so only 1 permit is lent":               lent.Message,
		"the bulkhead has only 1 permit":         never.Message,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestExplanationOfABudgetOfOneIsSingular(t *testing.T) {
	r := spawn(t, start(t), Policy{
		Retry:   Retry{Attempts: 2, Budget: Budget{MinPerSecond: 1, Window: time.Second}},
		Breaker: Breaker{FailureRate: 0.5, MinCalls: 1},
	}, echo)
	got := strings.Join(strings.Fields(r.Explain().String()), " ")
	for _, want := range []string{"budget: 1 of 1 repetition within 1s is left", "the budget allows 1 repetition", "rates count from 1 call on"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}
