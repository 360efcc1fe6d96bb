// SPDX-License-Identifier: Apache-2.0

package fromhystrix

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/afex/hystrix-go/hystrix"

	"github.com/fuseboard/fuseboard/docs/coming-from/internal/fake"
)

// There is no goleak here: a hystrix circuit keeps its goroutines until the process ends.

type shop interface {
	Stock(ctx context.Context, sku string) (int, error)
}

// both runs a test with the shop before, on the wall clock, and the shop after, in virtual
// time: hystrix keeps its circuits in package variables, so it cannot live in a bubble.
func both(t *testing.T, test func(t *testing.T, name string, open func(Fetch) shop)) {
	t.Helper()
	t.Run("before", func(t *testing.T) {
		hystrix.Flush()
		test(t, "before", func(f Fetch) shop { return NewBefore(f) })
	})
	t.Run("after", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			sys := fake.System(t)
			test(t, "after", func(f Fetch) shop {
				a, err := NewAfter(sys, f)
				if err != nil {
					t.Fatal(err)
				}
				return a
			})
		})
	})
}

func TestBothShopsAnswerAlikeAndFallBack(t *testing.T) {
	both(t, func(t *testing.T, _ string, open func(Fetch) shop) {
		var warehouse fake.Dependency
		s := open(func(context.Context, string) (int, error) { return 12, warehouse.Call() })
		warehouse.Next(nil, fake.ErrDown, nil)
		for i, want := range []int{12, Unknown, 12} {
			if n, err := s.Stock(t.Context(), "tea"); n != want || err != nil {
				t.Errorf("call %d: %d, %v, want %d", i, n, err, want)
			}
		}
	})
}

func TestBothShopsLeaveADeadWarehouseAlone(t *testing.T) {
	both(t, func(t *testing.T, name string, open func(Fetch) shop) {
		var asked atomic.Int64
		s := open(func(context.Context, string) (int, error) {
			asked.Add(1)
			return 0, fake.ErrDown
		})
		for refused := false; !refused; {
			before := asked.Load()
			if before > 10_000 {
				t.Fatal("the circuit never opened")
			}
			if n, err := s.Stock(t.Context(), "tea"); n != Unknown || err != nil {
				t.Fatal(n, err)
			}
			refused = asked.Load() == before
		}
		// Hystrix counts on another goroutine, so a few more may get through.
		if n := asked.Load(); n < 20 || name == "after" && n != 20 {
			t.Errorf("asked %d times before it was left alone", n)
		}
	})
}

func TestBothShopsLeaveAWarehouseThatHangs(t *testing.T) {
	both(t, func(t *testing.T, name string, open func(Fetch) shop) {
		var running atomic.Int64
		release := make(chan struct{})
		entered := make(chan struct{}, 100)
		s := open(func(context.Context, string) (int, error) {
			running.Add(1)
			entered <- struct{}{}
			<-release
			return 0, nil
		})
		var callers sync.WaitGroup
		call := func() {
			if n, err := s.Stock(context.Background(), "tea"); n != Unknown || err != nil {
				t.Errorf("%d, %v", n, err)
			}
		}
		for range 10 {
			callers.Go(call)
		}
		callers.Wait() // all have left at their deadline
		for range 10 {
			<-entered
		}
		callers.Go(call)
		if name == "before" { // the ticket of a caller who left is free again
			<-entered
		}
		callers.Wait()
		if want := map[string]int64{"before": 11, "after": 10}[name]; running.Load() != want {
			t.Errorf("%d handlers run in a bulkhead of 10, want %d", running.Load(), want)
		}
		close(release)
	})
}
