// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/hist"
	"github.com/fuseboard/fuseboard/mailbox"
)

// times are the durations of a guard's calls, or of all keys of a shard. They are
// made at the first call, the rest at the first that was not plain.
type times struct {
	plain hist.Hist // one attempt, no wait: call and attempt took the same, so it is counted once
	rest  atomic.Pointer[otherTimes]
}

// otherTimes are those that differ.
type otherTimes struct{ calls, attempts, waits hist.Hist }

// durations returns where the guard counts, made at first need. Keys have that of
// their shard, which outlives them, from the start.
func (g *Guard) durations() *times {
	if t := g.times.Load(); t != nil {
		return t
	}
	return g.firstTimes()
}

func (g *Guard) firstTimes() *times {
	g.times.CompareAndSwap(nil, new(times))
	return g.times.Load()
}

func (t *times) others() *otherTimes {
	if o := t.rest.Load(); o != nil {
		return o
	}
	t.rest.CompareAndSwap(nil, new(otherTimes))
	return t.rest.Load()
}

// timed counts how long an attempt took that has ended now, and the call with it
// unless it failed: then it is not over, or [call.gaveUp] counts it; or another decides.
func (c *call) timed(now fuseboard.Instant) {
	t, took := c.guard.durations(), now.Sub(c.began)
	switch ends := c.out.Kind != fuseboard.Failure && !c.beside; {
	case ends && c.began == c.came:
		t.plain.Add(took)
	case ends:
		t.others().calls.Add(now.Sub(c.came))
		fallthrough
	default:
		t.others().attempts.Add(took)
	}
}

// gaveUp notes that the call's last attempt has failed and is not repeated.
func (c *call) gaveUp(why error) {
	c.wentBad()
	if reason, counts := c.keptFor(why); counts {
		c.guard.count.seldom().kept[reason].Add(1)
	}
	c.guard.history().gaveUp(c, why)
}

// wentBad counts a call that has failed, now or after its answer had begun.
func (c *call) wentBad() {
	c.guard.count.seldom().failed.Add(1)
	c.guard.durations().others().calls.Add(c.now.Sub(c.came))
}

// atOnce are the words of a gate for those who never stood in its queue.
var atOnce = []error{ErrFull, ErrQuota, ErrHopeless, ErrLimit, ErrStopped}

// stood counts a wait at the gate, which began at from and has ended now; why is nil
// where it ended with a permit. Who was turned away at once has not waited.
func (c *call) stood(from fuseboard.Instant, why error) {
	if !c.queued {
		return
	}
	c.queued = false
	switch {
	case why == nil:
	case slices.ContainsFunc(atOnce, func(word error) bool { return errors.Is(why, word) }):
		return
	case errors.Is(why, ErrSuspended) && c.plan.given.Bulkhead.On() && c.plan.given.Bulkhead.Queue == 0:
		return
	}
	waited := c.now.Sub(from)
	c.waited += waited
	c.guard.durations().others().waits.Add(waited)
}

// stand brings a request that has no goroutine to the gate: true says that it has a
// free permit, else it waits as a value, and is not the caller's any more.
func (c *call) stand(job mailbox.Starter) bool {
	if c.guard.gate.TryEnter() {
		return true
	}
	c.queued = true
	c.guard.gate.Post(c.parent, c.patience(c.now), job)
	return false
}

// latencies are the sums of durations, as Stats tell them.
type latencies struct{ calls, attempts, waits Histogram }

func (l *latencies) add(t *times) {
	if t == nil {
		return
	}
	t.plain.AddTo(&l.calls.counted)
	t.plain.AddTo(&l.attempts.counted)
	if o := t.rest.Load(); o != nil {
		o.calls.AddTo(&l.calls.counted)
		o.attempts.AddTo(&l.attempts.counted)
		o.waits.AddTo(&l.waits.counted)
	}
}

// TimeIn is how long a circuit was in each state, from the making of its guard up to
// now, to the nanosecond. The present state counts from the transition that was told last.
type TimeIn struct {
	// Closed, Open, HalfOpen and Ramping are the states.
	Closed, Open, HalfOpen, Ramping time.Duration
}

func (t TimeIn) plus(o TimeIn) TimeIn {
	return TimeIn{
		Closed: t.Closed + o.Closed, Open: t.Open + o.Open,
		HalfOpen: t.HalfOpen + o.HalfOpen, Ramping: t.Ramping + o.Ramping,
	}
}
