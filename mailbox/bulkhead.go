// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"cmp"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Defaults and bounds of a [Bulkhead].
const (
	// DefaultConcurrency is the number of permits when a bulkhead is on and does
	// not say: between Hystrix (10) and resilience4j (25).
	DefaultConcurrency = 16
	// DefaultMaxWait is the longest default wait. A caller with a deadline waits at
	// most a fifth of what remains of it, so that most is left for the work.
	DefaultMaxWait = 100 * time.Millisecond
	// SuspendedQueue is how many callers may wait at a gate without a bulkhead,
	// which they do only while it is suspended.
	SuspendedQueue = 1024
	// DefaultTarget is how long the queue may stand where its order is [CoDel]: more than the
	// 5ms of a network's queue, because a call takes longer than a packet.
	DefaultTarget = 20 * time.Millisecond
	// DefaultInterval is for how long a burst may stand longer: RFC 8289, section 4.3, and
	// "Fail at Scale" (ACM Queue 2015).
	DefaultInterval = 100 * time.Millisecond

	maxCallers = 1_000_000
	minWait    = time.Microsecond
	maxWait    = time.Minute

	minTarget   = 100 * time.Microsecond
	minInterval = time.Millisecond
)

// Codes of the problems of a [Bulkhead] that no range describes.
const (
	// CodeWaitWithoutQueue warns of a MaxWait that nobody can spend, because the queue has
	// no place.
	CodeWaitWithoutQueue = "wait-without-queue"
	// CodeOrderWithoutQueue warns of an Order, Fair or Estimate without a place in the queue.
	CodeOrderWithoutQueue = "order-without-queue"
	// CodeWithoutCoDel warns of a Target or Interval of another order than [CoDel].
	CodeWithoutCoDel = "without-codel"
	// CodeTargetOverWait warns of a Target that is no less than MaxWait: everybody is late before.
	CodeTargetOverWait = "target-exceeds-wait"
	// CodeQuotaOrder warns of a priority that may have more than a higher one.
	CodeQuotaOrder = "quota-out-of-order"
	// CodeUnknownWord: an Order that has no word.
	CodeUnknownWord = "unknown-word"
)

// Bulkhead limits how many calls reach a dependency at the same time. The zero
// Bulkhead is off: no limit, and nobody waits except while the gate is
// suspended (at most [SuspendedQueue] callers). Setting any field turns it on.
type Bulkhead struct {
	// Concurrency is the number of permits: calls inside at the same time.
	// 1 to 1000000; 0 in a bulkhead that is on means [DefaultConcurrency].
	Concurrency int
	// Queue is how many callers may wait for a permit. 0 to 1000000; 0 means
	// none: who finds no permit is refused at once.
	Queue int
	// MaxWait is how long a caller may wait in the queue, and never beyond its own
	// deadline. 1us to 1m; 0 means the smaller of [DefaultMaxWait] and a fifth of
	// what remains of the call's deadline.
	MaxWait time.Duration
	// Order is who of one priority is served first, and whether a queue that does not drain
	// is cut short: [FIFO] (the zero value), [LIFO] or [CoDel].
	Order Order
	// Target is how long who waits may have waited where the order is [CoDel] and the queue
	// does not drain. 100us to 1m; 0 with that order means [DefaultTarget]. It should be well
	// below MaxWait, and above the time between two permits that come back.
	Target time.Duration
	// Interval is how long a queue must not have drained before it is cut to the Target.
	// 1ms to 1m; 0 with the order [CoDel] means [DefaultInterval].
	Interval time.Duration
	// Quota keeps permits and places for higher priorities. The zero one keeps none.
	Quota PriorityQuota
	// Fair lets the tenants ([fuseboard.Meta].Tenant; the empty one is a tenant, too) that
	// wait at one priority take turns, one permit a turn, however many of each wait; within
	// a tenant the Order holds. At a full queue a newcomer takes the last place of the tenant with the most
	// places at its priority, if its own has fewer even with it ([ErrYielded]). So a tenant
	// cannot fill a queue that has two places or more for each. False: tenants are not looked at.
	Fair bool
	// Estimate lets the gate learn how fast permits come back while somebody waits, and
	// refuse at once ([ErrHopeless]) who by that would wait in vain. The estimate exists from
	// 16 permits on that were granted one after the other while the queue was never empty, the last of them not
	// longer ago than a second or eight such times; it is forgotten with the queue. See
	// [Depth].Wait. False: nothing is learnt, and a hopeless caller waits until it is late.
	Estimate bool
}

// On reports whether any field is set.
func (b Bulkhead) On() bool { return b != Bulkhead{} }

// WithDefaults returns b with every default written out if it is on. MaxWait stays zero:
// its default depends on each call's deadline.
func (b Bulkhead) WithDefaults() Bulkhead {
	if !b.On() {
		return b
	}
	if b.Concurrency == 0 {
		b.Concurrency = DefaultConcurrency
	}
	if b.Order == CoDel {
		b.Target, b.Interval = cmp.Or(b.Target, DefaultTarget), cmp.Or(b.Interval, DefaultInterval)
	}
	b.Quota = b.Quota.WithDefaults()
	return b
}

// Validate returns everything wrong with b, paths relative to the section:
// values out of range, and warnings for what has no effect, such as a MaxWait
// without a queue. There is no unbounded wait and no unbounded queue.
func (b Bulkhead) Validate() fuseboard.Problems {
	var c plain.Check
	c.Int("concurrency", b.Concurrency, 1, maxCallers, "name the calls that the dependency serves well at once, or leave it out for 16")
	c.Int("queue", b.Queue, 0, maxCallers, "leave it out to refuse at once when no permit is free")
	c.Duration("max_wait", b.MaxWait, minWait, maxWait, "leave it out for the smaller of 100ms and 20% of the call's deadline")
	c.Duration("target", b.Target, minTarget, maxWait, "leave it out for 20ms")
	c.Duration("interval", b.Interval, minInterval, maxWait, "leave it out for 100ms")
	if !b.Order.known() {
		c.Add(orderProblem(b.Order))
	}
	c.Include("quota", b.Quota.Validate())
	for _, p := range b.idle() {
		p.Warning = true
		c.Add(p)
	}
	return c.Problems()
}

// WaitUntil returns the latest instant until which a caller that comes at now
// and must be done at until may stay queued. It is never later than until.
func (b Bulkhead) WaitUntil(now, until fuseboard.Instant) fuseboard.Instant {
	wait := b.MaxWait
	if wait <= 0 {
		wait = min(DefaultMaxWait, max(0, until.Sub(now)/5))
	}
	return min(now.Add(wait), until)
}

// usable returns b with its defaults and every field moved into its range, so
// that a gate keeps its promises even for a bulkhead nobody validated.
func (b Bulkhead) usable() Bulkhead {
	if !b.On() {
		return b
	}
	b = b.WithDefaults()
	b.Concurrency = min(max(b.Concurrency, 1), maxCallers)
	b.Queue = min(max(b.Queue, 0), maxCallers)
	if b.MaxWait != 0 {
		b.MaxWait = min(max(b.MaxWait, minWait), maxWait)
	}
	if !b.Order.known() {
		b.Order = FIFO
	}
	b.Target, b.Interval = min(max(b.Target, minTarget), maxWait), min(max(b.Interval, minInterval), maxWait)
	b.Quota = b.Quota.usable()
	return b
}
