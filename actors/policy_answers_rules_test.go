// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func classes(names ...fuseboard.Class) []fuseboard.Class { return names }

func TestCombinationsOfCacheAndFallbackThatMislead(t *testing.T) {
	second := Deadline{Attempt: time.Second}
	lastGood := func(age time.Duration) Fallback { return Fallback{Steps: []FallbackStep{{MaxAge: age}}} }
	asks := Fallback{Steps: []FallbackStep{{Use: UseComputed}, {Guard: "eu"}, {Value: "1"}}}
	for name, c := range map[string]struct {
		policy Policy
		want   []string
	}{
		"no deadline":             {Policy{Cache: Cache{TTL: time.Minute}}, []string{"cache " + codeLoadDeadline}},
		"no deadline, none share": {Policy{Cache: Cache{TTL: time.Minute, Coalesce: CoalesceOff}}, nil},
		"attempt":                 {Policy{Cache: Cache{TTL: time.Minute}, Deadline: second}, nil},
		"total":                   {Policy{Cache: Cache{TTL: time.Minute}, Deadline: Deadline{Total: time.Second}}, nil},
		"abandoned early":         {Policy{Cache: Cache{TTL: time.Minute}, Deadline: Deadline{Total: 30 * time.Second}}, []string{"cache.abandon_after " + codeAbandonTotal}},
		"abandoned amid repetitions": {Policy{
			Cache: Cache{AbandonAfter: 2 * time.Second}, Deadline: second, Retry: Retry{Attempts: 5},
		}, []string{"cache.abandon_after " + codeAbandonTotal}},
		"abandoned after all repetitions": {Policy{Cache: Cache{AbandonAfter: 5 * time.Second}, Deadline: second, Retry: Retry{Attempts: 5}}, nil},
		"abandoned in time":               {Policy{Cache: Cache{AbandonAfter: 30 * time.Second}, Deadline: Deadline{Total: 30 * time.Second}}, nil},
		"refresh cancelled": {Policy{
			Cache: Cache{StaleWhileRevalidate: time.Minute, Coalesce: CoalesceOff, AbandonAfter: 500 * ms}, Deadline: second,
		}, []string{"cache.abandon_after " + codeAbandonTotal}},
		"nobody shares or refreshes": {Policy{Cache: Cache{Coalesce: CoalesceOff, AbandonAfter: 500 * ms}, Deadline: second}, nil},
		"refreshes": {Policy{Cache: Cache{StaleWhileRevalidate: time.Minute}, Deadline: second, Bulkhead: Bulkhead{Concurrency: 8}}, []string{
			"cache.max_refreshes " + codeRefreshPermits,
		}},
		"refreshes of workers": {Policy{Cache: Cache{StaleWhileRevalidate: time.Minute}, Deadline: second, Workers: Workers{Max: 4}}, []string{
			"cache.max_refreshes " + codeRefreshPermits,
		}},
		"fewer refreshes": {Policy{Cache: Cache{StaleWhileRevalidate: time.Minute, MaxRefreshes: 4}, Deadline: second, Bulkhead: Bulkhead{Concurrency: 8}}, nil},
		"no refreshes":    {Policy{Cache: Cache{TTL: time.Minute}, Deadline: second, Bulkhead: Bulkhead{Concurrency: 2}}, nil},
		"errors longer":   {Policy{Cache: Cache{NegativeTTL: time.Minute}, Deadline: second}, []string{"cache.negative_ttl " + codeNegativeTTL}},
		"refusal kept": {Policy{Cache: Cache{NegativeTTL: time.Second, NegativeOn: classes("timeout", "breaker")}, Deadline: second}, []string{
			"cache.negative_on[1] " + codeRefusalKept,
		}},
		"hidden": {Policy{
			Cache: Cache{TTL: time.Hour, NegativeTTL: 10 * time.Second, NegativeOn: classes("timeout")}, Deadline: second, Breaker: Breaker{FailureRate: 0.5},
		}, []string{"cache.negative_ttl " + codeFailuresHidden}},
		"not hidden": {Policy{
			Cache: Cache{TTL: time.Hour, NegativeTTL: time.Second, NegativeOn: classes("timeout")}, Deadline: second, Breaker: Breaker{FailureRate: 0.5},
		}, nil},
		"stale too short":         {Policy{Cache: Cache{StaleIfError: time.Second}, Deadline: second, Breaker: Breaker{Consecutive: 3}}, []string{"cache.stale_if_error " + codeStaleOpen}},
		"stale without a breaker": {Policy{Cache: Cache{StaleIfError: time.Second}, Deadline: second}, nil},

		"fallback takes long":                           {Policy{Fallback: asks, Deadline: Deadline{Total: time.Second}}, []string{"fallback.timeout " + codeFallbackTotal}},
		"fallback in time":                              {Policy{Fallback: asks, Deadline: Deadline{Total: 2 * time.Second}}, nil},
		"values take no time":                           {Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: "1"}}, Timeout: time.Minute}, Deadline: Deadline{Total: time.Second}}, nil},
		"last good after all":                           {Policy{Fallback: lastGood(time.Minute), Cache: Cache{StaleIfError: time.Hour}, Deadline: second}, []string{"fallback.steps[0].max_age " + codeLastGoodStale}},
		"last good is older":                            {Policy{Fallback: lastGood(2 * time.Hour), Cache: Cache{StaleIfError: time.Hour}, Deadline: second}, nil},
		"last good keeps more":                          {Policy{Fallback: Fallback{Steps: []FallbackStep{{MaxAge: time.Minute}}, MaxKeys: 9999}, Cache: Cache{StaleIfError: time.Hour}, Deadline: second}, nil},
		"last good of a cache that gives nothing stale": {Policy{Fallback: lastGood(time.Minute), Cache: Cache{TTL: time.Hour}, Deadline: second}, []string{"fallback.steps[0].max_age " + codeLastGoodFresh}},
		"last good outlives what is fresh":              {Policy{Fallback: lastGood(time.Hour), Cache: Cache{TTL: time.Hour}, Deadline: second}, nil},
		"last good keeps more than what is fresh":       {Policy{Fallback: Fallback{Steps: []FallbackStep{{MaxAge: time.Minute}}, MaxKeys: 9999}, Cache: Cache{TTL: time.Hour}, Deadline: second}, nil},
		"last good too short":                           {Policy{Fallback: lastGood(time.Second), Breaker: Breaker{Consecutive: 3}}, []string{"fallback.steps[0].max_age " + codeLastGoodOpen}},
		"of no section": {Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: "2", On: classes("rate", "throttle")}, {Value: "1"}}}}, []string{
			"fallback.steps[0].on " + codeNeverRefuses,
		}},
		"of no permits":    {Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: "2", On: classes("bulkhead")}}}}, []string{"fallback.steps[0].on " + codeNeverRefuses}},
		"of permits":       {Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: "2", On: classes("bulkhead")}}}, Bulkhead: Bulkhead{Concurrency: 4}}, nil},
		"of one section":   {Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: "2", On: classes("rate", "throttle")}}}, Rate: RateLimit{Limit: 5}}, nil},
		"of other classes": {Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: "2", On: classes("breaker", "bulkhead", "conflict")}}}}, nil},
	} {
		var got []string
		for _, p := range c.policy.Validate() {
			got = append(got, p.Path+" "+p.Code)
			if !p.Warning || p.Fix == "" || p.Message == "" || strings.Contains(p.Error(), "%!") {
				t.Errorf("%s: %v", name, p)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\ngot  %q\nwant %q\n%v", name, got, c.want, c.policy.Validate())
		}
	}
}

func TestCachesOfManyKeysAreWarnedOfTogether(t *testing.T) {
	p := Policy{Cache: Cache{TTL: time.Minute}, Deadline: Deadline{Attempt: time.Second}}
	if found := entriesOfKeys(p, KeyLimits{}); len(found) != 1 || !found[0].Warning || !strings.Contains(found.Warnings()[0].Error(), "10000000 answers") {
		t.Errorf("%v", found)
	}
	if found := entriesOfKeys(p, KeyLimits{Max: 1000}); len(found) != 0 {
		t.Errorf("%v", found)
	}
	if found := entriesOfKeys(Policy{}, KeyLimits{}); len(found) != 0 {
		t.Errorf("%v", found)
	}
}

func TestFallbackHookThatNoStepAsksIsWarnedOf(t *testing.T) {
	sys := start(t)
	with := With[int, int]{Fallback: func(context.Context, int, error) (int, error) { return 1, nil }}
	for name, c := range map[string]struct {
		policy Policy
		warns  bool
	}{
		"value":    {Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: "1"}}}}, true},
		"computed": {Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: "1", On: classes("breaker")}, {}}}}, false},
		"section":  {Policy{Fallback: Fallback{Concurrency: 3}}, false},
		"off":      {Policy{Deadline: Deadline{Total: time.Second}}, false},
	} {
		r, err := Spawn(sys, name, echo, c.policy, with)
		if err != nil {
			t.Fatal(err)
		}
		if got := hasProblem(r.Warnings(), "fallback.steps", codeHookNotAsked); got != c.warns {
			t.Errorf("%s: %v", name, r.Warnings())
		}
	}
}

// What the rule of refusals says is so: the circuit admits calls again, and the key is refused still.
func TestRefusalThatIsRememberedOutlivesTheRefusal(t *testing.T) {
	p := newAnswering(t, Policy{
		Cache:    Cache{TTL: time.Hour, NegativeTTL: time.Hour, NegativeOn: classes("breaker")},
		Deadline: Deadline{Attempt: time.Second},
	}, With[int, int]{Safe: Always[int], Key: answeringHooks().Key, Stages: answeringHooks().Stages})
	p.holdOpen(t, HoldOpen)
	_, first := p.Call(t.Context(), 1)
	p.holdOpen(t, Enforce)
	_, again := p.Call(t.Context(), 1)
	_, other := p.Call(t.Context(), 2)
	if first == nil || again == nil || other != nil || callError(t, again).RejectedBy() != byBreaker {
		t.Errorf("%v, %v, %v", first, again, other)
	}
}

func (p *patient) holdOpen(t *testing.T, m Mode) {
	t.Helper()
	c := Command{Mode: m, Reason: "drill", By: "ann"}
	if m != Enforce {
		c.TTL = time.Hour
	}
	if err := p.Command(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}
