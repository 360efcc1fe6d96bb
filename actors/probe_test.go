// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/supervision"
)

func TestRepetitionOutlastsAnOpenTimeThatEndsBeforeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		r := spawn(t, start(t), Policy{
			Breaker: Breaker{Consecutive: 1, OpenFor: time.Second, OpenJitter: 0.001, Probes: 1},
			Retry:   Retry{Attempts: 2, Backoff: Backoff{Base: 2 * time.Second, Jitter: supervision.NoJitter}},
		}, func(context.Context, int) (int, error) {
			if tries++; tries == 1 {
				return 0, errDown
			}
			return 1, nil
		}, With[int, int]{Safe: Always[int]})
		if _, err := r.Call(t.Context(), 1); err != nil || tries != 2 {
			t.Errorf("the circuit opened for 1s, the next attempt was due in 2s: %d tries, %v", tries, err)
		}
	})
}

// queuedProbe is a half-open guard whose one probe waits in the queue, for the
// permit that the returned function frees.
func queuedProbe(t *testing.T, timeout time.Duration) (r *Ref[int, int], p Policy, free func()) {
	t.Helper()
	p = Policy{
		Breaker:  Breaker{Consecutive: 1, OpenFor: time.Second, OpenJitter: 0.001, Probes: 1, ProbeTimeout: timeout},
		Bulkhead: Bulkhead{Concurrency: 2, Queue: 1, MaxWait: time.Minute},
	}
	release := make(chan struct{})
	r = spawn(t, start(t), p, func(ctx context.Context, n int) (int, error) {
		if n == 0 {
			return 0, errDown
		}
		select {
		case <-release:
		case <-ctx.Done():
		}
		return n, ctx.Err()
	})
	r.Ask(context.Background(), 1)
	synctest.Wait()
	_, _ = r.Call(context.Background(), 0)
	p.Bulkhead.Concurrency = 1
	if _, err := r.Update(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond)
	r.Ask(context.Background(), 2)
	synctest.Wait()
	if s := r.Stats(); s.State != HalfOpen || s.Gate.Waiting != 1 {
		t.Fatalf("%+v", s)
	}
	return r, p, func() { release <- struct{}{}; synctest.Wait() }
}

func TestProbeThatWaitsTooLongIsFailedWithoutTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _, free := queuedProbe(t, 5*time.Second)
		time.Sleep(5*time.Second - 1)
		synctest.Wait()
		if r.State() != HalfOpen {
			t.Errorf("%v before its time", r.State())
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if r.State() != Open {
			t.Errorf("%v after its time", r.State())
		}
		free()
	})
}

func TestProbeThatStartsUnderAShorterTimeoutIsFailedAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p, free := queuedProbe(t, time.Hour)
		p.Breaker.ProbeTimeout = 2 * time.Second
		if _, err := r.Update(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		free() // the probe runs
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if r.State() != Open {
			t.Errorf("%v after its time", r.State())
		}
		free()
	})
}

func TestDeadlinePassedInTheQueueGivesTheProbeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _, free := queuedProbe(t, time.Hour)
		before := r.circuit.Snapshot(r.clock.Now()).Probing
		if before.Running != 1 || before.Free != 0 {
			t.Fatalf("%+v", before)
		}
		time.Sleep(time.Minute) // its MaxWait
		synctest.Wait()
		if after := r.circuit.Snapshot(r.clock.Now()).Probing; after.Running != 0 || after.Free != 1 || after.Failed != 0 {
			t.Errorf("a probe that never ran keeps its place: %+v", after)
		}
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		_, err := r.Call(ctx, 2)
		wantIs(t, err, context.DeadlineExceeded)
		if after := r.circuit.Snapshot(r.clock.Now()).Probing; after.Running != 0 || after.Free != 1 {
			t.Errorf("a caller that left keeps its probe: %+v", after)
		}
		free()
	})
}

func TestCallWhosePermitCameTooLateGivesEverythingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{
			Breaker:  Breaker{Consecutive: 1, OpenFor: time.Second, OpenJitter: 0.001, Probes: 1},
			Bulkhead: Bulkhead{Concurrency: 1}, Deadline: Deadline{Total: time.Second},
		}, fail)
		_, _ = r.Call(t.Context(), 1)
		time.Sleep(2 * time.Second)
		var c call
		if err := c.begin(t.Context(), r.op); err != nil {
			t.Fatal(err)
		}
		if err := c.admit(); err != nil || !r.gate.TryEnter() {
			t.Fatal(err)
		}
		c.now = c.span.Until // as if the goroutine had slept between permit and start
		wantIs(t, c.start(), context.DeadlineExceeded)
		if p := r.circuit.Snapshot(r.clock.Now()).Probing; p.Free != 1 || r.gate.Depth().InUse != 0 {
			t.Errorf("%+v, %+v", p, r.gate.Depth())
		}
	})
}
