// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

const defaultsHead = `# Defaults

A section of a policy that is entirely zero is off. Set any of its fields and the others take the
values below. This page is written by ` + "`go test ./actors -run Defaults -rewrite`" + ` from the code, and
checked by the same test, which fails on a field without a unit, a default, a reason, or a word on
each of the three peers.

A time is written "800ms", "1m30s"; a share "20%" or 0.2. The peers' values are those they have when
the policy in question is used and nothing else is said: resilience4j 2.4, Polly 8.7, failsafe-go 0.9.
"Has none" means that the peer has no such setting.

`

// reason says of one field why its default is what it is, and what peers do. An
// empty byDefault is read from the code.
type reason struct{ path, unit, byDefault, why, resilience4j, polly, failsafe, others string }

var reasons = []reason{
	{
		path: "deadline.total", unit: "time", byDefault: "none",
		why:          "only the caller knows how long an answer is worth waiting for",
		resilience4j: "1s, where a TimeLimiter is used", polly: "30s, where a timeout is added", failsafe: "none: a Timeout's time must be given", others: ".NET standard handler 30s",
	},
	{
		path: "deadline.attempt", unit: "time", byDefault: "none",
		why:          "set it whenever retry is on: a hanging attempt cannot be repeated",
		resilience4j: "1s, a TimeLimiter inside the retry", polly: "30s, a timeout inside the retry", failsafe: "none: a Timeout inside the retry, its time must be given", others: ".NET standard handler 10s",
	},
	{
		path: "deadline.reserve", unit: "time", byDefault: "none",
		why:          "useful once a caller's deadline is passed on from hop to hop",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "retry.attempts", unit: "attempts, the first included",
		why:          "two repetitions catch most passing faults; more is a queue",
		resilience4j: "3", polly: "4 (3 retries)", failsafe: "3 (2 retries)",
	},
	{
		path: "retry.backoff.kind", unit: "word", byDefault: "exponential",
		why:          "a dependency that is still down is asked less and less",
		resilience4j: "constant", polly: "constant", failsafe: "none: no wait",
	},
	{
		path: "retry.backoff.base", unit: "time",
		why:          "longer than a lost packet, shorter than a person notices",
		resilience4j: "500ms", polly: "2s", failsafe: "0s",
	},
	{
		path: "retry.backoff.max", unit: "time",
		why:          "the cap holds after jitter, so no wait exceeds it",
		resilience4j: "no cap", polly: "no cap", failsafe: "none: must be given with a backoff",
	},
	{
		path: "retry.backoff.factor", unit: "number, times the wait before",
		why:          "doubling",
		resilience4j: "1.5, where exponential", polly: "2, where exponential", failsafe: "2, where exponential",
	},
	{
		path: "retry.backoff.jitter", unit: "word", byDefault: "full",
		why:          "callers that failed together do not come back together",
		resilience4j: "none; ±50 % where randomised", polly: "none; ±25 %, or decorrelated where exponential, with UseJitter", failsafe: "none",
	},
	{
		path: "retry.budget.ratio", unit: "share of the calls",
		why:          "a dependency that fails gets at most a fifth more load",
		resilience4j: "has no budget", polly: "has no budget", failsafe: "20 % of what is in flight, where a budget is added", others: "Finagle 20 %, Envoy 20 %",
	},
	{
		path: "retry.budget.min_per_second", unit: "repetitions a second",
		why:          "a quiet dependency can be retried at all",
		resilience4j: "has no budget", polly: "has no budget", failsafe: "3 at once, where a budget is added", others: "Finagle 10/s, Envoy 3 at once",
	},
	{
		path: "retry.budget.window", unit: "time",
		why:          "long enough to bridge a burst",
		resilience4j: "has no budget", polly: "has no budget", failsafe: "none: counts what is in flight", others: "Finagle 10s",
	},
	{
		path: "retry.budget.weights", unit: "number for each class", byDefault: "1 for each class",
		why:          "a repetition is a repetition, until you know which of them your dependency pays for most",
		resilience4j: "has no budget", polly: "has no budget", failsafe: "each counts as one", others: "AWS SDKs take 5 tokens of 500, after a timeout 10",
	},
	{
		path: "retry.classes", unit: "attempts and backoff for each class", byDefault: "none: as the section",
		why:          "throttled waits four times as long anyway; the rest only you know",
		resilience4j: "a function of the wait; attempts are those of all", polly: "a function of the wait; attempts are those of all", failsafe: "a function of the wait; attempts are those of all",
	},
	{
		path: "retry.only", unit: "list of classes", byDefault: "by class",
		why:          "each class of failure knows whether repeating can help",
		resilience4j: "every exception", polly: "every exception but OperationCanceledException", failsafe: "every error; over HTTP any 5xx and 429, POST included",
	},
	{
		path: "retry.max_retry_after", unit: "time",
		why:          "who asks to be left alone for longer is not asked again by this call",
		resilience4j: "does not read Retry-After", polly: "does not read Retry-After", failsafe: "no cap, over HTTP", others: "Envoy caps it, .NET's HTTP handler does not",
	},
	{
		path: "retry.innermost", unit: "true or false", byDefault: "false",
		why:          "what a hop further in has repeated counts as attempts already; true repeats it here not even once",
		resilience4j: "knows only its own attempts", polly: "knows only its own attempts", failsafe: "knows only its own attempts",
		others: "Envoy tells its attempts in x-envoy-attempt-count",
	},
	{
		path: "breaker.failure_rate", unit: "share of the calls",
		why:          "half of the calls failing is no accident",
		resilience4j: "50 %", polly: "10 %", failsafe: "none: counts failures, see consecutive", others: "Hystrix 50 %",
	},
	{
		path: "breaker.slow_rate", unit: "share of the calls", byDefault: "off",
		why:          "needs slow_after, which only you know",
		resilience4j: "100 %", polly: "has none", failsafe: "has none",
	},
	{
		path: "breaker.slow_after", unit: "time", byDefault: "off",
		why:          "see slow_rate",
		resilience4j: "60s", polly: "has none", failsafe: "has none",
	},
	{
		path: "breaker.consecutive", unit: "failures in a row", byDefault: "off",
		why:          "a rate is steadier; set it where traffic is thin",
		resilience4j: "has none", polly: "has none", failsafe: "1", others: "gobreaker 6, Envoy 5",
	},
	{
		path: "breaker.min_calls", unit: "calls",
		why:          "below it a rate is an anecdote",
		resilience4j: "100", polly: "100", failsafe: "1: the first failure opens", others: "Hystrix 20",
	},
	{
		path: "breaker.window.calls", unit: "calls", byDefault: "off",
		why:          "the default window is a span of time, so evidence grows old by itself",
		resilience4j: "100", polly: "has none: time only", failsafe: "1",
	},
	{
		path: "breaker.window.span", unit: "time",
		why:          "ten buckets of one second",
		resilience4j: "off: by count", polly: "30s", failsafe: "off: by count", others: "Hystrix 10s",
	},
	{
		path: "breaker.open_for", unit: "time",
		why:          "time for a restart or a failover",
		resilience4j: "60s", polly: "5s", failsafe: "60s", others: "Hystrix 5s",
	},
	{
		path: "breaker.open_growth", unit: "number, times the time before",
		why:          "a dependency that stays down is probed less and less",
		resilience4j: "none, unless by a function", polly: "none, unless by a function", failsafe: "none, unless by a function", others: "Envoy linear",
	},
	{
		path: "breaker.max_open", unit: "time",
		why:          "nobody waits longer for a dependency that is back",
		resilience4j: "none: does not grow", polly: "none: does not grow; at most 24h", failsafe: "none: does not grow", others: "Envoy 5m",
	},
	{
		path: "breaker.open_jitter", unit: "share of the time",
		why:          "circuits that opened together do not probe together",
		resilience4j: "none, unless by a function", polly: "none, unless by a function", failsafe: "none, unless by a function", others: "Envoy 0s",
	},
	{
		path: "breaker.probes", unit: "calls",
		why:          "one lucky or unlucky probe decides nothing",
		resilience4j: "10", polly: "1, fixed", failsafe: "1", others: "Hystrix 1",
	},
	{
		path: "breaker.probe_rate", unit: "share of the probes",
		why:          "two of three",
		resilience4j: "50 %: its failure rate", polly: "all of its 1", failsafe: "all of its 1",
	},
	{
		path: "breaker.probe_timeout", unit: "time",
		why:          "a probe that hangs counts as failed, so half-open cannot stick",
		resilience4j: "none: 0s, waits without end", polly: "has none: can stick", failsafe: "has none: can stick", others: "gobreaker can stick",
	},
	{
		path: "breaker.ramp", unit: "time", byDefault: "off",
		why:          "set it where a full load at once would bring the dependency down again",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Envoy slow start, for new hosts only",
	},
	{
		path: "breaker.weights", unit: "number by class, times a plain failure", byDefault: "by class",
		why:          "a throttled answer is half the evidence of a broken one",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Envoy counts some kinds apart",
	},
	{
		path: "bulkhead.concurrency", unit: "calls at once",
		why:          "enough for most services, few enough to notice",
		resilience4j: "25", polly: "1000", failsafe: "none: must be given", others: "Hystrix 10",
	},
	{
		path: "bulkhead.queue", unit: "calls", byDefault: "0",
		why:          "refuse at once: a queue only helps against short spikes",
		resilience4j: "unbounded while max wait lasts; its thread pool 100", polly: "0", failsafe: "unbounded while max wait lasts", others: "Hystrix none",
	},
	{
		path: "bulkhead.max_wait", unit: "time", byDefault: "the smaller of 100ms and 20% of what the deadline leaves",
		why:          "a caller that waits longer has no time left to use its permit",
		resilience4j: "0s", polly: "none: until its caller leaves", failsafe: "0s",
	},
	{
		path: "bulkhead.order", unit: "word", byDefault: "fifo",
		why:          "what everybody expects; codel where the queue is long and calls have a deadline",
		resilience4j: "fifo, if its semaphore is fair, as by default", polly: "fifo", failsafe: "fifo, if its semaphore is fair, as by default", others: "Facebook's folly codel, newest first",
	},
	{
		path: "bulkhead.target", unit: "time", byDefault: "20ms with codel, else off",
		why:          "a call is served in milliseconds; less would refuse half of each burst",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "folly and RFC 8289 5ms",
	},
	{
		path: "bulkhead.interval", unit: "time", byDefault: "100ms with codel, else off",
		why:          "longer than a burst, shorter than anybody's patience",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "folly and RFC 8289 100ms",
	},
	{
		path: "bulkhead.quota.critical", unit: "share of the permits, and of the places", byDefault: "100% with any quota, else off",
		why:          "nobody is above it for whom to keep any",
		resilience4j: "has no priorities", polly: "has no priorities", failsafe: "has no priorities at a bulkhead",
	},
	{
		path: "bulkhead.quota.high", unit: "share of the permits, and of the places", byDefault: "critical's with any quota, else off",
		why:          "keep permits only from work that can wait",
		resilience4j: "has no priorities", polly: "has no priorities", failsafe: "has no priorities at a bulkhead",
	},
	{
		path: "bulkhead.quota.normal", unit: "share of the permits, and of the places", byDefault: "high's with any quota, else off",
		why:          "80% leaves room for a health check or a payment at once",
		resilience4j: "has no priorities", polly: "has no priorities", failsafe: "has no priorities at a bulkhead",
	},
	{
		path: "bulkhead.quota.sheddable", unit: "share of the permits, and of the places", byDefault: "normal's with any quota, else off",
		why:          "50% lets best-effort work use what is free, and no more",
		resilience4j: "has no priorities", polly: "has no priorities", failsafe: "has no priorities at a bulkhead",
	},
	{
		path: "bulkhead.fair", unit: "true or false", byDefault: "false",
		why:          "only who has tenants needs turns, and the look at them costs a wait some nanoseconds",
		resilience4j: "knows no tenants", polly: "knows no tenants", failsafe: "knows no tenants",
	},
	{
		path: "bulkhead.estimate", unit: "true or false", byDefault: "false",
		why:          "an estimate may be wrong; true refuses at once who would wait in vain",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "workers.max", unit: "goroutines", byDefault: "the bulkhead's concurrency; 16 without one",
		why:          "who holds a permit finds a goroutine",
		resilience4j: "the number of cores, less one for the core pool", polly: "has none", failsafe: "has none", others: "Hystrix 10",
	},
	{
		path: "workers.idle", unit: "time", byDefault: "10s",
		why:          "longer than the pauses of steady traffic, gone soon after a burst",
		resilience4j: "20ms", polly: "has none", failsafe: "has none", others: "Hystrix 1m",
	},
	{
		path: "workers.max_abandoned", unit: "handlers", byDefault: "half of max, at least 1",
		why:          "the other half of the permits still serves while it is found out what hangs",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "panics.max", unit: "panics",
		why:          "one bad request is no pattern, five a minute are",
		resilience4j: "has none: a panic is an exception like any other", polly: "has none", failsafe: "has none: panics pass through", others: "Erlang, Akka: escalate instead",
	},
	{
		path: "panics.within", unit: "time",
		why:          "about as long as a bad deployment takes to be noticed",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "panics.hold", unit: "time",
		why:          "time to look; an operator's command ends it",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "restart.max", unit: "restarts",
		why:          "a driver that breaks ten times a minute will not heal by itself",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Erlang 1 in 5s, protoactor 10 in 10s",
	},
	{
		path: "restart.within", unit: "time",
		why:          "ten rebuilds with their backoff take about this long",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Erlang 5s, protoactor 10s",
	},
	{
		path: "restart.backoff.kind", unit: "word", byDefault: "exponential",
		why:          "a server that is coming up is not stormed",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Akka exponential",
	},
	{
		path: "restart.backoff.base", unit: "time",
		why:          "the first rebuild is hardly felt",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Akka: must be given",
	},
	{
		path: "restart.backoff.max", unit: "time",
		why:          "nobody waits longer for a dependency that is back",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Akka: must be given",
	},
	{
		path: "restart.backoff.factor", unit: "number, times the wait before",
		why:          "doubling",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Akka 2",
	},
	{
		path: "restart.backoff.jitter", unit: "word", byDefault: "full",
		why:          "a fleet does not reconnect at one instant",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Akka: must be given",
	},
	{
		path: "restart.timeout", unit: "time",
		why:          "a dial that hangs is a failed dial",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "gRPC 20s a connection attempt",
	},
	{
		path: "cases", unit: "list of cases", byDefault: "none",
		why:          "calls are alike until somebody says which are not",
		resilience4j: "has none", polly: "none as data: a TimeoutGenerator or a DelayGenerator", failsafe: "none as data: a DelayFunc", others: "Envoy: per route, or in headers of the request",
	},
	{
		path: "mode", unit: "word", byDefault: "enforce",
		why:          "who writes a policy wants it; shadow and bypass are for its first days and its bad ones",
		resilience4j: "has none for a whole policy; a circuit breaker can be METRICS_ONLY or DISABLED", polly: "has none; a circuit breaker can be isolated by hand", failsafe: "has none",
	},
}

// flawsOf says what is missing or wrong in the rows: each needs a unit that its
// type allows, a reason, and a word on each peer.
func flawsOf(rows []reason, of reflect.Type) (flaws []string) {
	units := map[string]string{}
	for _, r := range rows {
		for column, text := range map[string]string{
			"unit": r.unit, "reason": r.why, "resilience4j": r.resilience4j, "Polly": r.polly, "failsafe-go": r.failsafe,
		} {
			if strings.TrimSpace(text) == "" || strings.ContainsAny(text, "|\n") {
				flaws = append(flaws, fmt.Sprintf("%s has no %s that fits the table: %q", r.path, column, text))
			}
		}
		units[r.path] = strings.Fields(r.unit + " -")[0]
	}
	for path, want := range unitsOf("", of) {
		if got, found := units[path]; found && (got == "time") != (want == "time") || found && (got == "share") != (want == "share") {
			flaws = append(flaws, fmt.Sprintf("%s has the unit %q, and is of the kind %q", path, got, want))
		}
	}
	return flaws
}

// unitsOf returns the kind of each field by its path: "time", "share" or "number".
func unitsOf(path string, t reflect.Type) map[string]string {
	all := map[string]string{}
	for i := range t.NumField() {
		f := t.Field(i)
		at := strings.TrimPrefix(path+"."+plain.Name(f.Name), ".")
		switch {
		case f.Type.Kind() == reflect.Struct:
			for path, unit := range unitsOf(at, f.Type) {
				all[path] = unit
			}
		case f.Type == reflect.TypeFor[time.Duration]():
			all[at] = "time"
		case f.Tag.Get("plain") == "rate":
			all[at] = "share"
		default:
			all[at] = "number"
		}
	}
	return all
}

func TestDefaultsPageRefusesARowThatSaysTooLittle(t *testing.T) {
	for column, spoil := range map[string]func(*reason){
		"unit":         func(r *reason) { r.unit = "" },
		"the unit":     func(r *reason) { r.unit = "calls" },
		"reason":       func(r *reason) { r.why = " " },
		"resilience4j": func(r *reason) { r.resilience4j = "" },
		"Polly":        func(r *reason) { r.polly = "" },
		"failsafe-go":  func(r *reason) { r.failsafe = "a | b" },
	} {
		rows := append([]reason{}, reasons...)
		spoil(&rows[0])
		if flaws := flawsOf(rows, reflect.TypeFor[Policy]()); len(flaws) == 0 || !strings.Contains(flaws[0], column) {
			t.Errorf("%s: %q", column, flaws)
		}
	}
	if flaws := flawsOf(reasons, reflect.TypeFor[Policy]()); len(flaws) != 0 {
		t.Errorf("%q", flaws)
	}
}
