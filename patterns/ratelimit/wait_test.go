// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestWaitReturnsAtItsTurn(t *testing.T) {
	for _, p := range []Policy{
		{Kind: Smooth, Limit: 10, Queue: 5, MaxWait: time.Minute}, {Kind: Smooth, Limit: 10, MaxWait: time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			l, began := New(p, fuseboard.NewClock()), time.Now()
			for i := range 5 {
				if err := l.Wait(t.Context(), 1); err != nil {
					t.Error(err)
				}
				equal(t, "waited", time.Since(began), time.Duration(i)*100*time.Millisecond)
			}
		})
	}
}

func TestWaitEndsWithItsCallerAndGivesItsPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Policy{Limit: 1, Queue: 5, MaxWait: time.Minute}, fuseboard.NewClock())
		l.Allow(0)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		equal(t, "error", l.Wait(ctx, 1), context.Canceled)
		equal(t, "waiting", l.Peek(at(time.Millisecond)).Waiting, 0)
		equal(t, "error at once", l.Wait(ctx, 1), context.Canceled)
		short, end := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer end()
		equal(t, "no time", l.Wait(short, 1), ErrNoTime)
		equal(t, "taken of it", l.Peek(at(time.Second)).Left, 1)
	})
}

func TestWaitWithoutAQueueTakesItsChance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Policy{Kind: SlidingLog, Limit: 1, Per: 100 * time.Millisecond}, fuseboard.NewClock())
		began := time.Now()
		equal(t, "first", l.Wait(t.Context(), 1), nil)
		equal(t, "second", l.Wait(t.Context(), 1), nil)
		equal(t, "waited", time.Since(began), 100*time.Millisecond)
		equal(t, "too dear", l.Wait(t.Context(), 2), ErrNever)
		l.Drain(at(time.Since(began)), at(time.Minute))
		if err := l.Wait(t.Context(), 1); !errors.Is(err, ErrNoTime) {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		slow := New(Policy{Kind: FixedWindow, Limit: 1, Per: 300 * time.Millisecond}, fuseboard.NewClock())
		slow.Allow(0)
		equal(t, "caller left", slow.Wait(ctx, 1), context.Canceled)
	})
}
