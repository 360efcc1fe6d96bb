// SPDX-License-Identifier: Apache-2.0

package shedding

import "github.com/fuseboard/fuseboard"

// cycles follows the processor time of the collector. The runtime counts it at the end of
// each of its cycles only (runtime/metrics, /cpu/classes).
type cycles struct {
	begun   bool
	gc, all float64           // processor seconds, as of the last end that was seen
	at      fuseboard.Instant // when that was seen
	last    float64           // the collector's share between the last two ends
	span    float64           // the time between them, in seconds
}

// share returns the collector's share of the processor time. Until the next cycle ends
// that of the last one holds for as long as it took, and then fades, so that a process at
// rest is not taken for a busy one. The first call knows nothing.
func (c *cycles) share(now fuseboard.Instant, gc, all, processors float64) float64 {
	if !c.begun {
		*c = cycles{begun: true, gc: gc, all: all, at: now}
		return Unknown
	}
	if more := all - c.all; more > 0 {
		c.last, c.span = clamp((gc-c.gc)/more, 0, 1), more/max(processors, 1)
		c.gc, c.all, c.at = gc, all, now
	}
	if gone := now.Sub(c.at).Seconds(); gone > c.span {
		return c.last * c.span / gone
	}
	return c.last
}
