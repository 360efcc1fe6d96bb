// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// always is a clock that stands at one moment of the script.
func always(at time.Duration) func() time.Duration { return func() time.Duration { return at } }

const (
	testHealthy = 1 * time.Second
	testFailing = 9 * time.Second
	testHanging = 13 * time.Second
)

var testScript = NewScript(25 * time.Second)

func ExampleNewUpstream() {
	u, err := NewUpstream(NewScript(time.Minute), 1, func() time.Duration { return 0 })
	if err != nil {
		fmt.Println(err)
		return
	}
	c := newClient(u.URL())
	answer, err := c.get(context.Background(), request{item: 7})
	fmt.Println(answer, err, u.Requests())
	c.close()
	fmt.Println(u.Close())
	// Output:
	// price of item 7 <nil> 1
	// <nil>
}

// served calls the handler as the server would and returns the status.
func served(ctx context.Context, u *Upstream) int {
	w := httptest.NewRecorder()
	u.serve(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
	return w.Code
}

func TestWorkOfACallerWhoLeftIsDoneToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUpstream(testScript, 1, always(testHanging))
		gone, leave := context.WithCancel(t.Context())
		leave()
		start := time.Now()
		served(gone, u)
		if took := time.Since(start); took < u.script.At(testHanging).Work/2 {
			t.Errorf("the worker was free again after %s", took)
		}
	})
}

func TestWhoFindsEveryWorkerBusyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUpstream(testScript, 1, always(testHealthy))
		var all sync.WaitGroup
		for range 4 * workers {
			all.Go(func() { served(t.Context(), u) })
		}
		synctest.Wait()
		if busy, waiting := len(u.slots), u.waiting.Load(); busy != workers || waiting != 4*workers {
			t.Errorf("%d workers are busy and %d requests inside, want %d and %d", busy, waiting, workers, 4*workers)
		}
		all.Wait()
		if busy, waiting := len(u.slots), u.waiting.Load(); busy != 0 || waiting != 0 {
			t.Errorf("%d workers and %d requests were left over", busy, waiting)
		}
	})
}

func TestWhoFindsTheQueueFullGetsA503AtOnce(t *testing.T) {
	u := newUpstream(testScript, 1, always(testHealthy))
	u.waiting.Store(workers + places)
	if code := served(t.Context(), u); code != http.StatusServiceUnavailable {
		t.Errorf("got %d", code)
	}
	if u.Requests() != 1 || u.waiting.Load() != workers+places {
		t.Errorf("counted %d requests, %d inside", u.Requests(), u.waiting.Load())
	}
}

func TestAFailingUpstreamFailsNineInTen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUpstream(testScript, 1, always(testFailing))
		failed := 0
		for range 1000 {
			if served(t.Context(), u) == http.StatusInternalServerError {
				failed++
			}
		}
		if failed < 870 || failed > 930 {
			t.Errorf("%d of 1000 failed", failed)
		}
	})
}

func TestTwoUpstreamsOfOneSeedRollTheSameDice(t *testing.T) {
	one, two, other := newUpstream(testScript, 5, nil), newUpstream(testScript, 5, nil), newUpstream(testScript, 6, nil)
	differs := false
	for range 100 {
		work, fails := one.roll(phases[1])
		work2, fails2 := two.roll(phases[1])
		if work != work2 || fails != fails2 {
			t.Fatalf("rolled %s %v and %s %v", work, fails, work2, fails2)
		}
		if work < phases[1].Work/2 {
			t.Errorf("work of %s is less than half the mean", work)
		}
		if w, _ := other.roll(phases[1]); w != work {
			differs = true
		}
	}
	if !differs {
		t.Error("another seed rolls the same dice")
	}
}

func TestCloseDoesNotWaitForHangingWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := newUpstream(testScript, 1, always(testHanging))
		var all sync.WaitGroup
		for range 2 * workers { // half of them wait for a worker
			all.Go(func() { served(t.Context(), u) })
		}
		synctest.Wait()
		start := time.Now()
		close(u.closing)
		all.Wait()
		if took := time.Since(start); took != 0 {
			t.Errorf("handlers went on for %s", took)
		}
	})
}
