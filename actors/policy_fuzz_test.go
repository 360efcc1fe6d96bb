// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzPolicyTakesAnyFile: whatever a file says, it is read or refused, judged, and written so
// that it is read again as the same. What is without errors can be put in force.
func FuzzPolicyTakesAnyFile(f *testing.F) {
	for _, text := range []string{
		policyJSON, casesJSON, loadJSON, answersJSON, `{}`, `null`, `[]`, `{"mode": "shadow"}`,
		`{"rate": {"limit": 1, "per": "24h", "burst": 1000000000}}`, `{"rate": {"limit": -1, "per_tenant": {"keys": 1}}}`,
		`{"adaptive": {"min": 9, "max": 1}, "bulkhead": {"queue": 1}}`, `{"shedding": {"cpu": "1%", "steps": {"high": "0.1%"}}}`,
		`{"throttle": {"ratio": 1.1, "window": "1s"}, "cases": [{"cost": 5}, {"attempt": 2, "cost": 1}]}`,
		`{"cache": {"ttl": "1h", "jitter": 2}, "fallback": {"steps": [{"value": null}, {"value": {"a": 1, "a": 2}}, {"guard": ""}]}}`,
		`{"hedge": {"copies": 5, "after": "1us"}, "deadline": {"adaptive": {"factor": 1}}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p, again Policy
		if json.Unmarshal([]byte(text), &p) != nil {
			if !reflect.DeepEqual(p, Policy{}) {
				t.Errorf("refused, and changed: %+v", p)
			}
			return
		}
		problems := p.Validate()
		if !p.equal(p.clone()) {
			t.Errorf("a copy differs: %+v", p)
		}
		if problems.Err() != nil {
			return
		}
		data, err := json.Marshal(p)
		if err != nil || json.Unmarshal(data, &again) != nil || !again.clone().equal(p.clone()) {
			t.Errorf("%v\n%s\n%+v", err, data, p)
		}
		if made := compile(p, 1); made.weight < 0 || made.gateBulkhead().Concurrency < 0 {
			t.Errorf("%+v", made)
		}
	})
}
