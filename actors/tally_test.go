// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func TestTallyAgreesWithTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		moves := rapid.SliceOfN(rapid.SampledFrom([]string{"add", "add", "done", "done", "wait", "look"}), 1, 60).Draw(rt, "moves")
		synctest.Test(t, func(t *testing.T) {
			var (
				c             tally
				n, open, over int // work, waiters that wait, and whose wait must be over
				ended         atomic.Int64
				all           sync.WaitGroup
			)
			for _, move := range moves {
				switch {
				case move == "add":
					n++
					c.add()
				case move == "done" && n > 0:
					if n--; n == 0 {
						open, over = 0, over+open
					}
					c.done()
				case move == "wait":
					if open++; n == 0 {
						open, over = 0, over+open
					}
					all.Go(func() {
						_ = c.wait(t.Context())
						ended.Add(1)
					})
				}
				synctest.Wait()
				if got := int(ended.Load()); got != over || c.count() != n {
					rt.Errorf("after %s: %d waits are over, want %d; counts %d, want %d", move, got, over, c.count(), n)
				}
			}
			for range n {
				c.done()
			}
			all.Wait()
		})
	})
}

// Between the fall of the last work and the look for waiters there may be more work,
// and a waiter for that.
func TestALateFallWakesNobodyWhoWaitsForOtherWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c tally
		c.add() // the other work
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		woken := make(chan error, 1)
		go func() { woken <- c.wait(ctx) }()
		synctest.Wait()
		c.fell()
		synctest.Wait()
		select {
		case err := <-woken:
			t.Fatalf("woken while there is work: %v", err)
		default:
		}
		c.done()
		if err := <-woken; err != nil {
			t.Error(err)
		}
	})
}

func TestStorm_NobodyWaitsForWorkThatIsDone(t *testing.T) {
	var (
		c   tally
		all sync.WaitGroup
	)
	for range 4 {
		all.Go(func() {
			for range 20_000 {
				c.add()
				c.done()
			}
		})
	}
	for range 4 {
		all.Go(func() {
			for range 2000 {
				_ = c.wait(context.Background())
			}
		})
	}
	all.Wait()
	if n := c.count(); n != 0 {
		t.Errorf("%d are counted", n)
	}
}
