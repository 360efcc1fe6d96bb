// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"slices"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/mailbox"
)

func TestWorkersDefaultsFollowTheBulkhead(t *testing.T) {
	for _, c := range []struct {
		given mailbox.Workers
		with  mailbox.Bulkhead
		want  mailbox.Workers
	}{
		{mailbox.Workers{}, mailbox.Bulkhead{Concurrency: 9}, mailbox.Workers{}},
		{mailbox.Workers{Idle: time.Second}, mailbox.Bulkhead{}, mailbox.Workers{Max: 16, Idle: time.Second, MaxAbandoned: 8}},
		{mailbox.Workers{Idle: time.Second}, mailbox.Bulkhead{Queue: 1}, mailbox.Workers{Max: 16, Idle: time.Second, MaxAbandoned: 8}},
		{mailbox.Workers{MaxAbandoned: 3}, mailbox.Bulkhead{Concurrency: 9}, mailbox.Workers{Max: 9, Idle: 10 * time.Second, MaxAbandoned: 3}},
		{mailbox.Workers{Max: 1}, mailbox.Bulkhead{Concurrency: 9}, mailbox.Workers{Max: 1, Idle: 10 * time.Second, MaxAbandoned: 1}},
	} {
		if got := c.given.WithDefaults(c.with); got != c.want {
			t.Errorf("%+v with %+v: %+v, want %+v", c.given, c.with, got, c.want)
		}
	}
}

func TestWorkersBoundThePermits(t *testing.T) {
	b := mailbox.Bulkhead{Concurrency: 9, Queue: 4, MaxWait: time.Second}
	fewer := b
	fewer.Concurrency = 2
	for _, c := range []struct {
		workers    mailbox.Workers
		with, want mailbox.Bulkhead
	}{
		{mailbox.Workers{}, b, b},
		{mailbox.Workers{}, mailbox.Bulkhead{}, mailbox.Bulkhead{}},
		{mailbox.Workers{Max: 2}, b, fewer},
		{mailbox.Workers{Max: 20}, b, b},
		{mailbox.Workers{Idle: time.Second}, b, b},
		{mailbox.Workers{Max: 20}, mailbox.Bulkhead{}, mailbox.Bulkhead{Concurrency: 20}},
	} {
		if got := c.workers.Bound(c.with); got != c.want {
			t.Errorf("%+v with %+v: %+v, want %+v", c.workers, c.with, got, c.want)
		}
	}
}

func TestWorkersNameEverythingThatIsWrong(t *testing.T) {
	for _, c := range []struct {
		workers mailbox.Workers
		want    []string
	}{
		{mailbox.Workers{}, nil},
		{mailbox.Workers{Max: 4, Idle: time.Second, MaxAbandoned: 4}, nil},
		{mailbox.Workers{Max: -1, Idle: time.Microsecond, MaxAbandoned: 2_000_000}, []string{"max", "idle", "max_abandoned"}},
		{mailbox.Workers{Max: 4, Idle: 2 * time.Hour, MaxAbandoned: 5}, []string{"idle", "max_abandoned"}},
	} {
		var got []string
		for _, p := range c.workers.Validate() {
			got = append(got, p.Path)
			if p.Fix == "" {
				t.Errorf("%v has no fix", p)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.workers, got, c.want)
		}
	}
	if w := (mailbox.Workers{Max: 4, MaxAbandoned: 5}).Validate(); w.Err() != nil || len(w.Warnings()) != 1 {
		t.Errorf("not a warning: %v", w)
	}
}
