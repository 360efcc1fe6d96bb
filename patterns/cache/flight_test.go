// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestAHerdSharesOneLoad(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute}, func(t *testing.T, c *Cache[int]) {
		s := newSlow()
		first := fillBehind(t.Context(), c, "k", s.load)
		var others []chan got
		for range 99 {
			others = append(others, fillBehind(t.Context(), c, "k", forbidden(t)))
		}
		if v := c.View(); v.Waiting != 100 || v.Running != 1 {
			t.Errorf("%+v", v)
		}
		s.let <- Loaded[int]{Value: 7, Keep: Fresh}
		want(t, <-first, 7, nil, FromLoad)
		for _, o := range others {
			g := <-o
			if want(t, g, 7, nil, Shared); !g.info.Shared {
				t.Error("it is not said to be shared")
			}
		}
		want(t, get(t, c, "k", forbidden(t)), 7, nil, Hit)
		if s.ctx.Err() == nil {
			t.Error("the context of a load that has ended goes on")
		}
		if v := c.View(); s.begun.Load() != 1 || v.Misses != 100 || v.Shared != 99 || v.Loads != 1 || v.Hits != 1 {
			t.Errorf("%+v", v)
		}
	})
}

// singleflight gives all callers the leader's context: they fail with it.
func TestLeaderMayLeaveAndItsDeadlineIsItsOwn(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute}, func(t *testing.T, c *Cache[int]) {
		s := newSlow()
		ctx, cancel := context.WithTimeout(fuseboard.WithMeta(t.Context(), fuseboard.Meta{Request: "r1"}), time.Second)
		defer cancel()
		leader := fillBehind(ctx, c, "k", s.load)
		other := fillBehind(t.Context(), c, "k", forbidden(t))
		if _, set := s.ctx.Deadline(); set || fuseboard.MetaOf(s.ctx).Request != "r1" {
			t.Error("the load has the leader's deadline, or not its values")
		}
		time.Sleep(2 * time.Second)
		g := <-leader
		want(t, g, 0, context.DeadlineExceeded, FromLoad)
		if text := g.err.Error(); text != "left after 1s while the answer was loaded: context deadline exceeded" {
			t.Error(text)
		}
		if s.ctx.Err() != nil {
			t.Error("the load was cancelled")
		}
		s.let <- Loaded[int]{Value: 7, Keep: Fresh}
		want(t, <-other, 7, nil, Shared)
		if v := c.View(); v.Left != 1 {
			t.Errorf("%+v", v)
		}
	})
}

func TestLastToLeaveCancelsTheLoad(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute, NegativeTTL: time.Minute, NegativeOn: []fuseboard.Class{fuseboard.ClassTimeout}}, func(t *testing.T, c *Cache[int]) {
		s, why := newSlow(), errors.New("the user closed the page")
		ctx, cancel := context.WithCancelCause(t.Context())
		first, second := fillBehind(ctx, c, "k", s.load), fillBehind(ctx, c, "k", s.load)
		cancel(why)
		for _, g := range []got{<-first, <-second} {
			var left *LeftError
			if want(t, g, 0, context.Canceled, FromLoad); !errors.Is(g.err, why) || !errors.As(g.err, &left) {
				t.Error(g.err)
			}
		}
		<-s.ctx.Done()
		if cause := context.Cause(s.ctx); cause != ErrNobodyWaits {
			t.Error(cause)
		}
		synctest.Wait()
		// Its failure is nobody's, and is not remembered though its class is.
		want(t, get(t, c, "k", brings(1)), 1, nil, FromLoad)
	})
}

func TestADeafLoadIsLeftAlone(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute}, func(t *testing.T, c *Cache[int]) {
		deaf := newSlow()
		deaf.deaf = true
		ctx, cancel := context.WithCancel(t.Context())
		first := fillBehind(ctx, c, "k", deaf.load)
		cancel()
		want(t, <-first, 0, context.Canceled, FromLoad)
		want(t, get(t, c, "k", brings(2)), 2, nil, FromLoad)
		if v := c.View(); v.Running != 1 {
			t.Errorf("%+v", v)
		}
		deaf.let <- Loaded[int]{Value: 1, Keep: Fresh} // older than what is kept
		want(t, get(t, c, "k", forbidden(t)), 2, nil, Hit)
	})
}

func TestNewcomersDoNotWaitForAnOldLoad(t *testing.T) {
	for name, oldFirst := range map[string]bool{"the old one ends first": true, "the new one ends first": false} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Policy{TTL: time.Minute, AbandonAfter: 2 * time.Second}, func(t *testing.T, c *Cache[int]) {
				older, newer := newSlow(), newSlow()
				first := fillBehind(t.Context(), c, "k", older.load)
				time.Sleep(2*time.Second - 1)
				second := fillBehind(t.Context(), c, "k", forbidden(t))
				time.Sleep(time.Nanosecond)
				third := fillBehind(t.Context(), c, "k", newer.load)
				fourth := fillBehind(t.Context(), c, "k", forbidden(t))
				ends := []func(){
					func() {
						older.let <- Loaded[int]{Value: 1, Keep: Fresh}
						want(t, <-first, 1, nil, FromLoad)
						want(t, <-second, 1, nil, Shared)
					},
					func() {
						newer.let <- Loaded[int]{Value: 2, Keep: Fresh}
						want(t, <-third, 2, nil, FromLoad)
						want(t, <-fourth, 2, nil, Shared)
					},
				}
				if !oldFirst {
					ends[0], ends[1] = ends[1], ends[0]
				}
				ends[0]()
				ends[1]()
				want(t, get(t, c, "k", forbidden(t)), 2, nil, Hit)
				if v := c.View(); v.Abandoned != 1 || v.Loads != 2 {
					t.Errorf("%+v", v)
				}
			})
		})
	}
}

func TestWhatBeganBeforeAWriteIsNotKept(t *testing.T) {
	for name, write := range map[string]func(c *Cache[int]){
		"forget": func(c *Cache[int]) { c.Forget("k") },
		"clear":  func(c *Cache[int]) { c.Clear() },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Policy{TTL: time.Minute}, func(t *testing.T, c *Cache[int]) {
				before, after := newSlow(), newSlow()
				first := fillBehind(t.Context(), c, "k", before.load)
				write(c)
				second := fillBehind(t.Context(), c, "k", after.load) // does not join
				before.let <- Loaded[int]{Value: 1, Keep: Fresh}
				want(t, <-first, 1, nil, FromLoad)
				if _, _, ok, _ := c.Hit("k"); ok {
					t.Error("what began before is kept")
				}
				third := fillBehind(t.Context(), c, "k", forbidden(t))
				after.let <- Loaded[int]{Value: 2, Keep: Fresh}
				want(t, <-second, 2, nil, FromLoad)
				want(t, <-third, 2, nil, Shared)
				want(t, get(t, c, "k", forbidden(t)), 2, nil, Hit)
			})
		})
	}
	bubble(t, Policy{TTL: time.Minute, NegativeTTL: time.Minute, NegativeOn: []fuseboard.Class{"error"}}, func(t *testing.T, c *Cache[int]) {
		for _, l := range []Loaded[int]{{Value: 1, Keep: Fresh}, {Err: errNoUser, Keep: Negative}, {Err: errDown, Keep: Failed}} {
			before := newSlow()
			first := fillBehind(t.Context(), c, "k", before.load)
			c.Put("k", 2)
			before.let <- l
			<-first
			want(t, get(t, c, "k", forbidden(t)), 2, nil, Hit)
			c.Forget("k")
		}
	})
}

// A caller with a rescue that joined a flight after its load has failed would go without.
func TestNobodyJoinsALoadThatHasFailed(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute}, func(t *testing.T, c *Cache[int]) {
		c.mu.Lock()
		f := c.begin(t.Context(), "k", 0, fails("error"), false)
		c.slots["k"].current = f
		c.mu.Unlock()
		if rescue, _ := c.keep(f, f.bring()); rescue != nil || c.joinable("k", 0) != nil {
			t.Error("it can be joined")
		}
		c.land(f)
	})
}

func TestWithoutCoalescingEachLoadsByItself(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute, Coalesce: CoalesceOff}, func(t *testing.T, c *Cache[int]) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		first, second := newSlow(), newSlow()
		a, b := fillBehind(ctx, c, "k", first.load), fillBehind(t.Context(), c, "k", second.load)
		if _, set := first.ctx.Deadline(); !set {
			t.Error("the load does not have its caller's deadline")
		}
		second.let <- Loaded[int]{Value: 2, Keep: Fresh}
		want(t, <-b, 2, nil, FromLoad)
		first.let <- Loaded[int]{Value: 1, Keep: Fresh}
		want(t, <-a, 1, nil, FromLoad)
		want(t, get(t, c, "k", forbidden(t)), 2, nil, Hit) // the one that began last
		c.Forget("k")
		_, _, err := c.Get(t.Context(), "k", func(context.Context) Loaded[int] { panic(errDown) })
		if !errors.Is(err, errDown) {
			t.Error(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _, _ = c.Get(t.Context(), "k", func(context.Context) Loaded[int] { runtime.Goexit(); return Loaded[int]{} })
			t.Error("it came back")
		}()
		<-ended
	})
}
