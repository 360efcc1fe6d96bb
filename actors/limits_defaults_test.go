// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"reflect"
	"testing"
)

const (
	keysHead   = "\n## Keys\n\nThe limits of one keyring (`KeyLimits`), which are never off. None of the three peers has keys with bounds.\n\n"
	limitsHead = "\n## The whole System\n\nThe limits over everything (`Options.Limits`), which are never off. The peers bound each policy by itself,\nnot their sum.\n\n"
)

// keyReasons say of KeyLimits what reasons says of a Policy.
var keyReasons = []reason{
	{path: "max", unit: "keys", why: "some 20 MB with a full policy", resilience4j: "has none: its registries grow", polly: "has none: its registries grow", failsafe: "has none"},
	{path: "idle", unit: "time", why: "several times the usual window and open time", resilience4j: "has none", polly: "has none", failsafe: "has none"},
}

// limitReasons say the same of Limits.
var limitReasons = []reason{
	{path: "goroutines", unit: "goroutines", why: "some 800 MB at 8 KB each; more is a leak, not load", resilience4j: "has none over all", polly: "has none over all", failsafe: "has none over all", others: "Go 10 000 threads, Erlang 1 048 576 processes"},
	{path: "queued", unit: "calls", why: "they wait 100ms at most by default, so a million a second would have to come in vain", resilience4j: "has none over all", polly: "has none over all", failsafe: "has none over all", others: "Envoy 1024 pending requests for each cluster"},
	{path: "keys", unit: "keys", why: "what one keyring may have; some 2 GB with a full policy", resilience4j: "has none over all", polly: "has none over all", failsafe: "has none over all"},
	{path: "window_bytes", unit: "bytes", why: "1 GB: room for a million keys of a usual policy, with less than 1070 bytes each", resilience4j: "has none over all", polly: "has none over all", failsafe: "has none over all"},
}

// limitDefaults is the part of the page about keys and about the whole System.
func limitDefaults(t *testing.T) string {
	t.Helper()
	return keysHead + tableOf(t, keyReasons, reflect.TypeFor[KeyLimits](), valuesOf(t, KeyLimits{}.WithDefaults())) +
		limitsHead + tableOf(t, limitReasons, reflect.TypeFor[Limits](), valuesOf(t, Limits{}.WithDefaults()))
}

func TestAMillionKeysOfAUsualPolicyFitTheDefaultLimits(t *testing.T) {
	usual := Policy{Breaker: Breaker{FailureRate: 0.5}, Retry: Retry{Attempts: 2}, Panics: Panics{Max: 5}}
	l := Limits{}.WithDefaults()
	if w := usual.weight(); w > 1070 || w*int64(l.Keys) > l.WindowBytes {
		t.Errorf("%d bytes each", w)
	}
}
