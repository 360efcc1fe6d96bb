// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A load that hangs must look like one that was too slow, not like one that was given up.
func TestALoadWhoseLastCallerHadNoMoreTimeHasNoMoreTime(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute}, func(t *testing.T, c *Cache[int]) {
		s := newSlow()
		first, over := context.WithTimeout(t.Context(), time.Second)
		defer over()
		last, over := context.WithTimeout(t.Context(), 2*time.Second)
		defer over()
		a, b := fillBehind(first, c, "k", s.load), fillBehind(last, c, "k", s.load)
		derived, cancel := context.WithCancel(s.ctx)
		defer cancel()
		want(t, <-a, 0, context.DeadlineExceeded, FromLoad)
		if s.ctx.Err() != nil || derived.Err() != nil {
			t.Fatalf("ended with the first: %v, %v", s.ctx.Err(), derived.Err())
		}
		want(t, <-b, 0, context.DeadlineExceeded, FromLoad)
		synctest.Wait()
		for _, ctx := range []context.Context{s.ctx, derived} {
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) || context.Cause(ctx) != ErrNobodyWaits { //nolint:errorlint // the very value
				t.Errorf("%v because of %v", ctx.Err(), context.Cause(ctx))
			}
		}
	})
}

func TestAContextOfALoadTellsWhoAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newFlightContext(t.Context())
		told := 0
		stop := context.AfterFunc(c, func() { told += 10 })
		context.AfterFunc(c, func() { told++ })
		if !stop() || stop() {
			t.Error("a stop that stops, and one that comes late")
		}
		c.end(context.Canceled, ErrClosed)
		c.end(context.DeadlineExceeded, ErrNobodyWaits)
		synctest.Wait()
		if told != 1 || c.Err() != context.Canceled || context.Cause(c) != ErrClosed { //nolint:errorlint // the very values
			t.Errorf("told %d, %v because of %v", told, c.Err(), context.Cause(c))
		}
		<-c.Done()
		context.AfterFunc(c, func() { told++ })
		synctest.Wait()
		if told != 2 {
			t.Error("who asks afterwards is not told")
		}
	})
}
