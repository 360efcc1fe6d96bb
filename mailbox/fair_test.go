// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// One tenant calls a hundred times as often as each of two quiet ones, who ask for less
// than their third. With fair turns each gets what it asks for; without, next to nothing.
func TestNoisyTenantTakesNothingFromQuietOnes(t *testing.T) {
	const perSec, quiet = 1000.0, 300.0
	for _, fair := range []bool{true, false} {
		t.Run(fmt.Sprintf("fair is %v", fair), func(t *testing.T) {
			s := station{service: 10 * time.Millisecond, bulkhead: mailbox.Bulkhead{
				Concurrency: 10, Queue: 100, MaxWait: 500 * time.Millisecond, Fair: fair,
			}}
			guests, _ := s.run(t, 5*time.Second,
				source{meta: fuseboard.Meta{Tenant: "noisy"}, perSec: 100 * quiet},
				source{meta: fuseboard.Meta{Tenant: "one"}, perSec: quiet},
				source{meta: fuseboard.Meta{}, perSec: quiet}, // nobody said whose: a tenant, too
			)
			for from := 1; from <= 2; from++ {
				asked := 0
				for _, v := range guests {
					if v.source == from {
						asked++
					}
				}
				share := float64(len(served(guests, from))) / float64(asked)
				t.Logf("quiet tenant %d: %.1f %% of %d served", from, 100*share, asked)
				if (share >= 0.95) != fair {
					t.Errorf("quiet tenant %d got %.1f %% of its fair share", from, 100*share)
				}
			}
			all := 0
			for from := range 3 {
				all += len(served(guests, from))
			}
			if float64(all) < 0.95*5*perSec {
				t.Errorf("only %d served in all", all)
			}
		})
	}
}

// post queues a job that says when it runs, and when it is refused.
func post(g *mailbox.Gate, d *diary, tenant, name string) {
	g.Post(fuseboard.WithMeta(ctxBG, fuseboard.Meta{Tenant: tenant}), fuseboard.Never, work{
		run:    func() { d.write(name); g.Leave() },
		refuse: func(error) { d.write("not " + name) },
	})
}

func TestTenantsTakeTurnsAndKeepTheOrderWithin(t *testing.T) {
	for order, want := range map[mailbox.Order][]string{
		mailbox.FIFO: {"a1", "b1", "c1", "a2", "b2", "a3", "a4"},
		mailbox.LIFO: {"a4", "b2", "c1", "a3", "b1", "a2", "a1"},
	} {
		synctest.Test(t, func(t *testing.T) {
			g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 20, MaxWait: time.Second, Fair: true, Order: order}, fuseboard.NewClock())
			mustEnter(t, g)
			var d diary
			for _, name := range []string{"a1", "a2", "a3", "a4", "b1", "b2", "c1"} {
				post(g, &d, name[:1], name)
			}
			g.Leave()
			synctest.Wait()
			if got := d.all(); !slices.Equal(got, want) {
				t.Errorf("%v: served %v, want %v", order, got, want)
			}
			wantEmpty(t, g)
		})
	}
}

// Who has the most places gives the last of them up, until the newcomer would have as many.
func TestCrowdOfOneTenantGivesWayToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 4, MaxWait: time.Second, Fair: true}, fuseboard.NewClock())
		mustEnter(t, g)
		var d diary
		for _, name := range []string{"a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "c1"} {
			post(g, &d, name[:1], name)
		}
		want := []string{"not a5", "not a4", "not a3", "not b3", "not a2"}
		if got := d.all(); !slices.Equal(got, want) {
			t.Errorf("refused %v, want %v", got, want)
		}
		g.Stop()
		g.Leave()
		wantEmpty(t, g)
	})
}

// Of those whose last waiter is gone nothing is known.
func TestAllocationsOfFairTurnsAreNoneOnceItsTenantsHaveWaited(t *testing.T) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 8, Queue: 64, MaxWait: time.Minute, Fair: true, Order: mailbox.CoDel, Target: time.Minute, Estimate: true}, fuseboard.NewClock())
	const times = 50_000
	ctx := fuseboard.WithMeta(ctxBG, fuseboard.Meta{Tenant: "one"})
	contend(g, ctx, 64, 1000)
	if n := allocated(func() { contend(g, ctx, 64, times) }); n > times/50 {
		t.Errorf("%d allocations in %d waits", n, times)
	}
}
