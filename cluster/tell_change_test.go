// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/internal/plain"
)

func TestWhatAPolicyChangesIsSaidInWords(t *testing.T) {
	on := actors.Policy{
		Bulkhead: actors.Bulkhead{Concurrency: 8}, Retry: actors.Retry{Attempts: 3},
		Deadline: actors.Deadline{Total: 2 * time.Second},
	}
	for want, with := range map[string]func(p *actors.Policy){
		"bulkhead.concurrency 8 -> 7":                          func(p *actors.Policy) { p.Bulkhead.Concurrency = 7 },
		"deadline.total 2s -> 300ms":                           func(p *actors.Policy) { p.Deadline.Total = 300 * time.Millisecond },
		"retry off":                                            func(p *actors.Policy) { p.Retry = actors.Retry{} },
		"breaker.failure_rate 20%; breaker.min_calls 5":        func(p *actors.Policy) { p.Breaker = actors.Breaker{FailureRate: 0.2, MinCalls: 5} },
		"mode enforce -> shadow":                               func(p *actors.Policy) { p.Mode = actors.ShadowPolicy },
		"retry.attempts 3 -> 2; bulkhead.concurrency 8 -> 4":   func(p *actors.Policy) { p.Bulkhead.Concurrency, p.Retry.Attempts = 4, 2 },
		"deadline.total 2s -> off; deadline.attempt off -> 1s": func(p *actors.Policy) { p.Deadline = actors.Deadline{Attempt: time.Second} },
		"bulkhead.queue 0 -> 64":                               func(p *actors.Policy) { p.Bulkhead.Queue = 64 },
		"cases[0] added": func(p *actors.Policy) {
			p.Cases = []actors.Case{{Operations: []string{"charge"}, Cost: 2}}
		},
	} {
		after := on
		with(&after)
		c := actors.Change{Before: on, After: after, Changed: plain.Diff(on.WithDefaults(), after.WithDefaults())}
		if got := changeText(c); got != want {
			t.Errorf("%v:\ngot  %s\nwant %s", c.Changed, got, want)
		}
	}
	queued := on
	queued.Bulkhead.Queue = 64
	if got := changeText(actors.Change{Before: queued, After: on, Changed: []string{"bulkhead.queue"}}); got != "bulkhead.queue 64 -> 0" {
		t.Error(got)
	}
	if got := changeText(actors.Change{Changed: []string{"breaker.share"}}); got != "breaker.share" {
		t.Errorf("of a group, whose policies are not told: %q", got)
	}
}

func TestAnOrderIsToldWithItsValuesAndTheReasonHasRoom(t *testing.T) {
	e := orders.Entry{Operator: "ann", Order: orders.Order{Author: "Ann", Reason: "INC-8", Verb: orders.Policy, Policy: map[string]string{"retry": "off", "deadline.total": "1s"}}}
	if got := orderText(&e); got != "ann sets deadline.total=1s retry=off: INC-8" {
		t.Error(got)
	}
	e.Policy = map[string]string{"cases": strings.Repeat("ü", 200)}
	if got := orderText(&e); !strings.HasSuffix(got, "ü…: INC-8") || len(got) > 130 {
		t.Error(got)
	}
	e.Order = orders.Order{Author: "Ann", Reason: "over", Verb: orders.Release, Of: orders.Values}
	if got := orderText(&e); got != "ann, the values alone: over" {
		t.Error(got)
	}
}
