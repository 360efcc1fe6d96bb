// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// quote is an answer as services have them.
type quote struct {
	Pair  string  `json:"pair"`
	Price float64 `json:"price"`
}

// market is a dependency that can be told how to behave.
type market struct {
	mu    sync.Mutex
	err   error
	takes time.Duration
	calls atomic.Int64
	price atomic.Int64
}

func (m *market) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *market) slow(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.takes = d
}

func (m *market) quote(ctx context.Context, pair string) (quote, error) {
	m.calls.Add(1)
	m.mu.Lock()
	err, takes := m.err, m.takes
	m.mu.Unlock()
	if takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return quote{}, ctx.Err()
		}
	}
	if err != nil {
		return quote{}, err
	}
	return quote{Pair: pair, Price: float64(m.price.Add(1))}, nil
}

func byPair(pair string) (string, bool) { return pair, pair != "" }

func quoted(t *testing.T, r *Ref[string, quote], pair string) (quote, Info, error) {
	t.Helper()
	var info Info
	q, err := r.Call(WithInfo(context.Background(), &info), pair)
	return q, info, err
}

func TestAnAnswerIsCachedUntilItIsStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute, Jitter: 0.001}}, m.quote, With[string, quote]{Key: byPair})
		first, info, err := quoted(t, r, "EURUSD")
		if err != nil || info.Source != FromDependency || info.Attempts != 1 || info.Degraded {
			t.Fatalf("%+v %+v %v", first, info, err)
		}
		time.Sleep(30 * time.Second)
		again, info, err := quoted(t, r, "EURUSD")
		if err != nil || again != first || info.Source != FromCache || info.Attempts != 0 || info.Age != 30*time.Second {
			t.Errorf("%+v %+v %v", again, info, err)
		}
		if other, _, _ := quoted(t, r, "EURGBP"); other.Pair != "EURGBP" {
			t.Errorf("another key got %+v", other)
		}
		time.Sleep(31 * time.Second)
		if later, info, _ := quoted(t, r, "EURUSD"); later == first || info.Source != FromDependency {
			t.Errorf("after its time: %+v %+v", later, info)
		}
		if n := m.calls.Load(); n != 3 {
			t.Errorf("%d calls of the dependency, want 3", n)
		}
		if _, _, err := quoted(t, r, ""); err != nil || m.calls.Load() != 4 {
			t.Errorf("a request without a key: %v, %d calls", err, m.calls.Load())
		}
	})
}

func TestAHitIsGivenWhateverTheCircuitSays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute}, Breaker: Breaker{Consecutive: 1, OpenFor: time.Hour}}, m.quote, With[string, quote]{Key: byPair})
		first, _, _ := quoted(t, r, "EURUSD")
		m.fail(errDown)
		if _, _, err := quoted(t, r, "EURGBP"); err == nil || r.State() != Open {
			t.Fatalf("%v, circuit %v", err, r.State())
		}
		if again, info, err := quoted(t, r, "EURUSD"); err != nil || again != first || info.Source != FromCache {
			t.Errorf("%+v %+v %v", again, info, err)
		}
	})
}

// P20: an answer of the fallback must not be given from the cache afterwards.
func TestP20AFallbackNeverGetsIntoTheCache(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		m.fail(errDown)
		p := Policy{
			Cache:    Cache{TTL: time.Minute, StaleIfError: time.Hour, StaleWhileRevalidate: time.Second},
			Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none","price":1}`}}},
		}
		r := spawn(t, start(t), p, m.quote, With[string, quote]{Key: byPair})
		q, info, err := quoted(t, r, "EURUSD")
		if err != nil || q.Pair != "none" || !info.Degraded || info.Source != FromFallback || info.Fallback != "value" {
			t.Fatalf("%+v %+v %v", q, info, err)
		}
		m.fail(nil)
		q, info, err = quoted(t, r, "EURUSD")
		if err != nil || q.Pair != "EURUSD" || info.Degraded || info.Source != FromDependency {
			t.Errorf("%+v %+v %v", q, info, err)
		}
		if s := r.Stats(); s.Fallback.Given != 1 || s.Cache.Hits != 0 || s.Cache.Rescued != 1 {
			t.Errorf("%+v %+v", s.Fallback, s.Cache)
		}
	})
}

func TestAStaleAnswerComesBeforeTheFallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		p := Policy{
			Cache:    Cache{TTL: time.Minute, StaleIfError: time.Hour, Jitter: 0.001},
			Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}},
		}
		r := spawn(t, start(t), p, m.quote, With[string, quote]{Key: byPair})
		first, _, _ := quoted(t, r, "EURUSD")
		m.fail(errDown)
		time.Sleep(2 * time.Minute)
		q, info, err := quoted(t, r, "EURUSD")
		if err != nil || q != first || !info.Degraded || info.Source != FromStaleOnError || info.Age != 2*time.Minute || info.Attempts != 1 {
			t.Errorf("%+v %+v %v", q, info, err)
		}
		time.Sleep(time.Hour)
		if q, info, err = quoted(t, r, "EURUSD"); err != nil || q.Pair != "none" || info.Source != FromFallback {
			t.Errorf("%+v %+v %v", q, info, err)
		}
	})
}

func TestAStaleAnswerIsRefreshedBehindIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		p := Policy{Cache: Cache{TTL: time.Minute, StaleWhileRevalidate: time.Minute, Jitter: 0.001}}
		r := spawn(t, start(t), p, m.quote, With[string, quote]{Key: byPair})
		first, _, _ := quoted(t, r, "EURUSD")
		m.slow(time.Second)
		time.Sleep(61 * time.Second)
		began := time.Now()
		q, info, err := quoted(t, r, "EURUSD")
		if err != nil || q != first || info.Source != FromStale || info.Degraded || time.Since(began) != 0 {
			t.Errorf("%+v %+v %v after %s", q, info, err, time.Since(began))
		}
		time.Sleep(2 * time.Second)
		if q, info, _ = quoted(t, r, "EURUSD"); q == first || info.Source != FromCache {
			t.Errorf("%+v %+v", q, info)
		}
		if m.calls.Load() != 2 {
			t.Errorf("%d calls", m.calls.Load())
		}
	})
}

func TestCallsOfOneKeyShareALoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		m.slow(time.Second)
		r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute}, Bulkhead: Bulkhead{Concurrency: 1}}, m.quote, With[string, quote]{Key: byPair})
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if q, err := r.Call(context.Background(), "EURUSD"); err != nil || q.Price != 1 {
					t.Errorf("%+v %v", q, err)
				}
			})
		}
		leaving, leave := context.WithTimeout(context.Background(), 500*time.Millisecond)
		defer leave()
		all.Go(func() {
			_, err := r.Call(leaving, "EURUSD")
			var e *CallError
			if !errors.As(err, &e) || !errors.Is(err, context.DeadlineExceeded) || e.Dependency != "payments" {
				t.Errorf("who left: %v", err)
			}
		})
		all.Wait()
		if m.calls.Load() != 1 {
			t.Errorf("%d calls of the dependency", m.calls.Load())
		}
	})
}

func TestAFallbackAnswersByItsSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		m.fail(errDown)
		p := Policy{
			Breaker: Breaker{Consecutive: 2, OpenFor: time.Hour},
			Fallback: Fallback{Steps: []FallbackStep{
				{Use: fallback.Computed, On: []fuseboard.Class{"error"}},
				{Value: `{"pair":"closed"}`, On: []fuseboard.Class{"breaker"}},
			}},
		}
		var causes []error
		hook := func(_ context.Context, pair string, cause error) (quote, error) {
			causes = append(causes, cause)
			if pair == "XXX" {
				return quote{}, fmt.Errorf("no such pair: %w", fallback.ErrDeclined)
			}
			return quote{Pair: "computed " + pair}, nil
		}
		r := spawn(t, start(t), p, m.quote, With[string, quote]{Fallback: hook})
		if q, info, err := quoted(t, r, "EURUSD"); err != nil || q.Pair != "computed EURUSD" || info.Fallback != "computed" || info.Attempts != 1 {
			t.Errorf("%+v %+v %v", q, info, err)
		}
		_, _, err := quoted(t, r, "XXX")
		var e *CallError
		if !errors.As(err, &e) || !errors.Is(err, errDown) || e.Attempts != 1 {
			t.Errorf("%v", err)
		}
		if want := `payments: failed: dependency down (no fallback: 1 computed: no such pair: declined; 2 value: only for breaker)`; err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
		if q, info, err := quoted(t, r, "XXX"); err != nil || q.Pair != "closed" || info.Attempts != 0 {
			t.Errorf("refused: %+v %+v %v", q, info, err)
		}
		if len(causes) != 2 || !errors.Is(causes[0], errDown) {
			t.Errorf("causes %v", causes)
		}
		if s := r.Stats(); s.Fallback.Given != 2 || s.Failures != 2 || s.State != Open {
			t.Errorf("%+v", s)
		}
	})
}

func TestTheLastGoodAnswerIsThatOfTheSameRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		p := Policy{Fallback: Fallback{Steps: []FallbackStep{{MaxAge: time.Minute}}}}
		r := spawn(t, start(t), p, m.quote, With[string, quote]{Key: byPair})
		first, _, _ := quoted(t, r, "EURUSD")
		m.fail(errDown)
		time.Sleep(10 * time.Second)
		if q, info, err := quoted(t, r, "EURUSD"); err != nil || q != first || !info.Degraded || info.Age != 10*time.Second || info.Fallback != "last-good" {
			t.Errorf("%+v %+v %v", q, info, err)
		}
		if _, _, err := quoted(t, r, "EURGBP"); !errors.Is(err, errDown) {
			t.Errorf("another request got %v", err)
		}
		time.Sleep(51 * time.Second)
		if _, _, err := quoted(t, r, "EURUSD"); !errors.Is(err, errDown) {
			t.Errorf("too old: %v", err)
		}
	})
}

func TestAnotherGuardAnswersAndACircleEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		a, b := &market{}, &market{}
		a.fail(errDown)
		to := func(name string) Policy { return Policy{Fallback: Fallback{Steps: []FallbackStep{{Guard: name}}}} }
		ra, err := Spawn(sys, "a", a.quote, to("b"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = ra.Call(context.Background(), "EURUSD")
		if err == nil || !errors.Is(err, errDown) {
			t.Errorf("nobody is there: %v", err)
		}
		if _, err := Spawn(sys, "b", b.quote, to("a")); err != nil {
			t.Fatal(err)
		}
		if q, info, err := quoted(t, ra, "EURUSD"); err != nil || q.Price != 1 || info.Fallback != "guard b" {
			t.Errorf("%+v %+v %v", q, info, err)
		}
		b.fail(errDown)
		if _, err := ra.Call(context.Background(), "EURUSD"); !errors.Is(err, errDown) {
			t.Errorf("a circle: %v", err)
		} else if a.calls.Load() != 3 || b.calls.Load() != 2 {
			t.Errorf("%d and %d calls: %v", a.calls.Load(), b.calls.Load(), err)
		}
	})
}

func TestEveryWayInIsAnsweredAlike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		p := Policy{
			Cache:    Cache{TTL: time.Minute},
			Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}},
		}
		sys := start(t)
		r := spawn(t, sys, p, m.quote, With[string, quote]{Key: byPair})
		bg := context.Background()
		ways := map[string]func(pair string) (quote, error){
			"call": func(pair string) (quote, error) { return r.Call(bg, pair) },
			"ask":  func(pair string) (quote, error) { return r.Ask(bg, pair).Wait(bg) },
			"message": func(pair string) (quote, error) {
				got, err := sys.root.RequestFuture(r.PID(), r.Message(bg, pair), time.Minute).Result()
				if err != nil {
					return quote{}, err
				}
				reply, _ := got.(Reply[string, quote])
				return reply.Value, reply.Err
			},
		}
		for name, way := range ways {
			m.fail(nil)
			first, err := way("A" + name)
			again, _ := way("A" + name)
			if err != nil || first != again || first.Pair != "A"+name {
				t.Errorf("%s: %+v, then %+v, %v", name, first, again, err)
			}
			m.fail(errDown)
			if got, err := way("B" + name); err != nil || got.Pair != "none" {
				t.Errorf("%s failing: %+v %v", name, got, err)
			}
		}
		if err := r.Tell(bg, "C"); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if got := m.calls.Load(); got != 7 {
			t.Errorf("%d calls of the dependency, want 7", got)
		}
	})
}

func TestWhoLeftGetsNoFallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		m.slow(time.Hour)
		for _, c := range []Cache{{}, {TTL: time.Minute}} {
			p := Policy{Cache: c, Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}}}
			r, err := Spawn(start(t), "left", m.quote, p, With[string, quote]{Key: byPair})
			if err != nil {
				t.Fatal(err)
			}
			ctx, leave := context.WithCancel(context.Background())
			time.AfterFunc(time.Second, leave)
			if _, err := r.Call(ctx, "EURUSD"); !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
			late, end := context.WithTimeout(context.Background(), time.Second)
			if q, err := r.Call(late, "EURUSD"); err != nil || q.Pair != "none" {
				t.Errorf("whose time was over: %+v %v", q, err)
			}
			end()
			synctest.Wait()
			if s := r.Stats(); s.Gate.InUse != 0 || s.Failures+s.Voids != 2 {
				t.Errorf("cache %v: %+v", c.On(), s)
			}
		}
	})
}

func TestABadValueIsRefusedWhereItIsGiven(t *testing.T) {
	sys := start(t)
	bad := Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: `{"price":"a lot"}`}}}}
	m := &market{}
	if _, err := Spawn(sys, "payments", m.quote, bad); err == nil {
		t.Error("Spawn took it")
	} else {
		t.Log(err)
	}
	g, err := Protect(sys, "other", bad) // nobody knows the type yet
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Bind(g, "quote", m.quote); err == nil {
		t.Error("Bind took it")
	}
	r := spawn(t, start(t), Policy{}, m.quote)
	if _, err := r.Update(context.Background(), bad); err == nil {
		t.Error("Update took it")
	}
}

// A dependency that hangs is a failure also where only its callers have deadlines, and share a load.
func TestALoadThatHangsIsEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		m.slow(time.Hour)
		r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute}, Breaker: Breaker{Consecutive: 3, OpenFor: time.Minute}}, m.quote, With[string, quote]{Key: byPair})
		for range 3 {
			var all sync.WaitGroup
			for i := range 5 {
				all.Go(func() {
					ctx, over := context.WithTimeout(context.Background(), time.Duration(i+1)*100*time.Millisecond)
					defer over()
					if _, err := r.Call(ctx, "EURUSD"); !errors.Is(err, context.DeadlineExceeded) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			synctest.Wait()
		}
		if s := r.Stats(); s.State != Open || s.Failures != 3 || m.calls.Load() != 3 {
			t.Errorf("circuit %v, %d failures, %d voids, %d calls", s.State, s.Failures, s.Voids, m.calls.Load())
		}
	})
}

func TestWhatWaitsForALoadIsAnsweredWhenTheGuardStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		m.slow(time.Hour)
		r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute}}, m.quote, With[string, quote]{Key: byPair})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if _, err := r.Call(context.Background(), "EURUSD"); !errors.Is(err, ErrStopped) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		at, over := context.WithTimeout(context.Background(), time.Second)
		defer over()
		if err := r.Stop(at); err != nil {
			t.Error(err)
		}
		all.Wait()
		if _, err := r.Call(context.Background(), "EURUSD"); !errors.Is(err, ErrStopped) {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestAnUpdateSaysWhichAnswersAreGone(t *testing.T) {
	m := &market{}
	p := Policy{Cache: Cache{TTL: time.Minute}, Fallback: Fallback{Steps: []FallbackStep{{MaxAge: time.Minute}}}}
	r := spawn(t, start(t), p, m.quote, With[string, quote]{Key: byPair})
	for _, pair := range []string{"A", "B", "C"} {
		if _, err := r.Call(context.Background(), pair); err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range []struct {
		change func(*Policy)
		want   string
	}{
		{func(p *Policy) { p.Cache.TTL = time.Hour }, "[]"},
		{func(p *Policy) { p.Cache.MaxEntries = 1 }, "[of the cache, 2 of 3 entries, by max_entries 1]"},
		{func(p *Policy) { p.Fallback.MaxKeys = 2 }, "[1 last good answer, which fallback keeps no longer]"},
		{func(p *Policy) { *p = Policy{} }, "[1 cached answer, because cache is off now 2 last good answers, which fallback keeps no longer]"},
	} {
		one.change(&p)
		change, err := r.Update(context.Background(), p)
		if got := fmt.Sprint(change.Lost); err != nil || got != one.want {
			t.Errorf("%s, want %s, %v", got, one.want, err)
		}
	}
	before := m.calls.Load()
	if _, err := r.Call(context.Background(), "A"); err != nil || m.calls.Load() != before+1 {
		t.Errorf("%v, %d calls", err, m.calls.Load())
	}
}
