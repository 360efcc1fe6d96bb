// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// Each wait is drawn from the Base to three times the wait before.
func ExampleBackoff_Next() {
	backoff := supervision.Backoff{Base: 100 * time.Millisecond, Max: 2 * time.Second, Jitter: supervision.DecorrelatedJitter}
	last := time.Duration(0)
	for failures := 1; failures <= 5; failures++ {
		last = backoff.Next(last, failures, 1, 0.5)
		fmt.Print(last, " ")
	}
	// Output: 200ms 350ms 575ms 912.5ms 1.41875s
}

// What a class does not say is the section's: two attempts for a timeout, a longer wait
// where the dependency throttles.
func ExampleRetry_For() {
	retry := supervision.Retry{Attempts: 4, Classes: map[fuseboard.Class]supervision.ClassRetry{
		fuseboard.ClassTimeout:   {Attempts: 2},
		fuseboard.ClassThrottled: {Backoff: supervision.Backoff{Base: time.Second, Max: time.Minute}},
	}}
	for _, class := range []fuseboard.Class{fuseboard.ClassReset, fuseboard.ClassTimeout, fuseboard.ClassThrottled} {
		schedule := retry.For(class)
		fmt.Println(class, schedule.Attempts, schedule.Backoff.Base, schedule.Backoff.Max)
	}
	// Output:
	// reset 4 50ms 5s
	// timeout 2 50ms 5s
	// throttled 4 1s 1m0s
}

// A timeout costs the budget twice what a reset costs.
func ExampleSpending_WithdrawFor() {
	account := supervision.NewSpending(supervision.Budget{
		MinPerSecond: 3, Window: time.Second, Weights: map[fuseboard.Class]float64{fuseboard.ClassTimeout: 2},
	})
	fmt.Println(
		account.WithdrawFor(0, fuseboard.ClassTimeout), account.WithdrawFor(0, fuseboard.ClassTimeout),
		account.WithdrawFor(0, fuseboard.ClassReset), account.WithdrawFor(0, fuseboard.ClassReset),
	)
	// Output: true false true false
}

// Accounts of one family count own classes in the same places, so that they add up.
func ExampleNewSpendingBy() {
	causes := new(supervision.Causes)
	eu := supervision.NewSpendingBy(supervision.Budget{}, causes)
	us := supervision.NewSpendingBy(supervision.Budget{}, causes)
	for range 10 {
		eu.Deposit(0)
		us.Deposit(0)
	}
	eu.WithdrawFor(0, "stale-read")
	us.WithdrawFor(0, fuseboard.ClassReset)
	us.WithdrawFor(0, "stale-read")
	us.Inner(0, 2) // a hop further in says that it has repeated twice
	now := fuseboard.Instant(2 * time.Second)
	fmt.Println(us.Amplification(now))
	fmt.Println(eu.Amplification(now).Plus(us.Amplification(now)).Causes)
	// Output:
	// amplification 1.4 within 2s: 2 repetitions for 10 calls, 1 after reset, 1 after stale-read; 2 more by hops further in
	// [{stale-read 2} {reset 1}]
}
