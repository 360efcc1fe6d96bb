// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

const policyJSON = `{
  "deadline": {"total": "2s", "attempt": "800ms"},
  "retry": {"attempts": 2, "backoff": {"kind": "linear", "base": "50ms"}, "budget": {"ratio": "10%"}, "only": ["timeout", "reset"]},
  "breaker": {"failure_rate": "50%", "min_calls": 20, "window": {"span": "10s"}, "open_for": "1m30s", "weights": {"throttled": 0.25}},
  "bulkhead": {"concurrency": 32, "queue": 64}
}`

func TestPolicyReadsNaturalUnits(t *testing.T) {
	var p Policy
	if err := json.Unmarshal([]byte(policyJSON), &p); err != nil {
		t.Fatal(err)
	}
	if p.Deadline.Attempt != 800*time.Millisecond || p.Breaker.FailureRate != 0.5 || p.Retry.Budget.Ratio != 0.1 ||
		p.Breaker.OpenFor != 90*time.Second || p.Breaker.Weights[fuseboard.ClassThrottled] != 0.25 {
		t.Errorf("%+v", p)
	}
	if errs := p.Validate().Errors(); len(errs) != 0 {
		t.Error(errs)
	}
}

func TestPolicyWritesWhatItReads(t *testing.T) {
	var p, again Policy
	if err := json.Unmarshal([]byte(policyJSON), &p); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"800ms"`, `"50%"`, `"1m30s"`, `"linear"`, `"open_for"`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
	if err := json.Unmarshal(data, &again); err != nil || !reflect.DeepEqual(p, again) {
		t.Errorf("%v\n%+v\n%+v", err, p, again)
	}
}

func TestPolicyFileWithManyMistakesNamesAllAndChangesNothing(t *testing.T) {
	p := Policy{Bulkhead: Bulkhead{Concurrency: 3}}
	err := json.Unmarshal([]byte(`{"deadline": {"totl": "2s", "attempt": 5}, "retry": {"attempts": 1.5}, "breaker": {"failure_rate": "lots"}}`), &p)
	ps := problemsIn(t, err)
	if len(ps) != 4 {
		t.Fatalf("want 4 problems, got %v", ps)
	}
	if text := err.Error(); !strings.Contains(text, "deadline.totl") || !strings.Contains(text, "total") || !strings.Contains(text, "retry.attempts") {
		t.Errorf("%s", text)
	}
	if p.Bulkhead.Concurrency != 3 || p.Breaker.On() {
		t.Errorf("changed: %+v", p)
	}
}
