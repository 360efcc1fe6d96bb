// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"math"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// timeLimiter says a TimeLimiter as deadline.attempt: it stands inside of the retry.
func timeLimiter(c *conversion) {
	d, p, found := c.time("timeoutDuration", time.Millisecond, 24*time.Hour)
	switch {
	case found && d == 0:
		c.note(p, CodeValue, false, "is 0: there every call fails, here it would be no limit", "write deadline.attempt into the result")
	case found:
		c.set("deadline.attempt", plain.Duration(d))
	}
}

// retry says a Retry as retry.
func retry(c *conversion) {
	attempts, _, found := c.positive("maxAttempts", 10)
	if old, p, is := c.count("maxRetryAttempts", 10); is {
		attempts, found = old, true
		c.note(p, CodeChanged, true, "is an old name of maxAttempts", "")
	}
	if found && attempts > 0 {
		c.set("retry.attempts", strconv.Itoa(attempts))
	}
	wait, _, found := c.time("waitDuration", time.Nanosecond, time.Hour)
	if old, p, is := c.time("waitDurationMillis", time.Nanosecond, time.Hour); is {
		wait, found = old, true
		c.note(p, CodeChanged, true, "is an old name of waitDuration", "")
	}
	if found {
		backoff(c, max(wait, time.Nanosecond), max(attempts, 1))
	}
}

// backoff says how the waits grow and spread.
func backoff(c *conversion, wait time.Duration, attempts int) {
	factor, p, given := c.number("exponentialBackoffMultiplier", 1, 10)
	longest, q, bounded := c.some("exponentialMaxWaitDuration", time.Nanosecond, 24*time.Hour)
	spread, r, spreads := c.number("randomizedWaitFactor", 0, 1)
	exponential, random := c.is("enableExponentialBackoff"), c.is("enableRandomizedWait")
	if !given {
		factor = 1.5
	}
	c.set("retry.backoff.base", plain.Duration(wait))
	if exponential {
		c.set("retry.backoff.kind", "exponential")
		c.set("retry.backoff.factor", plain.Number(factor))
	} else {
		c.set("retry.backoff.kind", "constant")
		c.ignored(p, given, "enableExponentialBackoff")
		c.ignored(q, bounded, "enableExponentialBackoff")
		factor = 1
	}
	if !exponential || !bounded || longest == 0 {
		longest = times(math.Pow(factor, float64(attempts-1)), wait) // there it is not bounded
	}
	c.set("retry.backoff.max", plain.Duration(min(max(longest, wait), 24*time.Hour).Round(max(wait/1000, 1))))
	if !random {
		c.set("retry.backoff.jitter", "none")
		c.ignored(r, spreads, "enableRandomizedWait")
		return
	}
	c.set("retry.backoff.jitter", "equal")
	if !spreads {
		r, spread = c.of[letters("enableRandomizedWait")], 0.5
	}
	c.note(r, CodeChanged, true, "spreads a wait by "+plain.Rate(spread)+" in both directions; jitter: equal is between half of it and all of it", "")
}
