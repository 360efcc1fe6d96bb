// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"math"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

const (
	mostCallers = 1_000_000
	mostUnits   = 1_000_000_000
)

// bulkhead says a semaphore bulkhead as bulkhead.
func bulkhead(c *conversion) {
	permits, _, found := c.positive("maxConcurrentCalls", mostCallers)
	if old, p, is := c.count("maxConcurrentCall", mostCallers); is {
		permits, found = old, true
		c.note(p, CodeChanged, true, "is an old name of maxConcurrentCalls", "")
	}
	if found && permits > 0 {
		c.set("bulkhead.concurrency", strconv.Itoa(permits))
	}
	wait, p, waits := c.time("maxWaitDuration", time.Microsecond, time.Minute)
	if old, q, is := c.time("maxWaitTime", time.Microsecond, time.Minute); is {
		wait, p, waits = old, q, true
		c.note(q, CodeChanged, true, "is an old name of maxWaitDuration", "")
	}
	if !waits || wait == 0 {
		return
	}
	queue := min(10*max(permits, 1), mostCallers)
	c.set("bulkhead.queue", strconv.Itoa(queue))
	c.set("bulkhead.max_wait", plain.Duration(wait))
	c.note(p, CodeChanged, true, "lets any number of calls wait; bulkhead.queue: "+strconv.Itoa(queue)+" lets so many", "choose how many should wait")
}

// threadPool says a thread pool bulkhead as workers behind a bulkhead.
func threadPool(c *conversion) {
	threads, p, found := c.count("maxThreadPoolSize", mostCallers)
	if !found || threads == 0 {
		if found {
			c.note(p, CodeChanged, true, "is 0, which is the number of processors there; here the default of 16 was left", "write workers.max and bulkhead.concurrency into the result")
		}
		threads = 16
	}
	c.set("bulkhead.concurrency", strconv.Itoa(threads))
	if queue, _, found := c.count("queueCapacity", mostCallers); found {
		c.set("bulkhead.queue", strconv.Itoa(queue))
	}
	c.set("workers.max", strconv.Itoa(threads))
	if idle, _, found := c.time("keepAliveDuration", time.Millisecond, time.Hour); found && idle > 0 {
		c.set("workers.idle", plain.Duration(idle))
	}
}

// rateLimiter says a RateLimiter as rate. Whoever cannot wait has the same cycles; a wait
// needs a token bucket, which knows each turn in advance.
func rateLimiter(c *conversion) {
	limit, p, found := c.positive("limitForPeriod", mostUnits)
	per, _, foundPer := c.some("limitRefreshPeriod", time.Nanosecond, 24*time.Hour)
	if old, q, is := c.time("limitRefreshPeriodInMillis", time.Nanosecond, 24*time.Hour); is {
		per, foundPer = old, true
		c.note(q, CodeChanged, true, "is an old name of limitRefreshPeriod", "")
	}
	if !found || !foundPer || limit == 0 || per == 0 {
		return
	}
	if per < time.Millisecond { // the same rate, told in the shortest time that is accepted
		limit = int(min(math.Round(float64(limit)*float64(time.Millisecond)/float64(per)), 1e6))
		per = time.Millisecond
		c.note(p, CodeChanged, true, "is told in 1ms, the shortest time of a rate", "")
	}
	if most := int(min(int64(per), mostUnits)); limit > most {
		c.outside(p, limit, most)
		limit = most
	}
	c.set("rate.limit", strconv.Itoa(limit))
	c.set("rate.per", plain.Duration(per))
	turns(c, limit)
}

// turns says whether who comes too early waits.
func turns(c *conversion, limit int) {
	wait, p, waits := c.time("timeoutDuration", time.Microsecond, time.Hour)
	if old, q, is := c.time("timeoutInMillis", time.Microsecond, time.Hour); is {
		wait, p, waits = old, q, true
		c.note(q, CodeChanged, true, "is an old name of timeoutDuration", "")
	}
	if !waits || wait == 0 {
		c.set("rate.kind", "fixed-window")
		return
	}
	queue := min(limit, mostCallers)
	c.set("rate.kind", "token-bucket")
	c.set("rate.burst", strconv.Itoa(limit))
	c.set("rate.queue", strconv.Itoa(queue))
	c.set("rate.max_wait", plain.Duration(wait))
	c.note(p, CodeChanged, true, "lets any number of calls wait for the next cycle; a token bucket gives each its turn, and rate.queue: "+strconv.Itoa(queue)+" lets so many wait", "choose how many should wait")
}
