// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestNothingIsKnownOfATenantForWhomNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 50, MaxWait: time.Second, Fair: true}, fuseboard.NewClock())
		g.TryEnter()
		for i := range 40 {
			ctx := fuseboard.WithMeta(context.Background(), fuseboard.Meta{Tenant: fmt.Sprint(i % 17)})
			g.Post(ctx, fuseboard.Never, &countingJob{gate: g})
		}
		q := g.waiters
		of := &q.turns[rankAt(fuseboard.Normal)]
		if len(of.known) != 17 || of.most != 3 || of.crowds[1].atLeast != 17 || of.crowds[3].atLeast != 40-2*17 {
			t.Errorf("%d tenants known, at most %d of one, %+v", len(of.known), of.most, of.crowds)
		}
		g.Leave()
		synctest.Wait()
		if len(of.known) != 0 || of.next != nil || of.most != 0 || q.present != 0 || g.present.Load() != 0 {
			t.Errorf("left %+v", of)
		}
		for _, c := range of.crowds {
			if c != (crowd{}) {
				t.Errorf("left %+v", of.crowds)
			}
		}
		n := 0
		for one := of.spare; one != nil; one = one.after {
			if n++; one.name != "" || one.oldest != nil {
				t.Errorf("the spare one is %+v", one)
			}
		}
		if n != 17 {
			t.Errorf("%d spare ones", n)
		}
		time.Sleep(time.Second) // the alarm finds nobody
		synctest.Wait()
		wantNoQueue(t, g)
	})
}

// Of whom so many wait, the newcomer's turn comes when each tenant had as many.
func TestPositionOfANewcomerCountsTurns(t *testing.T) {
	q := newQueue(&rules{fair: true})
	wait := func(tenant string, n int) {
		for range n {
			q.add(&waiter{home: q, rank: 2}, tenant)
		}
	}
	wait("noisy", 1000)
	wait("two", 2)
	q.add(&waiter{home: q, rank: 0}, "other")
	for tenant, want := range map[string]int{"new": 1 + 2, "two": 1 + 2 + 2, "noisy": 1 + 1000 + 2} {
		if got := q.ahead(2, tenant); got != want {
			t.Errorf("%d before %s, want %d", got, tenant, want)
		}
	}
	if got := q.ahead(0, "new"); got != 1 {
		t.Errorf("%d before a critical one", got)
	}
}
