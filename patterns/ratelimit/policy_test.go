// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/internal/plain"
)

func TestDefaultsAreThoseOfTheDocumentation(t *testing.T) {
	equal(t, "off", Policy{}.WithDefaults(), Policy{})
	equal(t, "a limit", Policy{Limit: 100}.WithDefaults(), Policy{
		Limit: 100, Per: time.Second, Burst: 10, MaxDrain: 30 * time.Second, Fallback: 0.1,
	})
	p := Policy{Kind: Smooth, Limit: 5, Queue: 2, WarmUp: time.Second, Adaptive: Adaptive{Step: 1}, PerTenant: PerKey{Limit: 3}}.WithDefaults()
	equal(t, "all", p, Policy{
		Kind: Smooth, Limit: 5, Per: time.Second, Queue: 2, MaxWait: 500 * time.Millisecond, WarmUp: time.Second,
		ColdFactor: 3, MaxDrain: 30 * time.Second, Fallback: 0.1,
		Adaptive:  Adaptive{Floor: 1, Ceiling: 5, Backoff: 0.5, Step: 1, Every: time.Second},
		PerTenant: PerKey{Limit: 3, Burst: 1, Keys: 10_000},
	})
	equal(t, "again", p.WithDefaults(), p)
	equal(t, "tenant", p.Tenant(), Policy{Limit: 3, Per: time.Second, Burst: 1, MaxDrain: 30 * time.Second, Fallback: 0.1})
	equal(t, "no tenant", Policy{Limit: 1}.Tenant(), Policy{})
}

func TestEveryProblemIsFoundAtOnceWithItsPath(t *testing.T) {
	for _, c := range []struct {
		p    Policy
		want string // paths and codes
	}{
		{Policy{}, ""},
		{Policy{Limit: 100}, ""},
		{Policy{PerTenant: PerKey{Limit: 5}}, ""},
		{Policy{Per: time.Minute}, "limit no-limit"},
		{Policy{PerTenant: PerKey{Keys: 5}}, "per_tenant.limit no-limit"},
		{Policy{Limit: 2_000_000, Per: time.Millisecond}, "limit faster-than-time"},
		{Policy{Limit: 1, Per: 24 * time.Hour, Burst: 10_000}, "burst never-full"},
		{Policy{Kind: SlidingLog, Limit: MostInLog + 1}, "limit out-of-range"},
		{Policy{Kind: 9, Throttled: 9, Limit: 1}, "kind unknown-word, throttled unknown-word"},
		{Policy{Limit: -1, Per: 1, Burst: -1, Queue: -1, MaxWait: -1, WarmUp: 1, ColdFactor: math.NaN(), MaxDrain: 1, Fallback: 2}, "limit negative, per out-of-range, burst negative, queue negative, max_wait negative, warm_up out-of-range, cold_factor out-of-range, max_drain out-of-range, fallback out-of-range"},
		{Policy{Limit: 10, Adaptive: Adaptive{Floor: 11, Ceiling: 9, Backoff: 1, Step: -1, Every: 1}}, "adaptive.floor out-of-range, adaptive.ceiling out-of-range, adaptive.backoff out-of-range, adaptive.step negative, adaptive.every out-of-range"},
		{Policy{Kind: FixedWindow, Limit: 1, Burst: 1, Queue: 1, WarmUp: time.Second}, "burst not-of-this-kind, queue not-of-this-kind, warm_up not-of-this-kind"},
		{Policy{Limit: 1, MaxWait: time.Second, ColdFactor: 2}, "max_wait wait-without-queue, cold_factor cold-without-warm-up"},
		{Policy{Limit: 1, PerTenant: PerKey{Limit: 2}}, "per_tenant.limit tenant-over-whole"},
	} {
		var got []string
		for _, p := range c.p.Validate() {
			got = append(got, p.Path+" "+p.Code)
		}
		equal(t, "problems", strings.Join(got, ", "), c.want)
	}
}

// aWildPolicy draws anything.
func aWildPolicy(t *rapid.T) Policy {
	anInt := rapid.OneOf(rapid.IntRange(-2, 1000), rapid.Int())
	aFloat := rapid.OneOf(rapid.Float64Range(0, 2), rapid.Float64(), rapid.Just(math.NaN()))
	aTime := rapid.OneOf(
		rapid.Map(rapid.Int64Range(-1, int64(48*time.Hour)), func(n int64) time.Duration { return time.Duration(n) }),
		rapid.Map(rapid.Int64(), func(n int64) time.Duration { return time.Duration(n) }),
	)
	return Policy{
		Kind: Kind(rapid.IntRange(0, 6).Draw(t, "kind")), Limit: anInt.Draw(t, "limit"), Per: aTime.Draw(t, "per"),
		Burst: anInt.Draw(t, "burst"), Queue: anInt.Draw(t, "queue"), MaxWait: aTime.Draw(t, "max wait"),
		WarmUp: aTime.Draw(t, "warm-up"), ColdFactor: aFloat.Draw(t, "cold factor"), Throttled: Reaction(rapid.IntRange(0, 3).Draw(t, "throttled")),
		MaxDrain: aTime.Draw(t, "max drain"), Fallback: aFloat.Draw(t, "fallback"),
		Adaptive:  Adaptive{anInt.Draw(t, "floor"), anInt.Draw(t, "ceiling"), aFloat.Draw(t, "backoff"), anInt.Draw(t, "step"), aTime.Draw(t, "every")},
		PerTenant: PerKey{anInt.Draw(t, "key's limit"), anInt.Draw(t, "key's burst"), anInt.Draw(t, "keys")},
	}
}

func TestHostilePoliciesAreMovedIntoTheirRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wild := aWildPolicy(t)
		p := wild.usable()
		if err := p.Validate().Err(); err != nil {
			t.Fatalf("%+v became %+v: %v", wild, p, err)
		}
		if again := p.usable(); again != p {
			t.Fatalf("%+v moves again, to %+v", p, again)
		}
		if p.Kind == SlidingLog && p.Limit > 1000 {
			return // takes long
		}
		l := New(wild, nil)
		for _, d := range []time.Duration{0, 1, time.Hour, math.MaxInt64} {
			l.Allow(at(d))
			l.Throttled(at(d), d)
			l.Give(at(d), Share{Part: wild.Fallback, Until: at(d) + 1})
			_, _ = l.Reserve(at(d), wild.Burst, at(d)+1)
			l.Refund(at(d), wild.Burst)
			l.Succeeded(at(d))
			l.Peek(at(d))
		}
	})
}

// A policy that Validate has nothing against means what it says.
func TestGoodPoliciesAreUsedAsTheyAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if p := aBucket(t); p.Validate() != nil || p.usable() != p.WithDefaults() {
			t.Fatalf("%+v: %v, becomes %+v", p, p.Validate(), p.usable())
		}
	})
}

func FuzzPolicyJSON(f *testing.F) {
	f.Add([]byte(`{"limit": 100, "per": "1s", "burst": 20}`))
	f.Add([]byte(`{"kind": "smooth", "limit": 5, "queue": 10, "max_wait": "2s", "throttled": "ignore", "fallback": "25%"}`))
	f.Add([]byte(`{"limit": 1, "adaptive": {"floor": 1, "backoff": "50%"}, "per_tenant": {"limit": 1, "keys": 2}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var p Policy
		if plain.Decode(text, &p) != nil {
			return
		}
		out, err := plain.Encode(p)
		if err != nil {
			return // a kind without a word
		}
		var back Policy
		if problems := plain.Decode(out, &back); problems != nil || !reflect.DeepEqual(p, back) {
			t.Errorf("%s became %s: %v", text, out, problems)
		}
		if p.Validate().Err() == nil && p.Kind != SlidingLog {
			New(p, nil).Allow(0)
		}
	})
}

func TestWordsAreReadAsTheyAreWritten(t *testing.T) {
	for k := range Kind(len(kindWords)) {
		var back Kind
		text, err := k.MarshalText()
		equal(t, "kind", err == nil && back.UnmarshalText(text) == nil && back == k, true)
	}
	for r := range Reaction(len(reactionWords)) {
		var back Reaction
		text, err := r.MarshalText()
		equal(t, "reaction", err == nil && back.UnmarshalText(text) == nil && back == r, true)
	}
	var k Kind
	equal(t, "unknown word", k.UnmarshalText([]byte("leaky")) != nil, true)
	_, err := Kind(9).MarshalText()
	equal(t, "unknown kind", err != nil && Kind(9).String() == "unknown", true)
	var r Reaction
	equal(t, "unknown reaction", r.UnmarshalText([]byte("x")) != nil, true)
}
