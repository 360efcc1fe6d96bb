// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// What nobody gets, and nobody keeps, is told to Replaced once: also where it is the end of the cache, or its
// Retire, that keeps it from being kept.
func TestWhatNobodyGetsIsReplacedOnce(t *testing.T) {
	for name, c := range map[string]struct {
		coalesce Coalesce
		end      func(c *Cache[int], leave func())
	}{
		"closed, alone": {CoalesceOff, func(c *Cache[int], _ func()) {
			over, cancel := context.WithCancel(context.Background())
			cancel()
			_ = c.Close(over)
		}},
		"closed, shared": {CoalesceOn, func(c *Cache[int], _ func()) {
			over, cancel := context.WithCancel(context.Background())
			cancel()
			_ = c.Close(over)
		}},
		"retired and left": {CoalesceOn, func(c *Cache[int], leave func()) {
			c.Retire()
			leave()
		}},
	} {
		for _, keep := range []Keep{Drop, Fresh, Failed} {
			bubble(t, Policy{TTL: time.Minute, Coalesce: c.coalesce}, func(t *testing.T, cache *Cache[int]) {
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				s := newSlow()
				s.deaf = true
				replaced := 0
				out := fillBehind(ctx, cache, "k", s.load)
				c.end(cache, leave)
				synctest.Wait()
				s.let <- Loaded[int]{Value: 7, Keep: keep, Replaced: func() { replaced++ }}
				g := <-out
				if err := cache.Close(t.Context()); err != nil {
					t.Error(err)
				}
				if g.err == nil || g.v != 0 || replaced != 1 {
					t.Errorf("%s, %s: the caller got %s, and Replaced was called %d times", name, keep, g, replaced)
				}
			})
		}
	}
}
