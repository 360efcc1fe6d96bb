// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"math"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// circuitBreaker says a CircuitBreaker as breaker.
func circuitBreaker(c *conversion) {
	rate, p, found := c.number("failureRateThreshold", 0, 100)
	if found && rate == 0 {
		c.bad("failureRateThreshold", p, "is none: a circuit that opens at no failure is always open")
	} else if found {
		c.set("breaker.failure_rate", percent(rate))
	}
	slowCalls(c)
	window(c)
	probes, _, found := c.positive("permittedNumberOfCallsInHalfOpenState", 100)
	if old, p, is := c.count("ringBufferSizeInHalfOpenState", 100); is {
		probes, found = old, true
		c.note(p, CodeChanged, true, "is an old name of permittedNumberOfCallsInHalfOpenState", "")
	}
	if found && probes > 0 {
		c.set("breaker.probes", strconv.Itoa(probes))
		c.set("breaker.probe_rate", enough(probes, rate))
	}
	openTime(c)
	if d, p, found := c.time("maxWaitDurationInHalfOpenState", time.Millisecond, time.Hour); found && d > 0 {
		c.note(p, CodeChanged, true, "bounds the half-open state; here each probe is bounded", "")
		c.set("breaker.probe_timeout", plain.Duration(d))
	}
}

// percent writes what resilience4j counts in percent.
func percent(v float64) string { return plain.Number(v) + "%" }

// enough is the share of the probes that must succeed: there the failures must stay below the threshold. Half a
// probe less than are needed is rounded up to them.
func enough(probes int, threshold float64) string {
	needed := probes - int(math.Ceil(threshold/100*float64(probes))) + 1
	share := (float64(min(max(needed, 1), probes)) - 0.5) / float64(probes)
	return percent(math.Round(share*1000) / 10)
}

// slowCalls are judged only where somebody says so: by default it is all calls of a minute.
func slowCalls(c *conversion) {
	rate, p, found := c.number("slowCallRateThreshold", 0, 100)
	after, q, foundToo := c.some("slowCallDurationThreshold", time.Millisecond, time.Hour)
	if found && rate == 0 {
		c.bad("slowCallRateThreshold", p, "is 0, which resilience4j refuses")
	}
	if !found || !foundToo || p.builtin && q.builtin || rate == 0 || after == 0 {
		return
	}
	c.set("breaker.slow_rate", percent(rate))
	c.set("breaker.slow_after", plain.Duration(after))
}

func window(c *conversion) {
	kind, byKind := c.take("slidingWindowType")
	least, q, _ := c.positive("minimumNumberOfCalls", 10_000)
	size, p, _ := c.positive("slidingWindowSize", math.MaxInt32)
	if old, r, is := c.count("ringBufferSizeInClosedState", math.MaxInt32); is {
		size, p = old, r
		if q.builtin {
			least = min(old, 10_000)
		}
		c.note(r, CodeChanged, true, "is an old name of slidingWindowSize and of minimumNumberOfCalls", "")
	}
	byTime := byKind && c.byTime(kind)
	switch {
	case size == 0:
	case byTime:
		c.set("breaker.window.span", plain.Duration(min(times(float64(size), time.Second), time.Hour)))
		c.outside(p, size, 3600)
	default:
		c.set("breaker.window.calls", strconv.Itoa(min(size, 10_000)))
		c.outside(p, size, 10_000)
		least = min(least, size) // as there
	}
	if least > 0 {
		c.set("breaker.min_calls", strconv.Itoa(least))
	}
}

// byTime reports whether a window is one of time.
func (c *conversion) byTime(kind property) bool {
	word := letters(kind.value.Word)
	if word != "timebased" && word != "countbased" {
		c.bad("slidingWindowType", kind, "is neither COUNT_BASED nor TIME_BASED")
	}
	return word == "timebased"
}

// outside tells that a number is beyond what is accepted.
func (c *conversion) outside(p property, n, most int) {
	if n > most {
		c.note(p, CodeChanged, true, "is "+strconv.Itoa(n)+", and "+strconv.Itoa(most)+" is the most that is accepted", "")
	}
}

func openTime(c *conversion) {
	open, _, found := c.some("waitDurationInOpenState", time.Millisecond, 24*time.Hour)
	if old, q, is := c.time("waitDurationInOpenStateMillis", time.Millisecond, 24*time.Hour); is {
		open, found = old, true
		c.note(q, CodeChanged, true, "is an old name of waitDurationInOpenState", "")
	}
	if found && open > 0 {
		c.set("breaker.open_for", plain.Duration(open))
		c.set("breaker.open_growth", "1")
	}
	openGrowth(c, open)
	openJitter(c)
}

// openGrowth says how the open time grows where it does.
func openGrowth(c *conversion, open time.Duration) {
	growth, p, given := c.number("exponentialBackoffMultiplier", 1, 10)
	longest, q, bounded := c.some("exponentialMaxWaitDurationInOpenState", time.Millisecond, 24*time.Hour)
	if !c.is("enableExponentialBackoff") {
		c.ignored(p, given, "enableExponentialBackoff")
		c.ignored(q, bounded, "enableExponentialBackoff")
		return
	}
	if !given {
		growth = 1.5
	}
	c.set("breaker.open_growth", plain.Number(growth))
	if bounded && longest > 0 {
		c.set("breaker.max_open", plain.Duration(max(longest, open)))
	}
}

func openJitter(c *conversion) {
	spread, p, given := c.number("randomizedWaitFactor", 0.001, 0.5)
	switch {
	case !c.is("enableRandomizedWait"):
		c.ignored(p, given, "enableRandomizedWait")
	case given:
		c.set("breaker.open_jitter", plain.Rate(spread))
	default:
		c.set("breaker.open_jitter", "50%")
	}
}

// ignored tells of a property that resilience4j does not read without another one.
func (c *conversion) ignored(p property, given bool, without string) {
	if given {
		c.note(p, CodeNeedless, true, "is not read by resilience4j without "+without+": true, and is not read here", "where it was meant, write it into the result")
	}
}
