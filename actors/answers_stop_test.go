// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/cache"
)

// closing is a store that is told when it is not used any more.
type closing struct {
	cache.Store[*cache.Entry[quote]]
	closed *atomic.Int32
}

func (c closing) Close() { c.closed.Add(1) }

func closingStores(made, closed *atomic.Int32) cache.Make[quote] {
	return func(most int) cache.Store[*cache.Entry[quote]] {
		made.Add(1)
		return closing{cache.NewStore[*cache.Entry[quote]](most), closed}
	}
}

// A store is closed once it is not used any more, whatever ends the guard.
func TestAStoreIsClosedWithItsGuard(t *testing.T) {
	p, w := Policy{Cache: Cache{TTL: time.Minute}}, With[string, quote]{Key: byPair}
	keyed := func(t *testing.T, sys *System, w With[string, quote]) *Keyed[string, quote] {
		k, err := SpawnKeyed(sys, "tenants", (&market{}).quote, p, KeyLimits{Max: 1}, w)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Call(t.Context(), "acme", "A"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		return k
	}
	single := func(t *testing.T, sys *System, w With[string, quote]) *Ref[string, quote] {
		r := spawn(t, sys, p, (&market{}).quote, w)
		if _, err := r.Call(t.Context(), "A"); err != nil {
			t.Fatal(err)
		}
		return r
	}
	for way, end := range map[string]func(t *testing.T, sys *System, w With[string, quote]) error{
		"stop": func(t *testing.T, sys *System, w With[string, quote]) error {
			return single(t, sys, w).Stop(t.Context())
		},
		"shutdown": func(t *testing.T, sys *System, w With[string, quote]) error {
			single(t, sys, w)
			return sys.Shutdown(t.Context())
		},
		"update": func(t *testing.T, sys *System, w With[string, quote]) error {
			_, err := single(t, sys, w).Update(t.Context(), Policy{})
			return err
		},
		"stop of keys": func(t *testing.T, sys *System, w With[string, quote]) error {
			return keyed(t, sys, w).Stop(t.Context())
		},
		"shutdown of keys": func(t *testing.T, sys *System, w With[string, quote]) error {
			keyed(t, sys, w)
			return sys.Shutdown(t.Context())
		},
		"another key needs the place": func(t *testing.T, sys *System, w With[string, quote]) error {
			_, err := keyed(t, sys, w).Call(t.Context(), "other", "")
			return err
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var made, closed atomic.Int32
			w.Store = closingStores(&made, &closed)
			if err := end(t, start(t), w); err != nil || closed.Load() != 1 {
				t.Errorf("%s: %d made, %d closed, %v", way, made.Load(), closed.Load(), err)
			}
		})
	}
}

// deafQuote does not end when it is cancelled.
func deafQuote(context.Context, string) (quote, error) { time.Sleep(time.Hour); return quote{}, nil }

// Who waits for a load that does not end is answered when its guard stops: also of a key, and where an
// Update has turned the cache off.
func TestWhoWaitsForAStubbornLoadIsAnsweredAtTheStop(t *testing.T) {
	type guard interface {
		Stop(ctx context.Context) error
		Update(ctx context.Context, p Policy) (Change, error)
	}
	with, p := With[string, quote]{Key: byPair}, Policy{Cache: Cache{TTL: time.Minute}}
	for kind, spawned := range map[string]func(*System) (guard, func(context.Context) error, error){
		"spawn": func(sys *System) (guard, func(context.Context) error, error) {
			r, err := Spawn(sys, "payments", deafQuote, p, with)
			return r, func(ctx context.Context) error { _, err := r.Call(ctx, "EURUSD"); return err }, err
		},
		"keyed": func(sys *System) (guard, func(context.Context) error, error) {
			k, err := SpawnKeyed(sys, "tenants", deafQuote, p, KeyLimits{}, with)
			return k, func(ctx context.Context) error { _, err := k.Call(ctx, "acme", "EURUSD"); return err }, err
		},
	} {
		for _, off := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				g, call, err := spawned(start(t))
				if err != nil {
					t.Fatal(err)
				}
				answers := make(chan error, 2)
				for range 2 {
					go func() {
						var info Info
						err := call(WithInfo(t.Context(), &info))
						if info != (Info{}) {
							t.Errorf("%s, off %t: %+v", kind, off, info)
						}
						answers <- err
					}()
				}
				synctest.Wait()
				if off {
					if _, err := g.Update(t.Context(), Policy{}); err != nil {
						t.Fatal(err)
					}
				}
				over, end := context.WithTimeout(t.Context(), time.Second)
				defer end()
				if _, left := errors.AsType[*AbandonedError](g.Stop(over)); !left {
					t.Errorf("%s, off %t: the handler was not left behind", kind, off)
				}
				began := time.Now()
				for range 2 {
					if err := <-answers; !errors.Is(err, ErrStopped) || time.Since(began) > time.Second {
						t.Errorf("%s, off %t: %v after %s", kind, off, err, time.Since(began))
					}
				}
				time.Sleep(2 * time.Hour)
			})
		}
	}
}

// What an Update ends is still counted: its loads run, and end.
func TestLoadsOfACacheThatIsOffAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute}}, deafQuote, With[string, quote]{Key: byPair})
		go func() { _, _ = r.Call(t.Context(), "EURUSD") }()
		synctest.Wait()
		for i, p := range []Policy{{}, {Cache: Cache{TTL: time.Second}}, {}, {Cache: Cache{TTL: time.Minute}}} {
			if _, err := r.Update(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			if v := r.Stats().Cache; v.Running != 1 || v.Waiting != 1 || v.Misses != 1 || v.Loads != 0 {
				t.Errorf("update %d: %+v", i, v)
			}
		}
		time.Sleep(time.Hour)
		synctest.Wait() // the load ends at this instant
		for range 2 {
			if v := r.Stats().Cache; v.Running != 0 || v.Waiting != 0 || v.Misses != 1 || v.Loads != 1 {
				t.Errorf("%+v", v)
			}
			if _, err := r.Update(t.Context(), Policy{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// An error of a guard further in, of which Classify makes an answer, is one: it is kept, and no fallback is asked.
func TestAnErrorFromFurtherInMayBeAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errNone := errors.New("no such pair")
		sys := start(t)
		m := &market{}
		m.fail(errNone)
		inner, err := Spawn(sys, "inner", m.quote, Policy{Retry: Retry{Attempts: 2}}, With[string, quote]{Safe: Always[string]})
		if err != nil {
			t.Fatal(err)
		}
		outer, err := Spawn(sys, "outer", func(ctx context.Context, pair string) (quote, error) {
			return inner.Call(ctx, pair)
		}, Policy{Breaker: Breaker{Consecutive: 3}, Cache: Cache{TTL: time.Minute, NegativeTTL: time.Minute}, Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}}}, With[string, quote]{
			Key: byPair,
			Classify: func(_ quote, err error) fuseboard.Outcome {
				if errors.Is(err, errNone) {
					return fuseboard.Outcome{Kind: fuseboard.Success}
				}
				return fuseboard.Outcome{}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		q, info, err := quoted(t, outer, "EURUSD")
		if !errors.Is(err, errNone) {
			t.Errorf("%+v %+v %v", q, info, err)
		}
		t.Logf("%+v", outer.Stats().Successes)
		n := m.calls.Load()
		q, info, err = quoted(t, outer, "EURUSD")
		if !errors.Is(err, errNone) || m.calls.Load() != n {
			t.Errorf("again: %+v %+v %v", q, info, err)
		}
	})
}

// A load that asks for its own key is told whose it is, by every way.
func TestALoadThatAsksForItselfIsToldWhoseItIs(t *testing.T) {
	for way := range waysOfQuotes {
		synctest.Test(t, func(t *testing.T) {
			var inner quoteAnswer
			var r *Ref[string, quote]
			r = spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute}}, func(ctx context.Context, pair string) (quote, error) {
				inner = askIn(ctx, way, r, pair)
				return inner.value, inner.err
			}, With[string, quote]{Key: byPair})
			_, _, err := quoted(t, r, "EURUSD")
			if e := callError(t, inner.err); e.Dependency != "payments" || !errors.Is(err, cache.ErrRecursive) {
				t.Errorf("%s: %v, %v", way, inner.err, err)
			}
			if want := "payments: the load of a key asks for that key; it would wait for itself"; inner.err.Error() != want {
				t.Errorf("%s: %q, want %q", way, inner.err, want)
			}
		})
	}
}

// derivedKey makes a context another one.
type derivedKey struct{}

// Middlewares within each other pass on what InfoOf finds. A load that its caller has left has nobody to tell.
func TestALoadThatOutlastsItsCallerTellsItNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		inner, err := Spawn(sys, "inner", deafQuote, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		outer, err := Spawn(sys, "outer", func(ctx context.Context, pair string) (quote, error) {
			return inner.Call(WithInfo(ctx, InfoOf(ctx)), pair)
		}, Policy{Cache: Cache{TTL: time.Minute}}, With[string, quote]{Key: byPair})
		if err != nil {
			t.Fatal(err)
		}
		var info Info
		ctx, end := context.WithTimeout(context.WithValue(WithInfo(t.Context(), &info), derivedKey{}, 1), time.Second)
		defer end()
		_, err = outer.Call(WithInfo(ctx, InfoOf(ctx)), "A")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		was := info
		time.Sleep(2 * time.Hour)
		if info != was {
			t.Errorf("the Info of a call that was over changed: %+v, then %+v", was, info)
		}
	})
}

func TestTheCacheOfEachKindOfGuardIsCounted(t *testing.T) {
	for kind, spawned := range staged {
		synctest.Test(t, func(t *testing.T) {
			r := spawned(t, Policy{Cache: Cache{TTL: time.Minute}}, (&market{}).quote, With[string, quote]{Key: byPair})
			for range 2 {
				if _, err := r.Call(t.Context(), "A"); err != nil {
					t.Error(err)
				}
			}
			if v := r.Stats().Cache; v.Hits != 1 || v.Entries != 1 {
				t.Errorf("%s: %+v", kind, v)
			}
		})
	}
}
