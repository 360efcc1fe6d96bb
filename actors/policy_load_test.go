// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

const loadJSON = `{
  "throttle": {"ratio": 1.5, "window": "1m", "max_reject": "95%"},
  "rate": {"kind": "smooth", "limit": 100, "per": "1m", "queue": 20, "max_wait": "2s", "warm_up": "30s", "throttled": "ignore",
    "adaptive": {"floor": 10, "backoff": "70%"}, "per_tenant": {"limit": 10, "burst": 5, "keys": 500}, "fallback": "25%"},
  "adaptive": {"kind": "vegas", "min": 2, "max": 50, "window": "500ms", "smoothing": "50%", "published": true},
  "shedding": {"cpu": "85%", "memory": "90%", "run_queue": "20ms", "gc": "30%", "steps": {"normal": "50%"}, "hold_for": "3s"},
  "cases": [{"tenant": "acme", "cost": 3}]
}`

func TestSectionsThatFollowTheLoadAreReadAndWrittenInNaturalUnits(t *testing.T) {
	var p, again Policy
	if err := json.Unmarshal([]byte(loadJSON), &p); err != nil {
		t.Fatal(err)
	}
	want := Policy{
		Throttle: Throttle{Ratio: 1.5, Window: time.Minute, MaxReject: 0.95},
		Rate: RateLimit{
			Kind: ratelimit.Smooth, Limit: 100, Per: time.Minute, Queue: 20, MaxWait: 2 * time.Second, WarmUp: 30 * time.Second,
			Throttled: ratelimit.IgnoreThrottling, Adaptive: ratelimit.Adaptive{Floor: 10, Backoff: 0.7},
			PerTenant: ratelimit.PerKey{Limit: 10, Burst: 5, Keys: 500}, Fallback: 0.25,
		},
		Adaptive: Adaptive{Kind: adaptive.KindVegas, Min: 2, Max: 50, Window: 500 * time.Millisecond, Smoothing: 0.5, Published: true},
		Shedding: Shedding{
			CPU: 0.85, Memory: 0.9, RunQueue: 20 * time.Millisecond, GC: 0.3, Steps: shedding.Steps{Normal: 0.5}, HoldFor: 3 * time.Second,
		},
		Cases: []Case{{Tenant: "acme", Cost: 3}},
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("%+v", p)
	}
	data, err := json.Marshal(p)
	if err != nil || json.Unmarshal(data, &again) != nil || !reflect.DeepEqual(p, again) {
		t.Errorf("%v\n%s", err, data)
	}
	for _, words := range []string{`"95%"`, `"smooth"`, `"ignore"`, `"vegas"`, `"20ms"`, `"per_tenant"`} {
		if !strings.Contains(string(data), words) {
			t.Errorf("no %s in %s", words, data)
		}
	}
	full := want.WithDefaults()
	if data, err = json.Marshal(full); err != nil || json.Unmarshal(data, &again) != nil || !reflect.DeepEqual(full, again) {
		t.Errorf("%v\n%s", err, data)
	}
}

func TestMistakesInSectionsThatFollowTheLoadAreAllNamedAtOnce(t *testing.T) {
	kept := Policy{Rate: RateLimit{Limit: 7}}
	err := json.Unmarshal([]byte(`{
	  "throttle": {"ratoi": 2, "max_reject": "lots"},
	  "rate": {"kind": "leaky", "limit": 1.5, "throttled": "wait", "per_tenant": {"keys": "many", "limits": 3}},
	  "adaptive": {"kind": "bbr", "window": 5}, "shedding": {"cpu": "85 percent", "steps": {"low": "10%"}}
	}`), &kept)
	text := ""
	if err != nil {
		text = err.Error()
	}
	for _, path := range []string{
		"throttle.ratoi", "throttle.max_reject", "rate.kind", "rate.limit", "rate.throttled", "rate.per_tenant.keys", "rate.per_tenant.limits",
		"adaptive.kind", "adaptive.window", "shedding.cpu", "shedding.steps.low", "token-bucket", "gradient2", "drain",
	} {
		if !strings.Contains(text, path) {
			t.Errorf("no %s in %s", path, text)
		}
	}
	if kept.Rate.Limit != 7 || kept.Throttle.On() {
		t.Errorf("changed: %+v", kept)
	}

	nan := math.NaN()
	bad := Policy{
		Throttle: Throttle{Ratio: 1, Window: time.Hour, MaxReject: 1, MinCalls: -1},
		Rate: RateLimit{
			Kind: 9, Limit: -5, Per: 48 * time.Hour, Burst: -1, Queue: 1 << 30, MaxWait: 2 * time.Hour, ColdFactor: nan, Throttled: 7,
			MaxDrain: -1, Adaptive: ratelimit.Adaptive{Backoff: 2}, PerTenant: ratelimit.PerKey{Limit: -1, Keys: 1 << 30}, Fallback: nan,
		},
		Adaptive: Adaptive{Kind: 9, Min: 9, Max: 5, Window: time.Hour, Smoothing: nan, DropRate: 2},
		Shedding: Shedding{CPU: nan, Memory: 2, RunQueue: -1, GC: 0.9, Steps: shedding.Steps{Normal: 0.9, High: 0.1}, Every: time.Hour},
		Cases:    []Case{{Tenant: "a", Cost: -1}, {Tenant: "b", Cost: mostCost + 1}},
	}
	var paths []string
	for _, p := range bad.Validate().Errors() {
		paths = append(paths, p.Path)
		if p.Accepted == "" && p.Fix == "" {
			t.Errorf("%v says not what to do", p)
		}
	}
	for _, path := range []string{
		"throttle.ratio", "throttle.window", "throttle.max_reject", "throttle.min_calls",
		"rate.kind", "rate.limit", "rate.per", "rate.burst", "rate.queue", "rate.max_wait", "rate.cold_factor", "rate.throttled",
		"rate.max_drain", "rate.adaptive.backoff", "rate.per_tenant.limit", "rate.per_tenant.keys", "rate.fallback",
		"adaptive.kind", "adaptive.min", "adaptive.window", "adaptive.smoothing", "adaptive.drop_rate",
		"shedding.cpu", "shedding.memory", "shedding.run_queue", "shedding.gc", "shedding.steps.high", "shedding.every",
		"cases[0].cost", "cases[1].cost",
	} {
		if !slices.Contains(paths, path) {
			t.Errorf("no error for %s", path)
		}
	}
}

func TestSectionsThatFollowTheLoadWarnOfWhatIsProbablyNotMeant(t *testing.T) {
	second := Deadline{Total: time.Second}
	queue := RateLimit{Limit: 100, Queue: 10}
	for name, c := range map[string]struct {
		policy Policy
		want   []string
	}{
		"each section protects":  {Policy{Throttle: Throttle{Ratio: 2}}, nil},
		"so does shedding":       {Policy{Shedding: Shedding{CPU: 0.9}}, nil},
		"throttle and breaker":   {Policy{Throttle: Throttle{Ratio: 2}, Breaker: Breaker{Consecutive: 3}}, nil},
		"as the bulkhead begins": {Policy{Adaptive: Adaptive{Max: 50}, Bulkhead: Bulkhead{Concurrency: 30, Queue: 5}}, nil},
		"queue alone":            {Policy{Adaptive: Adaptive{Min: 40}, Bulkhead: Bulkhead{Queue: 5}}, nil},
		"outside":                {Policy{Adaptive: Adaptive{Max: 50}, Bulkhead: Bulkhead{Concurrency: 60}}, []string{"bulkhead.concurrency " + codeOutsideAdaptive}},
		"begins twice":           {Policy{Adaptive: Adaptive{Initial: 9}, Bulkhead: Bulkhead{Concurrency: 8}}, []string{"bulkhead.concurrency " + codeTwoBeginnings}},
		"probes":                 {Policy{Adaptive: Adaptive{Max: 2}, Breaker: Breaker{Consecutive: 1}}, []string{"breaker.probes " + codeProbesPermits}},
		"few workers":            {Policy{Adaptive: Adaptive{Max: 50}, Workers: Workers{Max: 20}, Deadline: second}, []string{"workers.max " + codeWorkersPermits}},
		"workers follow":         {Policy{Adaptive: Adaptive{Max: 50}, Workers: Workers{Idle: time.Second}, Deadline: second}, nil},
		"slow on average": {
			Policy{Adaptive: Adaptive{Kind: adaptive.KindAIMD, Timeout: 2 * time.Second}, Deadline: Deadline{Attempt: time.Second}},
			[]string{"adaptive.timeout " + codeAdaptiveTimeout},
		},
		"turn in time":       {Policy{Rate: queue, Deadline: second}, nil},
		"turn takes all":     {Policy{Rate: queue, Deadline: Deadline{Total: 500 * time.Millisecond}}, []string{"rate.max_wait " + codeTurnTotal}},
		"both waits":         {Policy{Rate: queue, Deadline: second, Bulkhead: Bulkhead{Queue: 1, MaxWait: 500 * time.Millisecond}}, []string{"rate.max_wait " + codeWaitsTotal}},
		"places for nobody":  {Policy{Rate: RateLimit{Limit: 100, Queue: 500}}, []string{"rate.queue " + codeQueueTurns}},
		"the limit may rise": {Policy{Rate: RateLimit{Limit: 100, Queue: 500, Adaptive: ratelimit.Adaptive{Ceiling: 1000}}}, nil},
		"no whole":           {Policy{Rate: RateLimit{Queue: 1, PerTenant: ratelimit.PerKey{Limit: 5}}}, []string{"rate.queue " + codeNoWhole}},
		"dear cases": {Policy{Rate: RateLimit{Limit: 100}, Cases: []Case{{Tenant: "a", Cost: 10}, {Tenant: "b", Cost: 11}}}, []string{
			"cases[1].cost " + codeCostBurst,
		}},
		"dear for a tenant": {Policy{Rate: RateLimit{Limit: 100, PerTenant: ratelimit.PerKey{Limit: 20}}, Cases: []Case{{Tenant: "a", Cost: 3}}}, []string{
			"cases[0].cost " + codeCostBurst,
		}},
		"one at a time":   {Policy{Rate: RateLimit{Kind: ratelimit.Smooth, Limit: 100}, Cases: []Case{{Tenant: "a", Cost: 2}}}, []string{"cases[0].cost " + codeCostBurst}},
		"a whole window":  {Policy{Rate: RateLimit{Kind: ratelimit.FixedWindow, Limit: 100}, Cases: []Case{{Tenant: "a", Cost: 100}}}, nil},
		"cost of nothing": {Policy{Deadline: second, Cases: []Case{{Tenant: "a", Cost: 2}}}, []string{"cases[0].cost " + codeCostWithoutRate}},
		"cost laid over": {Policy{Rate: RateLimit{Limit: 100}, Cases: []Case{{Tenant: "a", Cost: 2}, {Tenant: "a", Cost: 3}, {Tenant: "b", Cost: 1}}}, []string{
			"cases[0] " + codeOverlaid, "cases[2] " + codeNoDifference,
		}},
	} {
		var got []string
		for _, p := range c.policy.Validate() {
			got = append(got, p.Path+" "+p.Code)
			if !p.Warning || p.Fix == "" || p.Message == "" {
				t.Errorf("%s: %+v", name, p)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, c.want)
		}
	}
}

// What the rules call impossible is: no call of that cost is ever let through.
func TestCostsThatAreWarnedOfAreRefusedForEver(t *testing.T) {
	for _, r := range []RateLimit{
		{Limit: 100},
		{Limit: 7},
		{Kind: ratelimit.Smooth, Limit: 100},
		{Kind: ratelimit.FixedWindow, Limit: 9},
		{Kind: ratelimit.SlidingLog, Limit: 9},
		{Kind: ratelimit.SlidingCounter, Limit: 9},
		{Limit: 100, Burst: 3},
	} {
		most, _ := admitsAtOnce(r)
		clock := fuseboard.NewClock()
		if again, ok := ratelimit.New(r, clock).Take(fuseboard.Instant(time.Hour), most+1); ok || again != fuseboard.Never {
			t.Errorf("%+v: %d are let through at %v", r, most+1, again)
		}
		if _, ok := ratelimit.New(r, clock).Take(fuseboard.Instant(time.Hour), most); !ok {
			t.Errorf("%+v: %d are not let through", r, most)
		}
	}
}

func TestDefaultsOfPermitsAgreeWithWhatAGuardDoes(t *testing.T) {
	for _, p := range []Policy{
		{Adaptive: Adaptive{Min: 2}},
		{Adaptive: Adaptive{Min: 40}, Bulkhead: Bulkhead{Queue: 1}},
		{Adaptive: Adaptive{Max: 50}, Bulkhead: Bulkhead{Concurrency: 30}},
		{Adaptive: Adaptive{Max: 8}, Bulkhead: Bulkhead{Concurrency: 30, Queue: 2}},
	} {
		full := p.WithDefaults()
		guard := spawn(t, startWith(t, Options{Seed: 1}), p, echo)
		if d := guard.gate.Depth(); d.Limit != full.Adaptive.Initial {
			t.Errorf("%+v: %d permits, and %d by its defaults", p, d.Limit, full.Adaptive.Initial)
		}
		if again := full.WithDefaults(); !reflect.DeepEqual(again, full) {
			t.Errorf("defaults of defaults differ:\n%+v\n%+v", full, again)
		}
		change, err := guard.Update(t.Context(), full)
		if err != nil || len(change.Changed) > 0 {
			t.Errorf("%+v: %q, %v", p, change.Changed, err)
		}
	}
}
