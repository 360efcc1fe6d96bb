// SPDX-License-Identifier: Apache-2.0

package ratelimit_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

// Two may come at once, then one each 100 ms; whoever is refused learns when.
func ExampleNew() {
	limiter := ratelimit.New(ratelimit.Policy{Limit: 10, Burst: 2}, fuseboard.NewClock())

	now := fuseboard.Instant(0)
	fmt.Println(limiter.Allow(now), limiter.Allow(now), limiter.Allow(now))
	again, ok := limiter.Take(now, 1)
	fmt.Println(again.Sub(now), ok)
	fmt.Println(limiter.Allow(again))
	// Output:
	// true true false
	// 100ms false
	// true
}

// With a queue a caller takes a place ahead, and waits for its turn.
func ExampleLimiter_Reserve() {
	limiter := ratelimit.New(ratelimit.Policy{
		Kind: ratelimit.Smooth, Limit: 10, Queue: 2, MaxWait: time.Second,
	}, nil)

	for range 4 {
		turn, err := limiter.Reserve(0, 1, fuseboard.Never)
		fmt.Println(turn.Sub(0), err)
	}
	// Output:
	// 0s <nil>
	// 100ms <nil>
	// 200ms <nil>
	// 300ms rate limit reached, and rate.queue is full
}

// A dependency that says Retry-After gets its rest.
func ExampleLimiter_Throttled() {
	limiter := ratelimit.New(ratelimit.Policy{Limit: 100}, nil)

	limiter.Throttled(0, 5*time.Second)
	again, ok := limiter.Take(0, 1)
	fmt.Println(ok, again.Sub(0))
	// Output: false 5s
}

// Each tenant has a limit of its own under the limit of all.
func ExampleNewKeyed() {
	policy := ratelimit.Policy{Limit: 100, PerTenant: ratelimit.PerKey{Limit: 10, Burst: 2}}
	whole := ratelimit.New(policy, nil)
	tenants := ratelimit.NewKeyed[string](policy.PerTenant, policy.Per)

	for range 3 {
		_, ok := tenants.TakeUnder(0, "acme", 1, whole)
		fmt.Println("acme", ok)
	}
	_, ok := tenants.TakeUnder(0, "zenith", 1, whole)
	fmt.Println("zenith", ok)
	fmt.Println(tenants.Hot(0, 1))
	// Output:
	// acme true
	// acme true
	// acme false
	// zenith true
	// [{acme 2 1}]
}

// What is wrong with a policy is said all at once.
func ExamplePolicy_Validate() {
	policy := ratelimit.Policy{Per: 48 * time.Hour, Kind: ratelimit.FixedWindow, Burst: 5}
	fmt.Println(policy.Validate())
	// Output:
	// limit = 0: is missing (accepted: 1 to 1000000000); name the units that the dependency bears in per [no-limit]
	// per = 48h: is out of range (accepted: 1ms to 24h); leave it out for 1s [out-of-range]
	// burst = 5: has no effect in fixed-window; remove it, or take kind token-bucket [not-of-this-kind]
}
