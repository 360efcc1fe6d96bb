// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestStaleIsGivenAtOnceWhileOneRefreshRuns(t *testing.T) {
	bubble(t, Policy{TTL: time.Second, StaleWhileRevalidate: time.Minute, AbandonAfter: time.Hour}, func(t *testing.T, c *Cache[int]) {
		c.Put("k", 1)
		time.Sleep(2 * time.Second)
		s := newSlow()
		ctx, cancel := context.WithCancel(t.Context())
		v, info, err := c.Get(ctx, "k", s.load)
		cancel() // who began it may go
		want(t, got{v, err, info}, 1, nil, Stale)
		for range 10 {
			want(t, get(t, c, "k", forbidden(t)), 1, nil, Stale)
			want(t, <-fillBehind(t.Context(), c, "k", forbidden(t)), 1, nil, Stale)
		}
		s.let <- Loaded[int]{Value: 2, Keep: Fresh}
		synctest.Wait()
		want(t, get(t, c, "k", forbidden(t)), 2, nil, Hit)
		if v := c.View(); v.Stale != 21 || v.Refreshes != 1 || v.Loads != 1 || v.Misses != 0 {
			t.Errorf("%+v", v)
		}
	})
}

func TestRefreshesAreBoundedInNumberAndTime(t *testing.T) {
	bubble(t, Policy{TTL: time.Second, StaleWhileRevalidate: time.Hour, MaxRefreshes: 2, AbandonAfter: time.Minute}, func(t *testing.T, c *Cache[int]) {
		hung := newSlow()
		for i := range 5 {
			c.Put(strconv.Itoa(i), i)
		}
		time.Sleep(2 * time.Second)
		for range 3 {
			for i := range 5 {
				want(t, get(t, c, strconv.Itoa(i), hung.load), i, nil, Stale)
				synctest.Wait()
			}
		}
		if v := c.View(); v.Refreshing != 2 || v.Refreshes != 2 || v.Skipped != 9 || hung.begun.Load() != 2 {
			t.Errorf("%+v", v)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if v := c.View(); v.Refreshing != 0 || v.Failures != 2 || context.Cause(hung.ctx) != ErrNobodyWaits {
			t.Errorf("%+v, %v", v, context.Cause(hung.ctx))
		}
	})
}

func TestARefreshSomebodyWaitsForGoesOn(t *testing.T) {
	bubble(t, Policy{TTL: time.Second, StaleWhileRevalidate: 3 * time.Second, AbandonAfter: 4 * time.Second}, func(t *testing.T, c *Cache[int]) {
		for _, stays := range []bool{true, false} {
			c.Put("k", 1)
			time.Sleep(3 * time.Second)
			s := newSlow()
			want(t, get(t, c, "k", s.load), 1, nil, Stale)
			time.Sleep(3 * time.Second) // it is no longer given, so who comes waits, and brings a rescue
			ctx, cancel := context.WithCancel(t.Context())
			saves := func(context.Context, Loaded[int]) Loaded[int] { return Loaded[int]{Value: 5} }
			joined := rescueBehind(ctx, c, "k", forbidden(t), saves)
			time.Sleep(2 * time.Second)
			if s.ctx.Err() != nil {
				t.Error("it was cancelled under who waits")
			}
			if stays {
				s.let <- Loaded[int]{Err: errDown, Keep: Failed}
				want(t, <-joined, 5, nil, Rescued)
			} else {
				cancel()
				want(t, <-joined, 0, context.Canceled, FromLoad)
				<-s.ctx.Done()
			}
			cancel()
			c.Forget("k")
		}
	})
}

func TestWhoLeavesARefreshDoesNotEndIt(t *testing.T) {
	bubble(t, Policy{TTL: time.Second, StaleWhileRevalidate: time.Second, AbandonAfter: time.Minute}, func(t *testing.T, c *Cache[int]) {
		c.Put("k", 1)
		time.Sleep(time.Second)
		s := newSlow()
		want(t, get(t, c, "k", s.load), 1, nil, Stale)
		time.Sleep(2 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		joined := fillBehind(ctx, c, "k", forbidden(t))
		cancel()
		want(t, <-joined, 0, context.Canceled, FromLoad)
		s.let <- Loaded[int]{Value: 2, Keep: Fresh}
		synctest.Wait()
		want(t, get(t, c, "k", forbidden(t)), 2, nil, Hit)
	})
}

func TestWithoutCoalescingNobodyWaitsForARefresh(t *testing.T) {
	bubble(t, Policy{TTL: time.Second, StaleWhileRevalidate: time.Second, Coalesce: CoalesceOff}, func(t *testing.T, c *Cache[int]) {
		c.Put("k", 1)
		time.Sleep(time.Second)
		s := newSlow()
		want(t, get(t, c, "k", s.load), 1, nil, Stale)
		time.Sleep(2 * time.Second)
		want(t, get(t, c, "k", brings(3)), 3, nil, FromLoad)
		s.let <- Loaded[int]{Value: 2, Keep: Fresh} // it began before
		synctest.Wait()
		want(t, get(t, c, "k", forbidden(t)), 3, nil, Hit)
	})
}

func TestRefreshIsForStaleAnswersOnly(t *testing.T) {
	bubble(t, Policy{TTL: time.Second, StaleWhileRevalidate: time.Minute}, func(t *testing.T, c *Cache[int]) {
		if c.Refresh(t.Context(), "k", forbidden(t)) {
			t.Error("nothing was refreshed")
		}
		c.Put("k", 1)
		if c.Refresh(t.Context(), "k", forbidden(t)) {
			t.Error("a fresh answer was refreshed")
		}
		time.Sleep(2 * time.Second)
		if !c.Refresh(t.Context(), "k", brings(2)) {
			t.Error("a stale one was not")
		}
		synctest.Wait()
		want(t, get(t, c, "k", forbidden(t)), 2, nil, Hit)
	})
}

func TestARememberedFailureHoldsBackRefreshes(t *testing.T) {
	p := Policy{TTL: time.Second, StaleWhileRevalidate: time.Hour, NegativeTTL: 10 * time.Second, NegativeOn: []fuseboard.Class{"timeout"}, Jitter: exact}
	bubble(t, p, func(t *testing.T, c *Cache[int]) {
		c.Put("k", 1)
		time.Sleep(time.Second)
		want(t, get(t, c, "k", fails("timeout")), 1, nil, Stale)
		synctest.Wait()
		want(t, get(t, c, "k", forbidden(t)), 1, nil, Stale)
		time.Sleep(10 * time.Second)
		want(t, get(t, c, "k", brings(2)), 1, nil, Stale)
		synctest.Wait()
		want(t, get(t, c, "k", forbidden(t)), 2, nil, Hit)
	})
}
