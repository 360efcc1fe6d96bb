// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

// loadReasons are the rows of the sections that follow the load.
var loadReasons = []reason{
	{
		path: "throttle.ratio", unit: "number, times what is accepted",
		why:          "at most half of what is sent is refused, and what the dependency accepts more is found out soon",
		resilience4j: "has none", polly: "has none", failsafe: "none: its AdaptiveThrottler allows 10 % of failures", others: "SRE book 2",
	},
	{
		path: "throttle.window", unit: "time",
		why:          "so long a share is steady even where calls are few",
		resilience4j: "has none", polly: "has none", failsafe: "1m, in its AdaptiveThrottler", others: "SRE book 2m",
	},
	{
		path: "throttle.max_reject", unit: "share of the calls",
		why:          "some calls must find out that the dependency is back",
		resilience4j: "has none", polly: "has none", failsafe: "90 %, in its AdaptiveThrottler", others: "SRE book has none",
	},
	{
		path: "throttle.min_calls", unit: "calls",
		why:          "below it a share is an anecdote",
		resilience4j: "has none", polly: "has none", failsafe: "0, in its AdaptiveThrottler", others: "SRE book has none",
	},
	{
		path: "rate.kind", unit: "word", byDefault: "token-bucket",
		why:          "one word of state, exact, and turns are known in advance",
		resilience4j: "cycles, as fixed-window", polly: "none of its own: a limiter of System.Threading.RateLimiting is given", failsafe: "smooth or bursty, as it is made", others: "Sentinel, Guava smooth",
	},
	{
		path: "rate.limit", unit: "units in per", byDefault: "none",
		why:          "only the dependency's owner knows what it bears",
		resilience4j: "50", polly: "must be given with a limiter", failsafe: "must be given",
	},
	{
		path: "rate.per", unit: "time",
		why:          "rates are told a second",
		resilience4j: "500ns", polly: "must be given with a limiter", failsafe: "must be given", others: "Sentinel 1s",
	},
	{
		path: "rate.burst", unit: "units", byDefault: "a tenth of limit, at least 1",
		why:          "callers do not come evenly, and no stretch of per sees more than 110 % of limit",
		resilience4j: "limit: a cycle's may come at once", polly: "must be given with a token bucket", failsafe: "1 where smooth, limit where bursty", others: "Envoy: must be given",
	},
	{
		path: "rate.queue", unit: "units", byDefault: "0",
		why:          "refuse at once: a wait only helps against short spikes",
		resilience4j: "unbounded while its timeout lasts", polly: "0", failsafe: "unbounded while max wait lasts",
	},
	{
		path: "rate.max_wait", unit: "time",
		why:          "a caller that waits longer has given up",
		resilience4j: "5s", polly: "none: until its caller leaves", failsafe: "0s", others: "Sentinel for Java 500ms",
	},
	{
		path: "rate.warm_up", unit: "time", byDefault: "none",
		why:          "set it where caches are cold after quiet",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Sentinel: must be given",
	},
	{
		path: "rate.cold_factor", unit: "number, times slower",
		why:          "as those who invented it",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Guava 3, Sentinel 3",
	},
	{
		path: "rate.throttled", unit: "word", byDefault: "drain",
		why:          "the dependency knows its limit better than we do",
		resilience4j: "ignores it, unless drainPermissionsOnResult is given", polly: "has none", failsafe: "has none",
	},
	{
		path: "rate.max_drain", unit: "time",
		why:          "as long as a retry heeds a Retry-After",
		resilience4j: "has none: until the next cycle", polly: "has none", failsafe: "has none",
	},
	{
		path: "rate.adaptive.floor", unit: "units in per", byDefault: "a tenth of limit, at least 1",
		why:          "enough calls go on to find out that it is better",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "TCP: one segment",
	},
	{
		path: "rate.adaptive.ceiling", unit: "units in per", byDefault: "limit",
		why:          "what was named is not exceeded unless somebody says so",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "rate.adaptive.backoff", unit: "share that is left",
		why:          "half, as in TCP",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "TCP 50 %",
	},
	{
		path: "rate.adaptive.step", unit: "units in per", byDefault: "a twentieth of limit, at least 1",
		why:          "from half to the whole in ten quiet intervals",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "TCP: one segment a round trip",
	},
	{
		path: "rate.adaptive.every", unit: "time",
		why:          "all that one overload breaks counts once",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "TCP: a round trip",
	},
	{
		path: "rate.per_tenant.limit", unit: "units in per", byDefault: "none",
		why:          "only you know what one tenant may have",
		resilience4j: "has none", polly: "none of its own: a partitioned limiter is given", failsafe: "has none", others: "Sentinel's hotspot rules: must be given",
	},
	{
		path: "rate.per_tenant.burst", unit: "units", byDefault: "a tenth of its limit, at least 1",
		why:          "as for the whole",
		resilience4j: "has none", polly: "must be given with a limiter", failsafe: "has none", others: "Sentinel's hotspot rules 0",
	},
	{
		path: "rate.per_tenant.keys", unit: "tenants",
		why:          "about a megabyte for each guard",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Sentinel's hotspot rules 4000 a second of theirs, at most 20000",
	},
	{
		path: "rate.fallback", unit: "share of the limit",
		why:          "ten replicas that nobody coordinates keep the limit together",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "adaptive.kind", unit: "word", byDefault: "gradient2",
		why:          "it finds the queue from times alone, before anything is dropped",
		resilience4j: "has none", polly: "has none", failsafe: "its own, from times and throughput", others: "Envoy gradient",
	},
	{
		path: "adaptive.min", unit: "calls at once",
		why:          "less makes a queue of one out of a service",
		resilience4j: "has none", polly: "has none", failsafe: "1", others: "concurrency-limits 20 (gradient2, aimd), Envoy 3",
	},
	{
		path: "adaptive.max", unit: "calls at once",
		why:          "a limit that nothing stops has to stop somewhere",
		resilience4j: "has none", polly: "has none", failsafe: "200", others: "concurrency-limits 200 (gradient2, aimd), 1000 (vegas)",
	},
	{
		path: "adaptive.initial", unit: "calls at once",
		why:          "as bulkhead.concurrency says; 20 where that says nothing",
		resilience4j: "has none", polly: "has none", failsafe: "20", others: "concurrency-limits 20",
	},
	{
		path: "adaptive.window", unit: "time",
		why:          "long enough for some calls, short enough to follow",
		resilience4j: "has none", polly: "has none", failsafe: "1s", others: "concurrency-limits 1s",
	},
	{
		path: "adaptive.min_samples", unit: "calls",
		why:          "a window of fewer is chance",
		resilience4j: "has none", polly: "has none", failsafe: "50", others: "concurrency-limits 10",
	},
	{
		path: "adaptive.smoothing", unit: "share of a move",
		why:          "one odd window moves it little; vegas has 100 %",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "concurrency-limits 20 % (gradient2)",
	},
	{
		path: "adaptive.tolerance", unit: "number, times the time without a queue",
		why:          "the limit is what the dependency bears, and no queue stands in it; vegas has 1.1, published 1.5",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "concurrency-limits 1.5 (gradient2)",
	},
	{
		path: "adaptive.queue_size", unit: "calls",
		why:          "it grows by so many in a window",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "concurrency-limits 4",
	},
	{
		path: "adaptive.long_window", unit: "windows",
		why:          "ten minutes of windows",
		resilience4j: "has none", polly: "has none", failsafe: "10 samples", others: "concurrency-limits 600",
	},
	{
		path: "adaptive.backoff_ratio", unit: "share that is left",
		why:          "drops cost a tenth, as one drop can be chance",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "concurrency-limits 90 %",
	},
	{
		path: "adaptive.timeout", unit: "time",
		why:          "what takes so long on average is down",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "concurrency-limits 5s",
	},
	{
		path: "adaptive.drop_rate", unit: "share of the calls",
		why:          "one error in a thousand calls is no overload",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "concurrency-limits: a single one",
	},
	{
		path: "adaptive.probe", unit: "windows",
		why:          "a minute of windows with a queue",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Envoy: an interval that must be given",
	},
	{
		path: "adaptive.published", unit: "true or false", byDefault: "false",
		why:          "the published algorithms drift; true is for comparisons",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "shedding.cpu", unit: "share of what may be used",
		why:          "beyond it waits grow much faster than the load; where no threshold is given",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "kratos 80 %; Sentinel, Envoy: must be given",
	},
	{
		path: "shedding.memory", unit: "share of the limit",
		why:          "a tenth is left for the calls under way; where no threshold is given",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Envoy: must be given",
	},
	{
		path: "shedding.run_queue", unit: "time",
		why:          "a wait that a request feels; where no threshold is given",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "DAGOR 20ms in the queue",
	},
	{
		path: "shedding.gc", unit: "share of the CPU",
		why:          "more than a quarter on average means that the collector cannot keep up; where no threshold is given",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "shedding.steps.normal", unit: "share of the way to the full extent",
		why:          "91 % of the CPU, where the threshold is 85 %",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Envoy: scaled between two thresholds, as given",
	},
	{
		path: "shedding.steps.high", unit: "share of the way to the full extent",
		why:          "97 % of the CPU, where the threshold is 85 %",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Envoy: as given",
	},
	{
		path: "shedding.margin", unit: "share of the threshold",
		why:          "a signal that stands at its threshold does not flap",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "shedding.hold_for", unit: "time",
		why:          "longer than what was shed takes to come again",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "shedding.smoothing", unit: "time",
		why:          "one burst does not shed, three seconds of load do",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "shedding.every", unit: "time",
		why:          "four samples a second cost nothing that can be measured",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Envoy 1s",
	},
}

// policyReasons are the rows of a Policy: what follows the load stands before its cases.
func policyReasons() []reason {
	all := slices.Clone(reasons)
	for _, more := range []struct {
		before string
		rows   []reason
	}{{"deadline.total", answerReasons}, {"cases", loadReasons}, {"retry.attempts", adaptiveAttemptReasons}, {"breaker.failure_rate", hedgeReasons}, {"bulkhead.concurrency", fleetReasons}} {
		at := slices.IndexFunc(all, func(r reason) bool { return r.path == more.before })
		all = slices.Insert(all, at, more.rows...)
	}
	return all
}

// loadDefaults adds the defaults of the sections that follow the load to those of the others;
// they are switched on by one field or another. What follows from a value that has no default
// is told in words.
func loadDefaults(t *testing.T, values map[string]string, p Policy) map[string]string {
	t.Helper()
	p.Rate.Limit, p.Rate.Queue, p.Rate.WarmUp, p.Rate.PerTenant.Limit = 100, 1, time.Second, 10
	maps.Copy(values, valuesOf(t, p.WithDefaults()))
	for _, path := range []string{"limit", "burst", "queue", "warm_up", "adaptive.floor", "adaptive.ceiling", "adaptive.step", "per_tenant.limit", "per_tenant.burst"} {
		if values["rate."+path] == "" {
			t.Errorf("rate.%s has no value in a rate limit that is on", path)
		}
		delete(values, "rate."+path)
	}
	delete(values, "fleet.mode")
	if use := values["fallback.steps[0].use"]; use != "computed" {
		t.Errorf("by default the step of a fallback is %q", use)
	}
	delete(values, "fallback.steps[0].use") // told in words
	return values
}

func TestDefaultsThatFollowALimitAreAsTheyAreTold(t *testing.T) {
	r := RateLimit{Limit: 400, Adaptive: ratelimit.Adaptive{Every: time.Second}, PerTenant: ratelimit.PerKey{Limit: 90}}.WithDefaults()
	if r.Burst != 40 || r.Adaptive.Floor != 40 || r.Adaptive.Ceiling != 400 || r.Adaptive.Step != 20 || r.PerTenant.Burst != 9 {
		t.Errorf("%+v", r)
	}
	r = RateLimit{Limit: 3, Adaptive: ratelimit.Adaptive{Every: time.Second}, PerTenant: ratelimit.PerKey{Limit: 2}}.WithDefaults()
	if r.Burst != 1 || r.Adaptive.Floor != 1 || r.Adaptive.Ceiling != 3 || r.Adaptive.Step != 1 || r.PerTenant.Burst != 1 {
		t.Errorf("%+v", r)
	}
}
