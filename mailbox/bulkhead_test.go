// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

func TestZeroBulkheadIsOffAndAnyFieldTurnsItOn(t *testing.T) {
	if (mailbox.Bulkhead{}).On() || (mailbox.Bulkhead{}).WithDefaults().On() {
		t.Error("the zero bulkhead is on")
	}
	for _, b := range []mailbox.Bulkhead{
		{Concurrency: 1}, {Queue: 1}, {MaxWait: 1}, {Order: mailbox.LIFO}, {Target: 1}, {Interval: 1},
		{Quota: mailbox.PriorityQuota{High: 1}}, {Fair: true}, {Estimate: true},
	} {
		if !b.On() {
			t.Errorf("%+v is off", b)
		}
	}
	if got := (mailbox.Bulkhead{Queue: 3}).WithDefaults(); got.Concurrency != mailbox.DefaultConcurrency || got.Queue != 3 {
		t.Errorf("defaults of a queue alone: %+v", got)
	}
	if got := (mailbox.Bulkhead{Concurrency: 2}).WithDefaults(); got != (mailbox.Bulkhead{Concurrency: 2}) {
		t.Errorf("a named concurrency changed: %+v", got)
	}
}

func TestDefaultsOfCoDelAndOfQuotas(t *testing.T) {
	got := mailbox.Bulkhead{Queue: 1, Order: mailbox.CoDel, Quota: mailbox.PriorityQuota{Normal: 0.8}}.WithDefaults()
	want := mailbox.Bulkhead{
		Concurrency: 16, Queue: 1, Order: mailbox.CoDel, Target: 20 * time.Millisecond, Interval: 100 * time.Millisecond,
		Quota: mailbox.PriorityQuota{Critical: 1, High: 1, Normal: 0.8, Sheddable: 0.8},
	}
	if got != want {
		t.Errorf("got %+v", got)
	}
	if lifo := (mailbox.Bulkhead{Order: mailbox.LIFO}).WithDefaults(); lifo.Target != 0 || lifo.Interval != 0 || lifo.Quota.On() {
		t.Errorf("what is off has defaults: %+v", lifo)
	}
}

func TestValidateNamesPathRangeAndFix(t *testing.T) {
	tests := map[string]struct {
		b          mailbox.Bulkhead
		path, code string
		warning    bool
	}{
		"negative concurrency": {mailbox.Bulkhead{Concurrency: -1}, "concurrency", "negative", false},
		"huge concurrency":     {mailbox.Bulkhead{Concurrency: 1_000_001}, "concurrency", "out-of-range", false},
		"negative queue":       {mailbox.Bulkhead{Queue: -1}, "queue", "negative", false},
		"huge queue":           {mailbox.Bulkhead{Queue: 1_000_001}, "queue", "out-of-range", false},
		"short wait":           {mailbox.Bulkhead{Queue: 1, MaxWait: time.Nanosecond}, "max_wait", "out-of-range", false},
		"unbounded wait":       {mailbox.Bulkhead{Queue: 1, MaxWait: time.Hour}, "max_wait", "out-of-range", false},
		"short target":         {mailbox.Bulkhead{Queue: 1, Order: mailbox.CoDel, Target: time.Microsecond}, "target", "out-of-range", false},
		"negative interval":    {mailbox.Bulkhead{Queue: 1, Order: mailbox.CoDel, Interval: -1}, "interval", "negative", false},
		"unknown order":        {mailbox.Bulkhead{Queue: 1, Order: 7}, "order", mailbox.CodeUnknownWord, false},
		"huge quota":           {mailbox.Bulkhead{Queue: 1, Quota: mailbox.PriorityQuota{Normal: 80}}, "quota.normal", "out-of-range", false},
		"negative quota":       {mailbox.Bulkhead{Queue: 1, Quota: mailbox.PriorityQuota{Critical: -0.5}}, "quota.critical", "negative", false},
		"quota out of order":   {mailbox.Bulkhead{Queue: 1, Quota: mailbox.PriorityQuota{Normal: 0.5, Sheddable: 0.8}}, "quota.sheddable", mailbox.CodeQuotaOrder, true},
		"order without queue":  {mailbox.Bulkhead{Concurrency: 1, Order: mailbox.LIFO}, "order", mailbox.CodeOrderWithoutQueue, true},
		"fair without queue":   {mailbox.Bulkhead{Fair: true}, "fair", mailbox.CodeOrderWithoutQueue, true},
		"estimate, no queue":   {mailbox.Bulkhead{Estimate: true}, "estimate", mailbox.CodeOrderWithoutQueue, true},
		"target without codel": {mailbox.Bulkhead{Queue: 1, Target: time.Second}, "target", mailbox.CodeWithoutCoDel, true},
		"interval, no codel":   {mailbox.Bulkhead{Queue: 1, Order: mailbox.LIFO, Interval: time.Second}, "interval", mailbox.CodeWithoutCoDel, true},
		"target above wait":    {mailbox.Bulkhead{Queue: 1, MaxWait: 10 * time.Millisecond, Order: mailbox.CoDel}, "target", mailbox.CodeTargetOverWait, true},
		"wait without queue":   {mailbox.Bulkhead{Concurrency: 1, MaxWait: time.Second}, "max_wait", mailbox.CodeWaitWithoutQueue, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ps := tt.b.Validate()
			if len(ps) != 1 {
				t.Fatalf("want one problem, got %v", ps)
			}
			p := ps[0]
			if p.Path != tt.path || p.Code != tt.code || p.Warning != tt.warning || p.Fix == "" || p.Value == "" {
				t.Errorf("got %+v", p)
			}
		})
	}
	for _, b := range []mailbox.Bulkhead{
		{},
		{Queue: 64},
		{Concurrency: 1},
		{Concurrency: 1_000_000, Queue: 1_000_000, MaxWait: time.Minute},
		{Queue: 1, MaxWait: time.Microsecond},
		{Queue: 1, Order: mailbox.CoDel, Target: 5 * time.Millisecond, Interval: time.Minute, Fair: true, Estimate: true},
		{Queue: 1, Quota: mailbox.PriorityQuota{Normal: 0.8, Sheddable: 0.5}},
	} {
		if ps := b.Validate(); len(ps) != 0 {
			t.Errorf("%+v is fine, but: %v", b, ps)
		}
	}
}

func TestWaitUntilTakesTheSmallerOfDefaultAndAFifthOfTheDeadline(t *testing.T) {
	const now = fuseboard.Instant(time.Hour)
	tests := map[string]struct {
		maxWait time.Duration
		until   fuseboard.Instant
		want    time.Duration
	}{
		"no deadline":            {0, fuseboard.Never, 100 * time.Millisecond},
		"far deadline":           {0, now.Add(time.Second), 100 * time.Millisecond},
		"near deadline":          {0, now.Add(200 * time.Millisecond), 40 * time.Millisecond},
		"deadline now":           {0, now, 0},
		"deadline passed":        {0, now.Add(-time.Second), -time.Second},
		"own wait":               {time.Second, fuseboard.Never, time.Second},
		"own wait past deadline": {time.Second, now.Add(time.Millisecond), time.Millisecond},
		"own wait, late":         {time.Second, now.Add(-1), -1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := mailbox.Bulkhead{Concurrency: 1, MaxWait: tt.maxWait}.WaitUntil(now, tt.until)
			if got != now.Add(tt.want) {
				t.Errorf("may wait %v, want %v", got.Sub(now), tt.want)
			}
		})
	}
}

func TestWaitUntilIsNeverLaterThanTheDeadline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := fuseboard.Instant(rapid.Int64Range(0, 1<<62).Draw(t, "now"))
		until := fuseboard.Instant(rapid.Int64Range(0, int64(fuseboard.Never)).Draw(t, "until"))
		b := mailbox.Bulkhead{Queue: 1, MaxWait: time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "max wait"))}
		got := b.WaitUntil(now, until)
		if got > until || (until > now && got < now) || got > now.Add(time.Minute) {
			t.Fatalf("%+v at %d with deadline %d waits until %d", b, now, until, got)
		}
	})
}

func TestGateBringsAnUnvalidatedBulkheadIntoRange(t *testing.T) {
	for _, b := range []mailbox.Bulkhead{
		{Concurrency: -5, Queue: -5, MaxWait: -5},
		{Concurrency: 1 << 40, Queue: 1 << 40, MaxWait: time.Hour},
	} {
		d := mailbox.NewGate(b, fuseboard.NewClock()).Depth()
		if d.Limit < 1 || d.Limit > 1_000_000 || d.Queue < 0 || d.Queue > 1_000_000 {
			t.Errorf("%+v made %+v", b, d)
		}
	}
}
