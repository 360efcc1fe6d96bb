// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestCopyNeverWaitsAndWhatRefusesItIsCounted(t *testing.T) {
	slow := part{takes: 200 * ms}
	for name, c := range map[string]struct {
		policy func(*Policy)
		reach  func(t *testing.T, r *Ref[int, int])
		want   HedgeRefused
	}{
		"bulkhead": {
			func(p *Policy) { p.Bulkhead = Bulkhead{Concurrency: 1, Queue: 5, MaxWait: time.Minute} }, nil,
			HedgeRefused{Bulkhead: 1},
		},
		"rate": {func(p *Policy) { p.Rate = RateLimit{Limit: 1, Per: time.Hour, Burst: 1} }, nil, HedgeRefused{Rate: 1}},
		"rate with a queue": {
			func(p *Policy) { p.Rate = RateLimit{Limit: 1, Per: time.Hour, Burst: 1, Queue: 10, MaxWait: time.Hour} }, nil,
			HedgeRefused{Rate: 1},
		},
		"rate of a tenant": {
			func(p *Policy) { p.Rate = RateLimit{Per: time.Hour, PerTenant: PerTenant{Limit: 1, Burst: 1}} }, nil,
			HedgeRefused{Rate: 1},
		},
		"budget": {
			func(p *Policy) {
				p.Retry = Retry{Attempts: 1, Budget: Budget{MinPerSecond: 1, Window: time.Second, Ratio: 0.01}}
			},
			func(t *testing.T, r *Ref[int, int]) { r.spent.Withdraw(r.clock.Now()) },
			HedgeRefused{Budget: 1},
		},
		"breaker that is held closed over open": {
			func(p *Policy) { p.Breaker = quickBreaker },
			func(t *testing.T, r *Ref[int, int]) {
				for range 3 {
					_, _ = Do(t.Context(), r.Guard, func(context.Context) (int, error) { return 0, errDown })
				}
				if err := r.Command(t.Context(), Command{Mode: HoldClosed, Reason: "drill", By: "ann", TTL: time.Hour}); err != nil {
					t.Fatal(err)
				}
			},
			HedgeRefused{Breaker: 1},
		},
		"breaker that moved since": {
			func(p *Policy) { p.Breaker = quickBreaker },
			func(t *testing.T, r *Ref[int, int]) {
				time.AfterFunc(50*ms, func() {
					for range 3 {
						_, _ = Do(context.Background(), r.Guard, func(context.Context) (int, error) { return 0, errDown })
					}
				})
			},
			HedgeRefused{Breaker: 1},
		},
		"workers": {
			func(p *Policy) { p.Workers.MaxAbandoned = 1 },
			func(t *testing.T, r *Ref[int, int]) {
				time.AfterFunc(50*ms, func() { // leaves a handler behind
					ctx, end := context.WithTimeout(context.Background(), ms)
					defer end()
					_, _ = Do(ctx, r.Guard, func(context.Context) (int, error) { return stubborn(ctx, 1) })
				})
			},
			HedgeRefused{Workers: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := hedged
				c.policy(&p)
				_, r := newHeat(t, p, slow)
				if c.reach != nil {
					c.reach(t, r)
				}
				before := r.Stats()
				if _, err := r.Call(t.Context(), 0); err != nil {
					t.Error(err)
				}
				s := r.Stats()
				if s.Hedge.Refused != c.want || s.Hedge.Sent != 0 {
					t.Errorf("%+v, want %+v", s.Hedge, c.want)
				}
				if s.Rejected != before.Rejected {
					t.Errorf("a copy that was not sent counts as a call: %+v", s.Rejected)
				}
				time.Sleep(2 * time.Second)
				wantTaken(t, r.Guard, 0, 0)
				if name == "rate" && s.Rate.Left != 0 {
					t.Errorf("%+v", s.Rate)
				}
			})
		})
	}
}

func TestCopyIsShedAsACallWouldBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var busy atomic.Bool
		sys := startWith(t, Options{Seed: 1, Host: func(fuseboard.Instant) HostSignals {
			if busy.Load() {
				return HostSignals{CPU: 1}
			}
			return HostSignals{CPU: 0.1}
		}})
		p := hedged
		p.Shedding = Shedding{CPU: 0.5, Every: 10 * ms, Smoothing: ms, HoldFor: time.Second}
		h := &heat{born: time.Now(), parts: []part{{takes: 200 * ms}}}
		r := spawn(t, sys, p, h.handle, With[int, int]{Safe: Always[int]})
		time.AfterFunc(20*ms, func() { busy.Store(true) })
		if _, err := r.Call(fuseboard.WithPriority(t.Context(), fuseboard.Sheddable), 0); err != nil {
			t.Error(err)
		}
		if s := r.Stats(); s.Hedge.Refused != (HedgeRefused{Shedding: 1}) || s.Rejected.Shedding != 0 {
			t.Errorf("%+v", s.Hedge)
		}
	})
}

func TestACopyThatIsNotSentGivesBackWhatItTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hedged
		p.Rate = RateLimit{Limit: 100, Per: time.Hour, Burst: 100}
		p.Retry = Retry{Attempts: 1, Budget: Budget{MinPerSecond: 1, Window: time.Second, Ratio: 0.01}}
		_, r := newHeat(t, p, part{takes: 200 * ms})
		r.spent.Withdraw(r.clock.Now())
		if _, err := r.Call(t.Context(), 0); err != nil {
			t.Error(err)
		}
		if s := r.Stats(); s.Hedge.Refused != (HedgeRefused{Budget: 1}) || s.Rate.Left != 99 {
			t.Errorf("%+v; %d units left of 100 after one call", s.Hedge, s.Rate.Left)
		}
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestNoCopyOfAProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hedged
		p.Breaker = quickBreaker
		h, r := newHeat(t, p, part{err: errDown}, part{err: errDown}, part{err: errDown}, part{takes: 500 * ms}, part{takes: 500 * ms}, part{takes: 1})
		for range 3 {
			_, _ = r.Call(t.Context(), 0)
		}
		if r.State() != Open {
			t.Fatal(r.State())
		}
		time.Sleep(12 * time.Second)
		if _, err := r.Call(t.Context(), 0); err != nil {
			t.Error(err)
		}
		if s := r.Stats(); s.Hedge.Refused != (HedgeRefused{Breaker: 1}) || s.Hedge.Sent != 0 || len(h.began) != 4 {
			t.Errorf("%+v", s.Hedge)
		}
	})
}

func TestP4_LostHedgeClosesNothingAndOpensNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hedged
		p.Breaker = quickBreaker
		p.Deadline = Deadline{Attempt: time.Minute}
		_, r := newHeat(t, p, part{takes: 14 * time.Second, deaf: true}, part{takes: 50 * ms})
		if got, err := r.Call(t.Context(), 0); got != 2 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		if s := r.Stats(); s.Window.Calls != 1 || s.Window.Failures != 0 {
			t.Errorf("a lost attempt is in the window: %+v", s.Window)
		}
		for range 3 {
			_, _ = Do(t.Context(), r.Guard, func(context.Context) (int, error) { return 0, errDown })
		}
		time.Sleep(12 * time.Second)
		half := make(chan struct{})
		go func() { // the probe, which runs while the loser's answer comes
			defer close(half)
			_, _ = Do(t.Context(), r.Guard, func(ctx context.Context) (int, error) { return stubborn(ctx, 5) })
		}()
		synctest.Wait()
		if r.State() != HalfOpen {
			t.Fatal(r.State())
		}
		epoch := r.Stats().Epoch
		time.Sleep(3 * time.Second) // the loser has answered, with a success
		synctest.Wait()
		if s := r.Stats(); s.State != HalfOpen || s.Epoch != epoch {
			t.Errorf("%v after the answer of a lost attempt", s.State)
		}
		<-half
	})
}

func TestCopiesArePaidForByTheRetryBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hedged
		p.Retry.Budget = Budget{MinPerSecond: 1, Window: 10 * time.Second, Ratio: 0.5}
		p.Retry.Attempts = 1
		parts := make([]part, 60)
		for i := range parts {
			parts[i].takes = 130 * ms
		}
		_, r := newHeat(t, p, parts...)
		for range 30 {
			_, _ = r.Call(t.Context(), 0)
		}
		s := r.Stats()
		sent := s.Hedge.Sent
		if sent < 10 || sent > 10+15 || s.Hedge.Refused.Budget != 30-sent { // the floor, and half of the calls
			t.Errorf("%+v", s.Hedge)
		}
		if a := s.Amplification; a.Calls != 30 || a.Repeats != int(sent) || len(a.Causes) != 1 || a.Causes[0].Class != "hedge" || a.Suppressed != int(30-sent) {
			t.Errorf("%v", a)
		}
		if s.Suppressed != 0 || s.Retries != 0 || len(s.Repeated) != 0 {
			t.Errorf("copies count as repetitions: %+v", s)
		}
	})
}
