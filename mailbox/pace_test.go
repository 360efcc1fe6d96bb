// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"sort"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// estimating is a station of few or of many permits, of which one comes back each millisecond
// on average.
func estimating(permits int, b mailbox.Bulkhead) station {
	b.Concurrency, b.Estimate = permits, true
	return station{service: time.Duration(permits) * time.Millisecond, bulkhead: b}
}

// The estimate differs from half of the waits by less than a quarter of them, and from nine
// of ten by less than 60%, where service times are as good as by chance.
func TestEstimateIsOffByLessThanAQuarterHalfOfTheTime(t *testing.T) {
	for _, permits := range []int{1, 10, 100} {
		for _, load := range []float64{0.95, 1.5} {
			s := estimating(permits, mailbox.Bulkhead{Queue: 64, MaxWait: time.Second})
			guests, _ := s.run(t, 10*time.Second, source{perSec: load * 1000})
			var errs []float64
			for _, v := range served(guests, 0) {
				if v.expected > 0 && v.ahead >= 8 {
					errs = append(errs, math.Abs(float64(v.expected-v.waited))/float64(v.waited))
				}
			}
			median, most := quantile(errs, 0.5), quantile(errs, 0.9)
			t.Logf("%d permits, load %v: %d estimates, off by %.2f (median), %.2f (90%%)", permits, load, len(errs), median, most)
			if len(errs) < 1000 || median > 0.25 || most > 0.6 {
				t.Errorf("%d permits, load %v: %d estimates, off by %.2f and %.2f", permits, load, len(errs), median, most)
			}
		}
	}
}

// wronged counts those refused as hopeless who would have been served, had they been let in
// beside all others as they were: after as many grants as those before them got.
func wronged(guests []*guest, grants []fuseboard.Instant) (hopeless, wrong int) {
	for i, v := range guests {
		if !errors.Is(v.err, mailbox.ErrHopeless) {
			continue
		}
		hopeless++
		before := 0
		for _, earlier := range guests[:i] {
			if earlier.err == nil && earlier.came.Add(earlier.waited) > v.came {
				before++
			}
		}
		next := sort.Search(len(grants), func(at int) bool { return grants[at] > v.came }) + before
		if next < len(grants) && grants[next] < v.limit {
			wrong++
		}
	}
	return hopeless, wrong
}

func TestFewAreRefusedAsHopelessWhoWouldHaveBeenServed(t *testing.T) {
	for _, permits := range []int{1, 10, 100} {
		for _, load := range []float64{0.95, 1.2, 2} {
			s := estimating(permits, mailbox.Bulkhead{Queue: 100, MaxWait: time.Second})
			guests, grants := s.run(t, 5*time.Second, source{
				perSec:  load * 1000,
				allowed: func(r *rand.Rand) time.Duration { return time.Duration(r.Float64() * float64(200*time.Millisecond)) },
			})
			in := len(served(guests, 0))
			hopeless, wrong := wronged(guests, grants)
			share := float64(wrong) / float64(in+wrong)
			late := 0
			for _, v := range guests {
				if errors.Is(v.err, mailbox.ErrLate) {
					late++
				}
			}
			t.Logf("%d permits, load %v: of %d %d served, %d late, %d hopeless, %d of them wrongly: %.2f%%", permits, load, len(guests), in, late, hopeless, wrong, 100*share)
			if share >= 0.05 {
				t.Errorf("%d permits, load %v: %.2f%% of those who would have been served were refused", permits, load, 100*share)
			}
			if load > 1 && hopeless == 0 {
				t.Error("nobody is hopeless")
			}
		}
	}
}

// Under overload all who wait have the same patience. Where the estimate refuses at once,
// as many are served as without it, and few wait in vain.
func TestEstimateSparesVainWaitsAndCostsNoService(t *testing.T) {
	count := func(estimate bool) (in, late int) {
		s := estimating(10, mailbox.Bulkhead{Queue: 2000, MaxWait: 100 * time.Millisecond})
		s.bulkhead.Estimate = estimate
		for s.seed = range 5 {
			guests, _ := s.run(t, 5*time.Second, source{perSec: 2000})
			for _, v := range guests {
				switch {
				case v.err == nil && v.came.Add(v.waited) < fuseboard.Instant(5*time.Second):
					in++
				case errors.Is(v.err, mailbox.ErrLate):
					late++
				}
			}
		}
		return in, late
	}
	in, late := count(true)
	inWithout, lateWithout := count(false)
	t.Logf("%d served and %d late with the estimate, %d and %d without", in, late, inWithout, lateWithout)
	if in < inWithout*98/100 || late > lateWithout/2 {
		t.Errorf("%d served and %d late, without the estimate %d and %d", in, late, inWithout, lateWithout)
	}
}

// serve has one permit come and go so often, with somebody waiting each time, one every so long.
func serve(t *testing.T, g *mailbox.Gate, times int, every time.Duration) {
	t.Helper()
	for range times {
		time.Sleep(every)
		g.Leave()
		synctest.Wait()
		g.Post(ctxBG, fuseboard.Never, work{})
	}
}

func TestEstimateExistsFromSixteenPermitsOnAndIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 9, MaxWait: time.Minute, Estimate: true}, clock)
		want := func(normal, high time.Duration) {
			t.Helper()
			d := g.Depth()
			if got := g.Wait(fuseboard.Normal); got != normal || d.Wait != normal || g.Wait(fuseboard.High) != high {
				t.Errorf("expects %v and %v, want %v; of high priority %v, want %v", got, d.Wait, normal, g.Wait(fuseboard.High), high)
			}
		}
		mustEnter(t, g)
		g.Post(ctxBG, fuseboard.Never, work{})
		g.Post(ctxBG, fuseboard.Never, work{})
		serve(t, g, 16, 10*time.Millisecond)
		want(0, 0) // 15 times between two
		wantError(t, g.Enter(ctxBG, clock.Now().Add(5*time.Millisecond)), mailbox.ErrLate)
		serve(t, g, 1, 10*time.Millisecond-5*time.Millisecond) // that took 5ms
		want(30*time.Millisecond, 10*time.Millisecond)

		wantError(t, g.Enter(ctxBG, clock.Now().Add(5*time.Millisecond)), mailbox.ErrHopeless)
		if now := clock.Now(); now != fuseboard.Instant(170*time.Millisecond) {
			t.Errorf("refused at %v, and not at once", time.Duration(now))
		}
		g.Suspend()
		want(0, 0)
		wantError(t, g.Enter(ctxBG, clock.Now().Add(5*time.Millisecond)), mailbox.ErrSuspended)
		g.Resume()
		time.Sleep(2 * time.Second) // no permit comes back
		want(0, 0)
		wantError(t, g.Enter(ctxBG, clock.Now().Add(5*time.Millisecond)), mailbox.ErrLate)
		g.Stop()
		g.Leave()
		wantEmpty(t, g)
	})
}

// However slow permits come back, who finds an empty queue may wait.
func TestNobodyIsHopelessWhereNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 9, MaxWait: time.Minute, Estimate: true}, clock)
		mustEnter(t, g)
		for range 2 {
			g.Post(ctxBG, fuseboard.Never, work{})
		}
		serve(t, g, 20, 100*time.Millisecond)
		g.Leave()
		g.Leave() // the queue is empty, and one is inside
		if d := g.Depth(); d.Waiting != 0 || d.InUse != 1 || d.Wait != 100*time.Millisecond*20/21 && d.Wait == 0 {
			t.Errorf("%+v", d)
		}
		wantError(t, g.Enter(ctxBG, clock.Now().Add(time.Millisecond)), mailbox.ErrLate)
		g.Leave()
		if w := g.Wait(fuseboard.Normal); w != 0 {
			t.Errorf("expects %v although a permit is free", w)
		}
		wantEmpty(t, g)
	})
}
