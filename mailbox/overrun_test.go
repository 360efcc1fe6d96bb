// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestOverrunsAreLetInWhateverTheLimitAndToldWhatItWouldHaveSaid(t *testing.T) {
	g := NewGate(Bulkhead{Concurrency: 2, Queue: 1}, fuseboard.NewClock())
	o := NewOverruns(g)
	type said struct {
		waits bool
		why   error
	}
	claim := func() said {
		t.Helper()
		if err := o.Enter(); err != nil {
			t.Fatal(err)
		}
		waits, why := o.Claim(t.Context())
		return said{waits, why}
	}
	for i, want := range []said{{}, {}, {waits: true}, {why: ErrFull}, {why: ErrFull}} {
		if got := claim(); got != want {
			t.Errorf("overrun %d: %v, want %v", i, got, want)
		}
	}
	if d := g.Depth(); d.InUse != 5 || g.TryEnter() {
		t.Errorf("%+v; a call was let in among them", d)
	}
	if d := o.Depth(); d.InUse != 2 || d.Waiting != 1 || d.Limit != 2 {
		t.Errorf("without those whom it would have refused: %+v", d)
	}
	o.Leave(false) // whom the gate would have refused takes nobody's place
	if got := claim(); got.why != ErrFull {
		t.Errorf("after one left that was not claimed: %v", got)
	}
	o.Leave(true)
	if got := claim(); got != (said{waits: true}) {
		t.Errorf("after one left that was claimed: %v", got)
	}
	for i := range 5 {
		o.Leave(i < 3)
	}
	if d := g.Depth(); d.InUse > 0 || !g.TryEnter() {
		t.Errorf("%+v after all have left", d)
	}
	if got := claim(); got != (said{}) { // beside a call that was let in
		t.Errorf("beside a call: %v", got)
	}
	if got := claim(); got != (said{waits: true}) {
		t.Errorf("with a call and an overrun inside: %v", got)
	}
	o.Leave(true)
	o.Leave(true)
	g.Leave()
}

func TestOverrunsKeepAStopWaitingAndAreRefusedAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1}, fuseboard.NewClock())
		o := NewOverruns(g)
		for range 3 {
			if err := o.Enter(); err != nil {
				t.Fatal(err)
			}
		}
		g.Suspend()
		if _, why := o.Claim(t.Context()); !errors.Is(why, ErrSuspended) {
			t.Errorf("while suspended: %v", why)
		}
		g.Stop()
		if _, why := o.Claim(t.Context()); !errors.Is(why, ErrStopped) || !errors.Is(o.Enter(), ErrStopped) || !g.Closed() {
			t.Errorf("after the stop: %v", why)
		}
		idle := make(chan time.Time, 1)
		go func() {
			_ = g.Idle(t.Context())
			idle <- time.Now()
		}()
		time.Sleep(time.Second)
		for range 3 {
			o.Leave(false)
		}
		if ended := <-idle; time.Since(ended) != 0 {
			t.Errorf("idle %v before the last overrun left", time.Since(ended))
		}
	})
}

func TestWhoWaitsIsLetInWhenOverrunsHaveLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}, fuseboard.NewClock())
		o := NewOverruns(g)
		if !g.TryEnter() {
			t.Fatal("no permit")
		}
		entered := make(chan error, 1)
		go func() { entered <- g.Enter(t.Context(), fuseboard.Never) }()
		synctest.Wait()
		if err := o.Enter(); err != nil {
			t.Fatal(err)
		}
		if _, why := o.Claim(t.Context()); !errors.Is(why, ErrFull) {
			t.Errorf("beside a permit and a waiter: %v", why)
		}
		g.Leave()
		synctest.Wait()
		if len(entered) > 0 {
			t.Error("let in beside the overrun")
		}
		o.Leave(false)
		if err := <-entered; err != nil {
			t.Error(err)
		}
		g.Leave()
	})
}

func TestStorm_OverrunsNeverClaimMoreThanPermitsAndPlaces(t *testing.T) {
	const limit, queue, callers, rounds = 3, 2, 8, 2000
	g := NewGate(Bulkhead{Concurrency: limit, Queue: queue}, fuseboard.NewClock())
	o := NewOverruns(g)
	var inside, claims atomic.Int64
	var wait sync.WaitGroup
	for range callers {
		wait.Go(func() {
			for range rounds {
				if err := o.Enter(); err != nil {
					t.Error(err)
					return
				}
				_, why := o.Claim(t.Context())
				if why == nil {
					claims.Add(1)
					if n := inside.Add(1); n > limit+queue {
						t.Errorf("%d claimed at once", n)
					}
					inside.Add(-1)
				}
				o.Leave(why == nil)
			}
		})
	}
	wait.Wait()
	if d := g.Depth(); d.InUse != 0 || o.inside.Load() != 0 || o.claimed.Load() != 0 || claims.Load() == 0 {
		t.Errorf("%+v, %d inside, %d claimed, %d claims", d, o.inside.Load(), o.claimed.Load(), claims.Load())
	}
}
