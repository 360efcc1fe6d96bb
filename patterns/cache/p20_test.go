// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// What was degraded when it was given must never be given as if it were an answer: Hystrix#90
// ("Why does the fallback value enter the cache?"), Hystrix#1688 (it is given after the server is up again).
func TestP20_WhatIsDegradedIsNeverKept(t *testing.T) {
	for name, l := range map[string]load{
		"fallback inside the load": func(context.Context) Loaded[int] { return Loaded[int]{Value: 5} },
		"fallback with an error":   func(context.Context) Loaded[int] { return Loaded[int]{Value: 5, Err: errDown} },
		"failure":                  fails("error"),
		"class not remembered":     fails("reset"),
		"unknown":                  func(context.Context) Loaded[int] { return Loaded[int]{Value: 5, Keep: 99} },
		"panic":                    func(context.Context) Loaded[int] { panic(errors.New("out of order")) },
	} {
		t.Run(name, func(t *testing.T) {
			p := Policy{TTL: time.Minute, StaleIfError: time.Hour, NegativeTTL: time.Minute, NegativeOn: []fuseboard.Class{"timeout"}}
			bubble(t, p, func(t *testing.T, c *Cache[int]) {
				get(t, c, "k", l)
				if v := c.View(); v.Entries != 0 {
					t.Errorf("%+v", v)
				}
				c.Put("k", 1)
				time.Sleep(2 * time.Minute)
				get(t, c, "k", l)
				e, ok := c.plan.Load().store.Get("k")
				if !ok || e.value != 1 || e.at != 0 || e.kind != answer {
					t.Errorf("the answer that was kept is now %+v", e)
				}
				want(t, get(t, c, "k", brings(2)), 2, nil, FromLoad)
			})
		})
	}
}

func TestP20_ARescueIsNeverKept(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute, StaleIfError: time.Minute}, func(t *testing.T, c *Cache[int]) {
		lies := func(context.Context, Loaded[int]) Loaded[int] { return Loaded[int]{Value: 5, Keep: Fresh} }
		want(t, <-rescueBehind(t.Context(), c, "k", fails("error"), lies), 5, nil, Rescued)
		want(t, get(t, c, "k", brings(1)), 1, nil, FromLoad)
		time.Sleep(90 * time.Second)
		never := func(context.Context, Loaded[int]) Loaded[int] { t.Error("rescued"); return Loaded[int]{} }
		want(t, <-rescueBehind(t.Context(), c, "k", fails("error"), never), 1, nil, StaleOnError) // stale comes first
		time.Sleep(90 * time.Second)
		want(t, <-rescueBehind(t.Context(), c, "k", fails("error"), lies), 5, nil, Rescued)
		declines := func(_ context.Context, l Loaded[int]) Loaded[int] { return l }
		want(t, <-rescueBehind(t.Context(), c, "k", fails("error"), declines), 0, errDown, FromLoad)
	})
}

// A stale answer that was given because of an error is not fresh again by that.
func TestP20_AStaleAnswerDoesNotBecomeYounger(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute, StaleIfError: time.Minute, Jitter: exact}, func(t *testing.T, c *Cache[int]) {
		c.Put("k", 1)
		time.Sleep(time.Minute)
		for range 5 {
			want(t, get(t, c, "k", fails("error")), 1, nil, StaleOnError)
			time.Sleep(10 * time.Second)
		}
		time.Sleep(10 * time.Second)
		want(t, get(t, c, "k", fails("error")), 0, errDown, FromLoad)
	})
}
