// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// heardOf returns the events of some kinds that have come, in their order.
func heardOf(sub *Subscription, kinds ...EventKind) (all []Event) {
	synctest.Wait()
	for {
		select {
		case e := <-sub.C():
			if slices.Contains(kinds, e.Kind) {
				all = append(all, e)
			}
		default:
			return all
		}
	}
}

// lines is a log that a test reads.
type lines struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func (l *lines) with(words string) (n int) {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.String(), words)
}

func TestLevelOfSheddingIsToldOnceAsTheSystemsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h host
		var log lines
		sys := startWith(t, Options{Host: h.read, Shedding: watchful, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		sub := sys.Subscribe(64)
		spawn(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1}}, echo)
		time.Sleep(time.Second)
		h.busy(0.95)
		time.Sleep(time.Second)
		if err := sys.SetMode(ShadowPolicy); err != nil {
			t.Fatal(err)
		}
		h.busy(0.1)
		time.Sleep(3 * time.Second)
		all := heardOf(sub, EventShedding, EventMode)
		var got []string
		for i, e := range all {
			got = append(got, fmt.Sprint(e.Kind, " ", e.Shedding.From, " ", e.Shedding.To, " ", e.Shedding.Cause.Signal))
			if e.Seq != uint64(i+1) || e.Dependency != "" || e.Group != "" {
				t.Errorf("%+v", e)
			}
		}
		want := []string{
			"shedding admit-all shed-normal cpu", "mode admit-all admit-all none",
			"shedding shed-normal shed-sheddable cpu", "shedding shed-sheddable admit-all none",
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		if len(all) > 0 && (all[0].Shedding.Policy != watchful || all[0].Shedding.Number != 0 || all[0].Reason != "cpu 95% is at or over 91%") {
			t.Errorf("%+v", all[0])
		}
		if log.with("level=WARN msg=shedding from=admit-all to=shed-normal") != 1 || log.with("level=INFO msg=shedding") != 2 {
			t.Errorf("%s", log.String())
		}
	})
}

func TestSheddingThatNobodyObeysAnyMoreIsToldToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h host
		h.busy(1)
		sys := startWith(t, Options{Host: h.read})
		sub := sys.Subscribe(64)
		r := spawn(t, sys, Policy{Shedding: watchful}, echo)
		time.Sleep(time.Second)
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		all := heardOf(sub, EventShedding)
		if len(all) != 2 || all[1].Shedding.To != shedding.AdmitAll || all[1].Reason != "no guard obeys the policy any more" || all[1].Shedding.Number != 1 {
			t.Errorf("%+v", all)
		}
	})
}

func TestDrainIsToldWhereItSaysMoreThanTheLastOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lines
		asks := 4 * time.Second
		sys := startWith(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		sub := sys.Subscribe(64)
		r := spawn(t, sys, Policy{Rate: RateLimit{Limit: 1000, Burst: 1000}}, func(_ context.Context, n int) (int, error) {
			time.Sleep(time.Duration(n) * time.Millisecond)
			return 0, asked(asks)
		})
		var running []*Future[int]
		for i := range 100 { // the storm of those that were under way: each prolongs by a millisecond
			running = append(running, r.Ask(t.Context(), i+1))
		}
		for _, f := range running {
			_, _ = f.Wait(t.Context())
		}
		all := heardOf(sub, EventDrained)
		if len(all) != 1 || all[0].Dependency != "payments" || all[0].Until.Sub(all[0].At) != 4*time.Second {
			t.Fatalf("%+v", all)
		}
		if log.with("level=WARN msg=\"rate limit drained\" dependency=payments for=4s") != 1 {
			t.Errorf("%s", log.String())
		}
		if s := r.Stats().Rate; s.Drained != all[0].Until.Add(99*time.Millisecond) || s.Left != 0 {
			t.Errorf("%+v", s)
		}
		time.Sleep(5 * time.Second)
		_, _ = r.Call(t.Context(), 1)
		asks = 0
		time.Sleep(5 * time.Second)
		_, _ = r.Call(t.Context(), 1) // names no time
		if again := heardOf(sub, EventDrained); len(again) != 1 || again[0].Seq <= all[0].Seq {
			t.Errorf("%+v", again)
		}
	})
}

func TestDrainThatIsLongerByATenthIsToldAgain(t *testing.T) {
	n := &news{}
	for _, step := range []struct {
		now, until fuseboard.Instant
		is         bool
	}{{0, 0, false}, {0, 100, true}, {1, 105, false}, {2, 109, false}, {2, 111, true}, {50, 112, false}, {60, 115, false}, {110, 115, true}, {200, 115, false}, {200, 200, true}} {
		n.lastDrain.Store(int64(step.until))
		if is := n.drainIsNews(step.now); is != step.is {
			t.Errorf("%+v: %v", step, is)
		}
		if step.is {
			n.drained.Store(int64(step.until))
		}
	}
}

func TestLimitIsToldAtMostOnceASecondAndByAQuarter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lines
		sys := startWith(t, Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		sub := sys.Subscribe(1 << 10)
		r := spawn(t, sys, Policy{
			Adaptive: Adaptive{Min: 2, Initial: 8, MinSamples: 5, Window: 50 * time.Millisecond, Smoothing: 1},
			Bulkhead: Bulkhead{Queue: 1000},
		}, func(context.Context, int) (int, error) { time.Sleep(10 * time.Millisecond); return 0, nil })
		for range 400 {
			for range 100 {
				r.Ask(t.Context(), 1)
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(3 * time.Second)
		all := heardOf(sub, EventLimit)
		if len(all) < 2 || all[0].Limit.From != 8 {
			t.Fatalf("%+v", all)
		}
		last, at := 8, fuseboard.Instant(-1)
		for _, e := range all {
			m := e.Limit
			if m.From != last || max(m.To-m.From, m.From-m.To)*limitPart < m.From || at >= 0 && e.At.Sub(at) < time.Second || m.View.Limit != m.To {
				t.Errorf("at %v: %+v, after %d", e.At, m, last)
			}
			last, at = m.To, e.At
		}
		s := r.Stats()
		if now := s.Adaptive.Limit; max(now-last, last-now)*limitPart >= last || s.Gate.Limit != now {
			t.Errorf("%d was told, it is %d, the gate has %d", last, now, s.Gate.Limit)
		}
		if log.with("level=INFO msg=\"adaptive limit\"") != len(all) {
			t.Errorf("%s", log.String())
		}
	})
}

// throttling is a policy whose throttle soon keeps calls away.
var throttling = Policy{Throttle: Throttle{Window: 10 * time.Second, MinCalls: 10}}

// refusing asks for less while *is.
func refusing(is *bool) Handler[int, int] {
	return func(_ context.Context, n int) (int, error) {
		if *is {
			return 0, asked(1)
		}
		return n, nil
	}
}

func TestThrottleIsToldWhenItBeginsAndWhenItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lines
		down := true
		sys := startWith(t, Options{Seed: 1, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		sub := sys.Subscribe(64)
		r := spawn(t, sys, throttling, refusing(&down))
		for range 100 {
			_, _ = r.Call(t.Context(), 1)
		}
		all := heardOf(sub, EventThrottle)
		if len(all) != 1 || !all[0].Throttle.Keeps || all[0].Throttle.View.Chance(fuseboard.Normal) <= 0 || all[0].Dependency != "payments" {
			t.Fatalf("%+v", all)
		}
		time.Sleep(12 * time.Second) // nobody calls
		if all = heardOf(sub, EventThrottle); len(all) != 1 || all[0].Throttle.Keeps || all[0].At > fuseboard.Instant(12*time.Second) {
			t.Errorf("%+v", all)
		}
		if log.with("level=WARN msg=throttle dependency=payments keeps_calls_away=true") != 1 || log.with("level=INFO msg=throttle") != 1 {
			t.Errorf("%s", log.String())
		}
	})
}

func TestThrottleThatIsTurnedOffIsToldToEnd(t *testing.T) {
	for _, after := range []Policy{{}, {Rate: RateLimit{Limit: 10}}} {
		synctest.Test(t, func(t *testing.T) {
			down := true
			sys := start(t)
			sub := sys.Subscribe(64)
			r := spawn(t, sys, throttling, refusing(&down))
			for range 100 {
				_, _ = r.Call(t.Context(), 1)
			}
			synctest.Wait()
			if _, err := r.Update(t.Context(), after); err != nil {
				t.Fatal(err)
			}
			if all := heardOf(sub, EventThrottle); len(all) != 2 || all[1].Throttle.Keeps {
				t.Errorf("%+v", all)
			}
		})
	}
}

// What the sections tell of keys comes before the end of the key, or not at all, and
// without a gap.
func TestStorm_NewsOfKeysAreNumberedWithoutGapsAndEndWithThem(t *testing.T) {
	sys := start(t)
	sub := sys.Subscribe(1 << 16)
	down := true
	p := Policy{Throttle: throttling.Throttle, Rate: RateLimit{Limit: 1_000_000, PerTenant: ratelimit.PerKey{Limit: 1_000_000}}}
	k, err := SpawnKeyed(sys, "tenants", func(ctx context.Context, n int) (int, error) {
		if n%3 == 0 {
			return 0, asked(time.Duration(n+1) * time.Microsecond)
		}
		return refusing(&down)(ctx, n)
	}, p, KeyLimits{Max: 4})
	if err != nil {
		t.Fatal(err)
	}
	for round := 0; round < 50 && len(sub.C()) < 3; round++ { // what is over before its turn is no news
		var work sync.WaitGroup
		for i := range 8 {
			work.Go(func() {
				for n := range 400 {
					_, _ = k.Call(t.Context(), fmt.Sprint("k", (i+n/20)%9), n)
				}
			})
		}
		work.Wait()
	}
	if err := sys.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	kinds := map[EventKind]int{}
	seq := map[string]uint64{}
	for e := range sub.C() {
		kinds[e.Kind]++
		if e.Seq != seq[e.Key]+1 {
			t.Fatalf("key %q: %s is number %d after %d", e.Key, e.Kind, e.Seq, seq[e.Key])
		}
		if seq[e.Key] = e.Seq; e.Kind == EventStopped {
			delete(seq, e.Key)
		}
	}
	if len(seq) != 0 || kinds[EventThrottle]+kinds[EventDrained] == 0 || sub.Dropped() != 0 {
		t.Errorf("%v, without an end: %v", kinds, seq)
	}
}
