// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestStorm_NothingIsLost lets everything happen to a dependency at once: requests with and without patience, calls
// of its own, crashes, hangs, less capacity, in all ways that abandoned work may end.
func TestStorm_NothingIsLost(t *testing.T) {
	for fate := range Cancelled + 1 {
		for order := range LIFO + 1 {
			m := Model{
				Latency: Latency{Kind: Exponential, Median: 20 * ms}, Errors: 0.05, Abandoned: fate,
				Capacity: Capacity{Concurrency: 8, Queue: 30, Order: order}, WarmUp: WarmUp{For: time.Second}, Quota: Quota{Limit: 390, Per: time.Second},
			}
			in(t, m, func(t *testing.T, d *Dependency) { storm(t, d) })
		}
	}
}

func storm(t *testing.T, d *Dependency) {
	t.Helper()
	var all sync.WaitGroup
	for i, e := range []Effect{
		{Crash: true},
		{Crash: true, Nodes: []int{2}},
		{Hang: 0.2, Nodes: []int{1, 3}},
		{Capacity: 0.2, Ramp: 300 * ms},
		{Errors: 0.3, Class: "reset", Latency: Stretch{Times: 3}},
		{Errors: 0.3, Class: "throttled", RetryAfter: time.Second},
	} {
		all.Go(func() {
			for range 20 {
				time.Sleep(time.Duration(300+70*i) * ms)
				end := d.Begin(e)
				time.Sleep(time.Duration(20+30*i) * ms)
				end()
			}
		})
	}
	var mu sync.Mutex
	answered, failed, gone := uint64(0), uint64(0), uint64(0)
	l := Load{To: "payments", Rate: 400, Until: 15 * time.Second, Timeout: 100 * ms, Again: Again{Times: 1, After: 50 * ms}}
	Play(t.Context(), l, 1, 3, nil, func(ctx context.Context, r *Request) bool {
		then := func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-time.After(10 * ms):
				return nil
			}
		}
		if r.Number%4 > 0 {
			then = nil
		}
		err := d.ServeThen(ctx, then)
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err == nil:
			answered++
		case errors.Is(err, ErrImpatient):
			gone++
		default:
			failed++
		}
		return err == nil
	})
	all.Wait()
	time.Sleep(time.Minute)
	synctest.Wait()
	n := d.Numbers()
	if n.Arrived != n.Refused+n.Served+n.Failed+n.Left || n.Busy != 0 || n.Waiting != 0 {
		t.Errorf("%+v", n)
	}
	if n.Served != answered || n.Refused+n.Failed+n.Left != failed+gone || min(answered, failed, gone, n.Refused, n.Failed) == 0 {
		t.Errorf("%+v, but %d answered, %d failed and %d left", n, answered, failed, gone)
	}
	if wasted := d.model.Abandoned != Cancelled; wasted != (n.Wasted > 0) {
		t.Errorf("%s: %d wasted", d.model.Abandoned, n.Wasted)
	}
}
