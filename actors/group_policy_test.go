// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

func TestGroupPolicyWithTenFaultsGivesTenReadableErrors(t *testing.T) {
	bad := GroupPolicy{
		Restart: Restart{Max: -1, Within: time.Millisecond, Backoff: Backoff{Base: -1, Max: 48 * time.Hour, Factor: 99}},
		Breaker: GroupBreaker{Share: 1.5, MinMembers: 1, OpenFor: 48 * time.Hour, OpenGrowth: 0.5, MaxOpen: 1, OpenJitter: math.NaN()},
	}
	_, err := start(t).Group("eu", bad)
	found := map[string]bool{}
	for _, p := range problemsIn(t, err) {
		found[p.Path] = found[p.Path] || (p.Value != "" && p.Accepted != "" && p.Code != "" && !p.Warning)
	}
	for _, path := range []string{
		"restart.max", "restart.within", "restart.backoff.base", "restart.backoff.max", "restart.backoff.factor",
		"breaker.share", "breaker.min_members", "breaker.open_for", "breaker.open_growth", "breaker.max_open", "breaker.open_jitter",
	} {
		if !found[path] {
			t.Errorf("no usable error for %s in %v", path, err)
		}
	}
	conflict := GroupPolicy{Breaker: GroupBreaker{OpenFor: time.Minute, MaxOpen: time.Second}}.Validate()
	if len(conflict) != 1 || conflict[0].Path != "breaker.max_open" {
		t.Errorf("%v", conflict)
	}
}

func TestGroupPolicyReadsBackWhatItWrites(t *testing.T) {
	p := GroupPolicy{Breaker: GroupBreaker{Share: 0.75}}.WithDefaults()
	if ps := p.Validate(); len(ps) != 0 {
		t.Errorf("the defaults have problems: %v", ps)
	}
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"share":"75%"`, `"min_members":3`, `"open_for":"10s"`, `"max_open":"5m"`, `"within":"1m"`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("%s is not in %s", want, data)
		}
	}
	var back GroupPolicy
	if err := json.Unmarshal(data, &back); err != nil || back != p {
		t.Errorf("%+v, %v", back, err)
	}
	before := back
	err = json.Unmarshal([]byte(`{"breaker":{"shares":0.5,"open_for":7},"restart":{"max":"many"}}`), &back)
	if ps := problemsIn(t, err); len(ps) != 3 || back != before {
		t.Errorf("%v; %+v", ps, back)
	}
	if (GroupPolicy{}).WithDefaults().Breaker.On() {
		t.Error("defaults turn the breaker on")
	}
	if b := (GroupBreaker{MaxOpen: time.Second}).WithDefaults(); b.OpenFor != time.Second {
		t.Errorf("%+v", b)
	}
}
