// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of the problems that only a rate limit has.
const (
	// CodeUnknownWord: a kind or a reaction has no word.
	CodeUnknownWord = "unknown-word"
	// CodeNoLimit: a policy says something of a limit, and none is named.
	CodeNoLimit = "no-limit"
	// CodeTooFast: more than one unit a nanosecond, which no clock can tell apart.
	CodeTooFast = "faster-than-time"
	// CodeTooSlow: an empty bucket would take more than ten years to be full.
	CodeTooSlow = "never-full"
	// CodeNotOfKind warns of a field that has no effect in this kind.
	CodeNotOfKind = "not-of-this-kind"
	// CodeWaitWithoutQueue warns of a MaxWait that nobody can spend.
	CodeWaitWithoutQueue = "wait-without-queue"
	// CodeColdWithoutWarmUp warns of a ColdFactor without a WarmUp.
	CodeColdWithoutWarmUp = "cold-without-warm-up"
	// CodeTenantOverWhole warns of a key's limit that the whole never lets it reach.
	CodeTenantOverWhole = "tenant-over-whole"
)

// Validate returns everything wrong with p at once, errors and warnings, with paths
// relative to the section: "limit", "adaptive.floor", "per_tenant.burst".
func (p Policy) Validate() fuseboard.Problems {
	if !p.On() {
		return nil
	}
	var c plain.Check
	if !p.Kind.known() {
		c.Add(wordProblem("kind", kindWords[:], int(p.Kind)))
	}
	if p.Limit != 0 || !p.PerTenant.On() {
		checkLimit(&c, p.Limit, p.mostLimit())
	}
	c.Duration("per", p.Per, shortestPer, longestPer, "leave it out for 1s")
	c.Int("burst", p.Burst, 1, mostUnits, "leave it out for a tenth of the limit")
	checkPace(&c, p.Limit, p.Burst, p.Per)
	c.Int("queue", p.Queue, 0, mostQueue, "leave it out to refuse at once who can't come at once")
	c.Duration("max_wait", p.MaxWait, time.Microsecond, longestWait, "leave it out for 500ms")
	c.Duration("warm_up", p.WarmUp, time.Millisecond, time.Hour, "leave it out for none")
	c.Number("cold_factor", p.ColdFactor, 1, mostCold, "leave it out for 3")
	if !p.Throttled.known() {
		c.Add(wordProblem("throttled", reactionWords[:], int(p.Throttled)))
	}
	c.Duration("max_drain", p.MaxDrain, time.Millisecond, longestPer, "leave it out for 30s")
	c.Include("adaptive", p.Adaptive.validate(p.Limit))
	c.Include("per_tenant", p.PerTenant.validate(p.Per))
	c.Rate("fallback", p.Fallback, 0, 1, "1/n keeps the limit of n replicas")
	p.checkEffect(&c)
	return c.Problems()
}

func (p Policy) mostLimit() int {
	if p.Kind == SlidingLog {
		return MostInLog
	}
	return mostUnits
}

// checkEffect warns of fields that can have no effect.
func (p Policy) checkEffect(c *plain.Check) {
	warn := func(when bool, path, code, value, message, fix string) {
		if when {
			c.Add(fuseboard.Problem{Path: path, Code: code, Value: value, Message: message, Fix: fix, Warning: true})
		}
	}
	kind := p.Kind.String()
	warn(p.Burst != 0 && p.Kind != TokenBucket, "burst", CodeNotOfKind, strconv.Itoa(p.Burst),
		"has no effect in "+kind, "remove it, or take kind token-bucket")
	warn(p.Queue != 0 && !p.Kind.spaced(), "queue", CodeNotOfKind, strconv.Itoa(p.Queue),
		"has no effect in "+kind+", which knows no turns in advance", "remove it, or take kind token-bucket or smooth")
	warn(p.WarmUp != 0 && !p.Kind.spaced(), "warm_up", CodeNotOfKind, plain.Duration(p.WarmUp),
		"has no effect in "+kind, "remove it, or take kind token-bucket or smooth")
	warn(p.MaxWait != 0 && p.Queue == 0, "max_wait", CodeWaitWithoutQueue, plain.Duration(p.MaxWait),
		"has no effect without a queue, but in Limiter.Wait", "set queue to the units that may wait, or remove max_wait")
	warn(p.ColdFactor != 0 && p.WarmUp == 0, "cold_factor", CodeColdWithoutWarmUp, plain.Number(p.ColdFactor),
		"has no effect without warm_up", "set warm_up to the time it may take, or remove cold_factor")
	warn(p.Limit > 0 && p.PerTenant.Limit > p.Limit, "per_tenant.limit", CodeTenantOverWhole, strconv.Itoa(p.PerTenant.Limit),
		"is more than limit ("+strconv.Itoa(p.Limit)+"), which holds for all together", "lower it, or raise limit")
}

// checkLimit reports a limit that is not there or out of range.
func checkLimit(c *plain.Check, limit, most int) {
	if limit == 0 {
		c.Add(fuseboard.Problem{
			Path: "limit", Code: CodeNoLimit, Value: "0", Message: "is missing",
			Accepted: "1 to " + strconv.Itoa(most), Fix: "name the units that the dependency bears in per",
		})
		return
	}
	fix := "limits of more than one a nanosecond limit nothing"
	switch {
	case limit < 0:
		fix = "name the units that the dependency bears in per"
	case most == MostInLog:
		fix = "a sliding log remembers each unit; take sliding-counter, which remembers two numbers"
	}
	c.Int("limit", limit, 1, most, fix)
}

// checkPace reports units that come faster than a clock can tell, or a bucket that is
// never full.
func checkPace(c *plain.Check, limit, burst int, per time.Duration) {
	if per == 0 {
		per = DefaultPer
	}
	if limit < 1 || limit > mostUnits || per < shortestPer || per > longestPer {
		return // said already
	}
	if int64(limit) > int64(per) {
		c.Add(fuseboard.Problem{
			Path: "limit", Code: CodeTooFast, Value: strconv.Itoa(limit),
			Message:  "is more than one unit a nanosecond",
			Accepted: "1 to " + strconv.FormatInt(int64(per), 10) + " per " + plain.Duration(per),
			Fix:      "raise per, or lower limit",
		})
	}
	if most := mostBurst(limit, per); burst > most && burst <= mostUnits {
		c.Add(fuseboard.Problem{
			Path: "burst", Code: CodeTooSlow, Value: strconv.Itoa(burst),
			Message:  "takes more than ten years to be full again",
			Accepted: "1 to " + strconv.Itoa(most), Fix: "lower burst, or raise limit",
		})
	}
}

// mostBurst is how many units come in ten years.
func mostBurst(limit int, per time.Duration) int {
	return int(min(float64(mostUnits), float64(longestFill)/float64(per)*float64(limit)))
}
