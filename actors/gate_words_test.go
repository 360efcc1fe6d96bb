// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// crowdedBulkhead is a guard with one call inside and a queue, and calls that wait in it.
type crowdedBulkhead struct {
	ref     *Ref[int, int]
	release chan struct{}
}

func newCrowdedBulkhead(t *testing.T, b Bulkhead) *crowdedBulkhead {
	c := &crowdedBulkhead{release: make(chan struct{}, 100)}
	c.ref = spawn(t, start(t), Policy{Bulkhead: b}, func(ctx context.Context, _ int) (int, error) {
		select {
		case <-c.release:
			return 0, nil
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	})
	return c
}

// call makes a call that stays; the channel gets its answer.
func (c *crowdedBulkhead) call(ctx context.Context) <-chan error {
	answer := make(chan error, 1)
	go func() {
		_, err := c.ref.Call(ctx, 0)
		answer <- err
	}()
	synctest.Wait()
	return answer
}

func (c *crowdedBulkhead) ends(t *testing.T, calls int) {
	for range calls {
		c.release <- struct{}{}
	}
	synctest.Wait()
	if d := c.ref.Stats().Gate; d.InUse != 0 || d.Waiting != 0 {
		t.Errorf("left %+v", d)
	}
}

func wantRefusedByGate(t *testing.T, err, word error, detail string) *CallError {
	t.Helper()
	wantIs(t, err, word)
	e := callError(t, err)
	if e.RejectedBy() != byBulkhead || e.Attempts != 0 || !strings.Contains(e.Error(), detail) {
		t.Errorf("%v, by %q; want %q in it", e, e.RejectedBy(), detail)
	}
	return e
}

func at(t *testing.T, p fuseboard.Priority) context.Context {
	return fuseboard.WithPriority(t.Context(), p)
}

func TestWordsOfTheGateAreRefusalsCountedApart(t *testing.T) {
	t.Run("yielded, full and quota", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := newCrowdedBulkhead(t, Bulkhead{Concurrency: 1, Queue: 2, MaxWait: time.Minute, Quota: PriorityQuota{Sheddable: 0.5}})
			inside := c.call(t.Context())
			low := c.call(at(t, fuseboard.Sheddable))
			_, err := c.ref.Call(at(t, fuseboard.Sheddable), 0)
			wantRefusedByGate(t, err, ErrQuota, "bulkhead.quota")
			normal, high := c.call(t.Context()), c.call(at(t, fuseboard.High))
			wantRefusedByGate(t, <-low, ErrYielded, "the queue of 2 is full")
			_, err = c.ref.Call(t.Context(), 0)
			wantRefusedByGate(t, err, ErrFull, "the queue of 2 is full")
			want := GateRefusals{Full: 1, Quota: 1, Yielded: 1}
			if s := c.ref.Stats(); s.AtGate != want || s.Rejected.Bulkhead != 3 || s.QueueWait.Count() != 1 {
				t.Errorf("%+v, %+v, %d waits", s.AtGate, s.Rejected, s.QueueWait.Count())
			}
			c.ends(t, 3)
			if err := errors.Join(<-inside, <-normal, <-high); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("sojourn", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := newCrowdedBulkhead(t, Bulkhead{Concurrency: 1, Queue: 2, MaxWait: time.Minute, Order: CoDel})
			inside, old, young := c.call(t.Context()), c.call(t.Context()), c.call(t.Context())
			time.Sleep(time.Second)
			c.release <- struct{}{}
			wantRefusedByGate(t, <-old, ErrSojourn, "bulkhead.target: 20ms")
			c.ends(t, 1)
			if err := errors.Join(<-inside, <-young); err != nil {
				t.Error(err)
			}
			if s := c.ref.Stats(); s.AtGate != (GateRefusals{Sojourn: 1}) || s.Rejected.Bulkhead != 1 {
				t.Errorf("%+v", s.AtGate)
			}
		})
	})
}

// The estimate refuses at once, and tells when to come again: in errors, stats and Explain.
func TestHopelessCallIsToldWhenToComeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowdedBulkhead(t, Bulkhead{Concurrency: 1, Queue: 40, MaxWait: 100 * time.Millisecond, Estimate: true})
		for range 4 {
			c.call(t.Context())
		}
		for range 20 {
			time.Sleep(20 * time.Millisecond)
			c.release <- struct{}{}
			c.call(t.Context())
		}
		for range 10 {
			c.call(t.Context())
		}
		_, err := c.ref.Call(t.Context(), 0)
		e := wantRefusedByGate(t, err, ErrHopeless, "; again in 180ms")
		s, x := c.ref.Stats(), c.ref.Explain()
		if e.RetryAfter() != 180*time.Millisecond || s.Gate.Wait != e.RetryAfter() || s.AtGate.Hopeless == 0 {
			t.Errorf("again in %v; %+v, %+v", e.RetryAfter(), s.Gate, s.AtGate)
		}
		if x.Verdict.Admitted || x.Verdict.RefusedBy != byBulkhead || x.Verdict.RetryAfter != e.RetryAfter() {
			t.Errorf("%+v", x.Verdict)
		}
		if text := x.String(); !strings.Contains(strings.Join(strings.Fields(text), " "), "a call of normal priority is expected to wait 180ms") {
			t.Errorf("%s", text)
		}
		time.Sleep(time.Second) // all who wait are late
		c.ends(t, 1)
		if e.RetryAfter() != 0 {
			t.Errorf("again in %v although a permit is free", e.RetryAfter())
		}
	})
}

// A verdict is about a call of normal priority: it may have another's place, and no permit
// that is kept.
func TestExplainKnowsQuotasAndPlacesThatAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowdedBulkhead(t, Bulkhead{Concurrency: 2, Queue: 1, MaxWait: time.Minute, Quota: PriorityQuota{Normal: 0.5}})
		c.call(t.Context())
		if v := c.ref.Explain().Verdict; !v.Admitted || !v.Waits {
			t.Errorf("one of two permits is kept: %+v", v)
		}
		c.call(at(t, fuseboard.Sheddable))
		if v := c.ref.Explain().Verdict; !v.Admitted || !v.Waits {
			t.Errorf("a place is taken by a sheddable call: %+v", v)
		}
		c.call(t.Context())
		if v := c.ref.Explain().Verdict; v.Admitted || v.RefusedBy != byBulkhead {
			t.Errorf("the queue is full: %+v", v)
		}
		c.ends(t, 2)
	})
}

func TestAllocationsOfRefusalsByTheGateAreNone(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	b := Bulkhead{Concurrency: 2, Quota: PriorityQuota{Normal: 0.5}}
	r := spawn(t, start(t), Policy{Bulkhead: b}, hang)
	ctx, end := context.WithCancel(context.Background())
	busy := r.Ask(ctx, 1)
	call := func() { _, _ = r.Call(ctx, 1) }
	call()
	if got := testing.AllocsPerRun(200, call); got != 0 {
		t.Errorf("%v allocations for a refusal by a quota", got)
	}
	if n := r.Stats().AtGate.Quota; n < 200 {
		t.Errorf("%d refused by the quota", n)
	}
	end()
	_, _ = busy.Wait(context.Background())
}
