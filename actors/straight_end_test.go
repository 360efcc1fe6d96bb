// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// TestHeldSuccessesCountBesideFailuresHoweverLongTheyLast: answers that are read for longer than
// the window is are in it, or the few failures would be all that it knows.
func TestHeldSuccessesCountBesideFailuresHoweverLongTheyLast(t *testing.T) {
	for _, meta := range []bool{false, true} { // straight, and not
		synctest.Test(t, func(t *testing.T) {
			with := holds(new([]error))
			with.Classify, with.Meta = nil, meta
			r := spawn(t, start(t), Policy{
				Breaker: Breaker{FailureRate: 0.5, MinCalls: 5, Window: Window{Span: 10 * time.Second}},
			}, sheets, with)
			for i := range 1000 {
				if i > 400 && i%10 == 9 { // by then as many end as begin
					_, _ = r.Call(t.Context(), 0)
				} else if p, err := r.Call(t.Context(), 1); err == nil {
					time.AfterFunc(30*time.Second, func() { p.held.End(nil) })
				} else {
					t.Fatalf("meta %t, call %d: %v", meta, i, err)
				}
				time.Sleep(100 * time.Millisecond)
				if i == 400 {
					if w := r.Stats().Window; w.Calls < 90 {
						t.Errorf("meta %t: %+v", meta, w)
					}
				}
			}
		})
	}
}

// TestKeyIsUsedUntilItsHeldAnswerEnds: only from then on it may be idle.
func TestKeyIsUsedUntilItsHeldAnswerEnds(t *testing.T) {
	for _, meta := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			with := holds(new([]error))
			with.Classify, with.Meta = nil, meta
			k, err := SpawnKeyed(start(t), "tenants", sheets, Policy{}, KeyLimits{Idle: time.Minute}, with)
			if err != nil {
				t.Fatal(err)
			}
			p, err := k.Call(t.Context(), "a", 1)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Minute)
			p.held.End(nil)
			time.Sleep(50 * time.Second)
			if _, there := k.Guard("a"); !there {
				t.Errorf("meta %t: forgotten 50s after its last use", meta)
			}
		})
	}
}

// TestKeyIsUsedUntilItsHandlerBreaks: also where the goroutine ends.
func TestKeyIsUsedUntilItsHandlerBreaks(t *testing.T) {
	for _, meta := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			k, err := SpawnKeyed(start(t), "tenants", func(context.Context, int) (int, error) {
				time.Sleep(10 * time.Minute)
				runtime.Goexit()
				return 0, nil
			}, Policy{}, KeyLimits{Idle: time.Minute}, With[int, int]{Meta: meta})
			if err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = k.Call(t.Context(), "a", 1) }()
			time.Sleep(10*time.Minute + 50*time.Second)
			if _, there := k.Guard("a"); !there {
				t.Errorf("meta %t: forgotten 50s after its last use", meta)
			}
		})
	}
}

// TestKeyIsUsedUntilItsEntryEnds: also where the observer ends the goroutine of the end.
func TestKeyIsUsedUntilItsEntryEnds(t *testing.T) {
	for name, mode := range map[string]PolicyMode{"enforced": EnforcePolicy, "in shadow": ShadowPolicy} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sys := startWith(t, Options{Observe: func(context.Context, CallInfo) { runtime.Goexit() }})
				k := keyed(t, sys, Policy{Mode: mode}, KeyLimits{Idle: time.Minute}, echo)
				go func() { _, _ = k.Call(t.Context(), "a", 1) }()
				synctest.Wait()
				g := guardOf(t, k, "a")
				go func() {
					if e, err := g.Enter(t.Context()); err == nil {
						time.Sleep(10 * time.Minute)
						_ = e.End(errDown)
					}
				}()
				time.Sleep(10*time.Minute + 50*time.Second)
				if _, there := k.Guard("a"); !there {
					t.Error("forgotten 50s after its last use")
				}
			})
		})
	}
}

// TestEntryThatWaitedIsToldTheLimitThatItHas: the wait is part of the total.
func TestEntryThatWaitedIsToldTheLimitThatItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := protectAs(t, start(t), Policy{
			Deadline: Deadline{Total: time.Second}, Bulkhead: Bulkhead{Concurrency: 1, Queue: 2, MaxWait: time.Minute},
		})
		causes := func(begin func() error) string {
			first := enterFor(t, t.Context(), g)
			time.AfterFunc(300*time.Millisecond, func() { _ = first.End(nil) })
			return begin().Error()
		}
		wanted := causes(func() (cause error) {
			_, err := Do(t.Context(), g, func(ctx context.Context) (int, error) {
				<-ctx.Done()
				cause = context.Cause(ctx)
				return 0, cause
			})
			t.Log(err)
			return cause
		})
		got := causes(func() error {
			e := enterFor(t, t.Context(), g)
			ctx := e.Context()
			<-ctx.Done()
			t.Log(ctx)
			err := context.Cause(ctx)
			t.Log(e.End(err))
			return err
		})
		if got != wanted {
			t.Errorf("told %q, want %q", got, wanted)
		}
	})
}

// TestHeldAnswerIsSlowByItsHandlerAlone: also one that came in no time, as a coarse clock sees it.
func TestHeldAnswerIsSlowByItsHandlerAlone(t *testing.T) {
	for _, meta := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			with := holds(new([]error))
			with.Classify, with.Meta = nil, meta
			r := spawn(t, start(t), Policy{Breaker: Breaker{SlowRate: 0.5, SlowAfter: time.Second, MinCalls: 5}}, sheets, with)
			p, err := r.Call(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(5 * time.Second)
			p.held.End(nil)
			if w := r.Stats().Window; w.Slow != 0 || w.Calls != 1 {
				t.Errorf("meta %t: %+v", meta, w)
			}
		})
	}
}

// TestHookThatEndsItsGoroutineEndsTheCall: once for the observer and the counts, whichever way the call went.
func TestHookThatEndsItsGoroutineEndsTheCall(t *testing.T) {
	for name, c := range map[string]struct {
		req    int
		change func(w *With[int, *sheet])
		failed uint64
	}{
		"Hold":            {1, func(w *With[int, *sheet]) { w.Hold = func(*sheet, Held) *sheet { runtime.Goexit(); return nil } }, 0},
		"Discard":         {-1, func(w *With[int, *sheet]) { w.Discard = func(*sheet) { runtime.Goexit() } }, 1},
		"Discard, closed": {-1, func(w *With[int, *sheet]) { w.Hold, w.Discard = nil, func(*sheet) { runtime.Goexit() } }, 1},
		"Safe":            {-1, func(w *With[int, *sheet]) { w.Safe = func(int) bool { runtime.Goexit(); return false } }, 1},
		"Classify": {1, func(w *With[int, *sheet]) {
			w.Classify = func(*sheet, error) fuseboard.Outcome { runtime.Goexit(); return fuseboard.Outcome{} }
		}, 1},
		"Glance": {1, func(w *With[int, *sheet]) {
			w.Glance = func(*sheet) (bool, bool) { runtime.Goexit(); return false, false }
		}, 1},
		"Room": {1, func(w *With[int, *sheet]) { w.Room = func(int) *Room { runtime.Goexit(); return nil } }, 1},
	} {
		for _, meta := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				var told []CallInfo
				sys := startWith(t, Options{Observe: func(_ context.Context, i CallInfo) { told = append(told, i) }})
				with := holds(new([]error))
				with.Meta = meta
				c.change(&with)
				if name == "Hold" {
					with.Classify = nil
				}
				p := reading
				p.Retry = Retry{Attempts: 3}
				k, err := SpawnKeyed(sys, "tenants", sheets, p, KeyLimits{Max: 2}, with)
				if err != nil {
					t.Fatal(err)
				}
				back := false
				go func() {
					_, _ = k.Call(t.Context(), "a", c.req)
					back = true
				}()
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				g, there := k.Guard("a")
				if !there {
					t.Fatal("no guard")
				}
				s := g.Stats()
				if back || len(told) != 1 || s.Failed != c.failed || s.Gate.InUse != 0 || g.key.kept.Load() != 0 {
					t.Errorf("%s, meta %t: returned %t, told %+v, kept %d, %+v", name, meta, back, told, g.key.kept.Load(), s)
				}
				for _, i := range told {
					if !errors.Is(i.Err, ErrGoexit) {
						t.Errorf("%s, meta %t: told %+v", name, meta, i)
					}
				}
			})
		}
	}
}

// TestObserverThatEndsItsGoroutineLeavesNoKeyKept: of an Entry that is refused, and of one that ends.
func TestObserverThatEndsItsGoroutineLeavesNoKeyKept(t *testing.T) {
	for name, c := range map[string]struct{ enters, ends error }{
		"straight": {nil, nil}, "failed": {nil, errDown}, "refused": {context.Canceled, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			sys := startWith(t, Options{Observe: func(context.Context, CallInfo) { runtime.Goexit() }})
			k, err := SpawnKeyed(sys, "tenants", sheets, reading, KeyLimits{Max: 1})
			if err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = k.Call(t.Context(), "a", 1) }()
			synctest.Wait()
			g, _ := k.Guard("a")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.enters != nil {
				cancel()
			}
			back := false
			go func() {
				if e, err := g.Enter(ctx); err == nil {
					_ = e.End(c.ends)
				}
				back = true
			}()
			synctest.Wait()
			if kept := g.key.kept.Load(); back || kept != 0 {
				t.Errorf("%s: returned %t, kept %d times", name, back, kept)
			}
		})
	}
}
