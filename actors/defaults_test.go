// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/supervision"
)

var rewrite = flag.Bool("rewrite", false, "write docs/defaults.md anew")

const defaultsFile = "../docs/defaults.md"

// reasons say why each default is what it is, and what the peers do. A path
// without a reason fails the test, and so does a reason without a path.
var reasons = []struct{ path, byDefault, why, peers string }{
	{"deadline.total", "none", "only the caller knows how long an answer is worth waiting for", "Polly, failsafe-go: none unless added"},
	{"deadline.attempt", "none", "set it whenever retry is on: a hanging attempt cannot be repeated", ".NET standard handler: 10s"},
	{"deadline.reserve", "none", "useful once a caller's deadline is passed on from hop to hop", "none have it"},
	{"retry.attempts", "", "two repetitions catch most passing faults; more is a queue", "resilience4j 3, Polly 4, failsafe-go 3"},
	{"retry.backoff.kind", "exponential", "a dependency that is still down is asked less and less", "Polly: constant"},
	{"retry.backoff.base", "", "longer than a lost packet, shorter than a person notices", "resilience4j 500ms, Polly 2s"},
	{"retry.backoff.max", "", "the cap holds after jitter, so no wait exceeds it", "Polly: none"},
	{"retry.backoff.factor", "", "doubling", "resilience4j 1.5, Polly 2"},
	{"retry.backoff.jitter", "full", "callers that failed together do not come back together", "resilience4j, failsafe-go: none"},
	{"retry.budget.ratio", "", "a dependency that fails gets at most a fifth more load", "Finagle, Envoy 20 %; resilience4j, Polly: no budget"},
	{"retry.budget.min_per_second", "", "a quiet dependency can be retried at all", "Finagle 10/s"},
	{"retry.budget.window", "", "long enough to bridge a burst", "Finagle 10s"},
	{"retry.only", "by class", "each class of failure knows whether repeating can help", "failsafe-go HTTP: any 5xx, POST included"},
	{"retry.max_retry_after", "", "who asks to be left alone for longer is not asked again by this call", "failsafe-go: no cap"},
	{"breaker.failure_rate", "", "half of the calls failing is no accident", "resilience4j 50 %, Hystrix 50 %, Polly 10 %"},
	{"breaker.slow_rate", "off", "needs slow_after, which only you know", "resilience4j 100 % of calls over 60s"},
	{"breaker.slow_after", "off", "see slow_rate", "resilience4j 60s"},
	{"breaker.consecutive", "off", "a rate is steadier; set it where traffic is thin", "gobreaker 6, Envoy 5"},
	{"breaker.min_calls", "", "below it a rate is an anecdote", "Hystrix 20, resilience4j and Polly 100"},
	{"breaker.window.calls", "off", "the default window is a span of time, so evidence grows old by itself", "resilience4j 100"},
	{"breaker.window.span", "", "ten buckets of one second", "Hystrix 10s, Polly 30s"},
	{"breaker.open_for", "", "time for a restart or a failover", "resilience4j 60s, Hystrix and Polly 5s"},
	{"breaker.open_growth", "", "a dependency that stays down is probed less and less", "Envoy: linear; most: none"},
	{"breaker.max_open", "", "nobody waits longer for a dependency that is back", "Envoy 5m"},
	{"breaker.open_jitter", "", "circuits that opened together do not probe together", "Envoy: 0"},
	{"breaker.probes", "", "one lucky or unlucky probe decides nothing", "resilience4j 10, Hystrix and Polly 1"},
	{"breaker.probe_rate", "", "two of three", "resilience4j: its failure rate"},
	{"breaker.probe_timeout", "", "a probe that hangs counts as failed, so half-open cannot stick", "gobreaker, Polly: can stick"},
	{"breaker.ramp", "off", "set it where a full load at once would bring the dependency down again", "Envoy slow start: new hosts only"},
	{"breaker.weights", "by class", "a throttled answer is half the evidence of a broken one", "none have it"},
	{"bulkhead.concurrency", "", "enough for most services, few enough to notice", "resilience4j 25, Hystrix 10"},
	{"bulkhead.queue", "0", "refuse at once: a queue only helps against short spikes", "Hystrix: none; resilience4j pool 100"},
	{"bulkhead.max_wait", "the smaller of 100ms and 20% of what the deadline leaves", "a caller that waits longer has no time left to use its permit", "resilience4j 0; failsafe-go 0 or unbounded"},
}

func TestDefaultsPageIsTrue(t *testing.T) {
	page := defaultsPage(t)
	if *rewrite {
		if err := os.WriteFile(defaultsFile, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(defaultsFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != page {
		t.Errorf("%s is not what the code does; run go test ./actors -run Defaults -rewrite", defaultsFile)
	}
}

func defaultsPage(t *testing.T) string {
	t.Helper()
	given := valuesOf(t, Policy{
		Retry:    supervision.Retry{Attempts: supervision.DefaultRetryAttempts},
		Breaker:  Breaker{FailureRate: 0.5},
		Bulkhead: Bulkhead{Concurrency: 16},
	}.WithDefaults())
	sections := valuesOf(t, Policy{ // each section on, by a field that has another's default
		Retry:    Retry{MaxRetryAfter: supervision.DefaultRetryMaxRetryAfter},
		Breaker:  Breaker{MinCalls: 20},
		Bulkhead: Bulkhead{Queue: 1},
	}.WithDefaults())
	var b strings.Builder
	b.WriteString("# Defaults\n\nA section of a policy that is entirely zero is off. Set any of its fields and the others take the\nvalues below. This page is written by `go test ./actors -run Defaults -rewrite` from the code, and\nchecked by the same test.\n\n| field | default | because | peers |\n|---|---|---|---|\n")
	var listed []string
	for _, r := range reasons {
		value := r.byDefault
		if value == "" {
			if value = given[r.path]; value == "" || value != sections[r.path] {
				t.Errorf("%s has the defaults %q and %q", r.path, value, sections[r.path])
			}
		}
		listed = append(listed, r.path)
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.path, value, r.why, r.peers)
	}
	for _, path := range leaves("", reflect.TypeFor[Policy]()) {
		if i := slices.Index(listed, path); i < 0 {
			t.Errorf("%s has no row", path)
		} else {
			listed = slices.Delete(listed, i, i+1)
		}
	}
	if len(listed) > 0 {
		t.Errorf("rows without a field: %v", listed)
	}
	return b.String() + groupDefaults(t)
}

// valuesOf returns the values of a policy by their paths, as a file says them.
func valuesOf(t *testing.T, p Policy) map[string]string {
	t.Helper()
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	values := make(map[string]string)
	flatten("", tree, values)
	return values
}

func flatten(path string, tree any, into map[string]string) {
	fields, ok := tree.(map[string]any)
	if !ok {
		into[path] = fmt.Sprint(tree)
		return
	}
	for name, value := range fields {
		flatten(strings.TrimPrefix(path+"."+name, "."), value, into)
	}
}

func leaves(path string, t reflect.Type) []string {
	if t.Kind() != reflect.Struct {
		return []string{path}
	}
	var all []string
	for i := range t.NumField() {
		all = append(all, leaves(strings.TrimPrefix(path+"."+plain.Name(t.Field(i).Name), "."), t.Field(i).Type)...)
	}
	return all
}
