// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

func TestQuotaTakesAllOrNothing(t *testing.T) {
	q := mailbox.NewQuota(10)
	if !q.Take(7) || q.Take(4) || !q.Take(3) || q.Take(1) || !q.Spent() {
		t.Fatalf("%d of %d", q.Used(), q.Limit())
	}
	q.Give(8)
	if q.Used() != 2 || q.Most() != 10 || q.Spent() || !q.Take(0) || !q.Take(-3) || q.Take(1<<62) {
		t.Errorf("%d now, %d at most", q.Used(), q.Most())
	}
}

func TestQuotaWithoutALimitOnlyCounts(t *testing.T) {
	q := mailbox.NewQuota(-1)
	if !q.Take(1<<40) || q.Spent() || q.Used() != 1<<40 || q.Limit() != 0 {
		t.Errorf("%d of %d", q.Used(), q.Limit())
	}
	var none *mailbox.Quota
	none.Give(3)
	if !none.Take(5) || none.Spent() || none.Episode() || none.Used()+none.Most()+none.Limit() != 0 {
		t.Error("no quota bounds something")
	}
}

func TestGivingMoreThanWasTakenPanics(t *testing.T) {
	q := mailbox.NewQuota(10)
	q.Take(1)
	defer func() {
		if recover() == nil {
			t.Error("nobody noticed")
		}
	}()
	q.Give(2)
}

func TestEpisodeBeginsOnceUntilHalfOfTheLimitWasFree(t *testing.T) {
	q := mailbox.NewQuota(4)
	q.Take(4)
	if !q.Episode() || q.Episode() {
		t.Error("the first refusal begins an episode, and the second does not")
	}
	q.Give(1)
	q.Take(1)
	if q.Episode() {
		t.Error("it was full but for a moment")
	}
	q.Give(2)
	q.Take(2)
	if !q.Episode() {
		t.Error("a new episode was not seen")
	}
}

// Two gates under one quota, each compared with its model, in which the waiters of
// both are counted.
func TestGatesUnderOneQuotaAgreeWithTheNaiveModel(t *testing.T) {
	overLanes(t, func(t *testing.T, lanes int) {
		synctest.Test(t, func(t *testing.T) {
			rapid.Check(struct{ rapid.TB }{t}, func(rt *rapid.T) { twoGatesUnderOneQuota(rt, lanes) })
		})
	})
}

func twoGatesUnderOneQuota(rt *rapid.T, lanes int) {
	most := rapid.IntRange(1, 4).Draw(rt, "most")
	quota := mailbox.NewQuota(int64(most))
	clock := fuseboard.NewClock()
	var two [2]*machine
	waiting := func() int { return len(two[0].waiting) + len(two[1].waiting) }
	for i := range two {
		b := drawBulkhead(rt)
		two[i] = &machine{
			model: model{bulkhead: b, crowded: func() bool { return waiting() >= most }}, lanes: lanes,
			gate: mailbox.NewGateUnder(b, clock, &mailbox.Quotas{Queued: quota}), clock: clock,
		}
		two[i].tie = two[i].tieBy(rt)
	}
	defer func() {
		two[0].tearDown()
		two[1].tearDown()
		if quota.Used() != 0 {
			panic("something was not given back")
		}
	}()
	steps := map[string]func(*rapid.T){
		"Advance": func(rt *rapid.T) {
			d := time.Duration(rapid.IntRange(1, 150).Draw(rt, "ms")) * time.Millisecond
			two[0].model.advance(d)
			two[1].model.advance(d)
			time.Sleep(d)
		},
		"": func(rt *rapid.T) {
			two[0].agree(rt)
			two[1].agree(rt)
			if got, want := int(quota.Used()), waiting(); got != want {
				rt.Fatalf("%d are taken, %d wait", got, want)
			}
		},
	}
	for i, name := range []string{"one: ", "two: "} {
		for what, step := range two[i].steps() {
			steps[name+what] = step
		}
	}
	rt.Repeat(steps)
}

// crowd runs goroutines that come again and again until their time is over.
func crowd(visitors, visits int, visit func(*rand.Rand)) {
	var all sync.WaitGroup
	for i := range visitors {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 7))
			for range visits {
				visit(r)
			}
		})
	}
	all.Wait()
}

func TestStorm_GatesUnderOneQuotaNeverExceedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 5
		quota, clock := mailbox.NewQuota(most), fuseboard.NewClock()
		gates := make([]*mailbox.Gate, 4)
		for i := range gates {
			gates[i] = mailbox.NewGateUnder(mailbox.Bulkhead{Concurrency: 1, Queue: 4, MaxWait: 2 * time.Millisecond}, clock, &mailbox.Quotas{Queued: quota})
		}
		var limited atomic.Int64
		crowd(24, 200, func(r *rand.Rand) {
			g := gates[r.IntN(len(gates))]
			if r.IntN(16) == 0 {
				g.Flush(errBoom)
				g.Resize(mailbox.Bulkhead{Concurrency: 1 + r.IntN(2), Queue: r.IntN(5), MaxWait: 2 * time.Millisecond})
				return
			}
			switch err := g.Enter(ctxBG, clock.Now().Add(time.Duration(r.IntN(5))*time.Millisecond)); err {
			case nil:
				time.Sleep(time.Duration(r.IntN(1000)) * time.Microsecond)
				g.Leave()
			case mailbox.ErrLimit:
				limited.Add(1)
			}
			if quota.Used() > most {
				t.Errorf("%d wait", quota.Used())
			}
		})
		if limited.Load() == 0 || quota.Used() != 0 || quota.Most() != most {
			t.Errorf("%d refused; %d taken, %d at most", limited.Load(), quota.Used(), quota.Most())
		}
	})
}

// errand is pooled work that takes a while, and sometimes ends its goroutine.
type errand struct{ run func() }

func (e errand) Run() { e.run() }
func (errand) Late()  {}

func TestStorm_PoolsUnderOneQuotaNeverExceedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 6
		quota, clock := mailbox.NewQuota(most), fuseboard.NewClock()
		type pair struct {
			gate *mailbox.Gate
			pool *mailbox.Pool
		}
		pairs := make([]pair, 3)
		for i := range pairs {
			w := mailbox.Workers{Max: 4, Idle: time.Millisecond}
			g := mailbox.NewGateUnder(w.Bound(mailbox.Bulkhead{}), clock, &mailbox.Quotas{Goroutines: quota})
			pairs[i] = pair{g, mailbox.NewPool(g, w)}
		}
		var refused, running atomic.Int64
		crowd(24, 150, func(r *rand.Rand) {
			p := pairs[r.IntN(len(pairs))]
			if !p.gate.TryEnter() {
				time.Sleep(time.Duration(r.IntN(500)) * time.Microsecond)
				return
			}
			s := p.pool.Reserve()
			switch {
			case s == nil:
				refused.Add(1)
				p.gate.Leave()
				return
			case r.IntN(8) == 0:
				s.Cancel()
				p.gate.Leave()
				return
			}
			hold := time.Duration(r.IntN(3000)) * time.Microsecond
			s.Start(errand{func() {
				if n := running.Add(1); n > most {
					t.Errorf("%d run", n)
				}
				time.Sleep(hold)
				running.Add(-1)
			}})
			now := clock.Now()
			if s.Wait(nil, now, now.Add(time.Millisecond)) == mailbox.Answered {
				s.Free()
				p.gate.Leave()
			} else {
				s.Settle()
			}
		})
		for _, p := range pairs {
			p.pool.Close()
			if err := p.pool.Wait(bounded(t)); err != nil {
				t.Error(err)
			}
		}
		if refused.Load() == 0 || quota.Used() != 0 || quota.Most() != most {
			t.Errorf("%d refused; %d taken, %d at most", refused.Load(), quota.Used(), quota.Most())
		}
	})
}
