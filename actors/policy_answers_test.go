// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

const answersJSON = `{
  "cache": {"ttl": "1m", "stale_while_revalidate": "30s", "stale_if_error": "1h", "negative_ttl": "5s", "negative_on": ["timeout"],
    "max_entries": 500, "jitter": "20%", "coalesce": "off", "abandon_after": "3s", "max_refreshes": 2},
  "fallback": {"steps": [
      {"guard": "payments-eu", "on": ["failed"]}, {"use": "last-good", "max_age": "10m"},
      {"on": ["breaker", "rejected"], "value": {"cents": 0, "why": ["closed"]}}, {"use": "computed"}],
    "timeout": "200ms", "concurrency": 5, "max_keys": 50},
  "deadline": {"total": "2s", "attempt": "1s", "adaptive": {"quantile": "95%", "factor": 3}},
  "hedge": {"quantile": "90%", "copies": 2},
  "workers": {"idle": "5s"}
}`

func TestSectionsThatAnswerAreReadAndWrittenInNaturalUnits(t *testing.T) {
	var p, again Policy
	if err := json.Unmarshal([]byte(answersJSON), &p); err != nil {
		t.Fatal(err)
	}
	want := Policy{
		Cache: Cache{
			TTL: time.Minute, StaleWhileRevalidate: 30 * time.Second, StaleIfError: time.Hour, NegativeTTL: 5 * time.Second,
			NegativeOn: []fuseboard.Class{"timeout"}, MaxEntries: 500, Jitter: 0.2, Coalesce: CoalesceOff, AbandonAfter: 3 * time.Second, MaxRefreshes: 2,
		},
		Fallback: Fallback{
			Steps: []FallbackStep{
				{Guard: "payments-eu", On: []fuseboard.Class{OnFailure}},
				{Use: UseLastGood, MaxAge: 10 * time.Minute},
				{On: []fuseboard.Class{"breaker", OnRefusal}, Value: `{"cents":0,"why":["closed"]}`},
				{Use: UseComputed},
			},
			Timeout: 200 * time.Millisecond, Concurrency: 5, MaxKeys: 50,
		},
		Deadline: Deadline{Total: 2 * time.Second, Attempt: time.Second, Adaptive: AdaptiveAttempt{Quantile: 0.95, Factor: 3}},
		Hedge:    Hedge{Quantile: 0.9, Copies: 2},
		Workers:  Workers{Idle: 5 * time.Second},
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("%+v", p)
	}
	data, err := json.Marshal(p)
	if err != nil || json.Unmarshal(data, &again) != nil || !p.equal(again) {
		t.Errorf("%v\n%s", err, data)
	}
}

func TestPoliciesThatAnswerDifferentlyAreNotEqual(t *testing.T) {
	var p Policy
	if err := json.Unmarshal([]byte(answersJSON), &p); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(*Policy){
		"ttl":         func(p *Policy) { p.Cache.TTL++ },
		"negative on": func(p *Policy) { p.Cache.NegativeOn[0] = "reset" },
		"use":         func(p *Policy) { p.Fallback.Steps[1].Use, p.Fallback.Steps[1].MaxAge = UseComputed, 0 },
		"on":          func(p *Policy) { p.Fallback.Steps[0].On[0] = "timeout" },
		"value":       func(p *Policy) { p.Fallback.Steps[2].Value = `{"cents":1}` },
		"fewer steps": func(p *Policy) { p.Fallback.Steps = p.Fallback.Steps[:3] },
		"copies":      func(p *Policy) { p.Hedge.Copies++ },
		"factor":      func(p *Policy) { p.Deadline.Adaptive.Factor++ },
	} {
		next := p.clone()
		if !next.equal(p) || !reflect.DeepEqual(next, p) {
			t.Fatalf("%s: a copy is not the same", name)
		}
		if edit(&next); next.equal(p) || p.equal(next) {
			t.Errorf("%s: a change is not seen", name)
		}
	}
}
