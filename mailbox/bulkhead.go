// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
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

	maxCallers = 1_000_000
	minWait    = time.Microsecond
	maxWait    = time.Minute
)

// CodeWaitWithoutQueue is the code of the warning for a MaxWait that nobody
// can spend, because the queue has no place.
const CodeWaitWithoutQueue = "wait-without-queue"

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
}

// On reports whether any field is set.
func (b Bulkhead) On() bool { return b != Bulkhead{} }

// WithDefaults returns b with the default concurrency if it is on and names
// none. MaxWait stays zero: its default depends on each call's deadline.
func (b Bulkhead) WithDefaults() Bulkhead {
	if b.On() && b.Concurrency == 0 {
		b.Concurrency = DefaultConcurrency
	}
	return b
}

// Validate returns everything wrong with b, paths relative to the section:
// values out of range, and a warning ([CodeWaitWithoutQueue]) for a MaxWait
// without a queue. There is no unbounded wait and no unbounded queue.
func (b Bulkhead) Validate() fuseboard.Problems {
	var c plain.Check
	c.Int("concurrency", b.Concurrency, 1, maxCallers, "name the calls that the dependency serves well at once, or leave it out for 16")
	c.Int("queue", b.Queue, 0, maxCallers, "leave it out to refuse at once when no permit is free")
	c.Duration("max_wait", b.MaxWait, minWait, maxWait, "leave it out for the smaller of 100ms and 20% of the call's deadline")
	if b.MaxWait != 0 && b.Queue == 0 {
		c.Add(fuseboard.Problem{
			Path: "max_wait", Code: CodeWaitWithoutQueue, Value: plain.Duration(b.MaxWait),
			Message: "has no effect without a queue", Fix: "set queue to the number of callers that may wait, or remove max_wait",
			Warning: true,
		})
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
	return b
}
