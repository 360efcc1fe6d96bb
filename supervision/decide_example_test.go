// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// A timeout is repeated after the backoff, unless the deadline would pass first.
func ExampleDecide() {
	retry := supervision.Retry{Attempts: 3, Backoff: supervision.Backoff{Base: 100 * time.Millisecond, Jitter: supervision.NoJitter}}
	fault := supervision.Fault{
		Outcome: supervision.Classify(context.DeadlineExceeded, false),
		Attempt: 1, Safe: true, Until: fuseboard.Instant(time.Second),
	}
	for _, now := range []time.Duration{0, 950 * time.Millisecond} {
		decision := supervision.Decide(fuseboard.Instant(now), fault, retry, supervision.Restart{})
		fmt.Println(decision.Verb, decision.After, decision.Why)
	}
	// Output:
	// again 100ms <nil>
	// give-up 0s the deadline comes before the next attempt could begin
}

// The waits double up to Max; jitter would spread each from zero to what is shown.
func ExampleBackoff_After() {
	backoff := supervision.Backoff{Base: 100 * time.Millisecond, Max: time.Second, Jitter: supervision.NoJitter}
	for failures := 1; failures <= 5; failures++ {
		fmt.Print(backoff.After(failures, 1, 0), " ")
	}
	// Output: 100ms 200ms 400ms 800ms 1s
}

// Everything wrong is said at once, with the accepted range.
func ExampleRetry_Validate() {
	fmt.Println(supervision.Retry{Attempts: -1, Backoff: supervision.Backoff{Base: 2 * time.Hour, Max: 10 * time.Hour}}.Validate())
	// Output:
	// attempts = -1: must not be negative (accepted: 1 to 10); 1 means: never again [negative]
	// backoff.base = 2h: is out of range (accepted: 0s to 1h) [out-of-range]
}

// A quiet dependency has its few repetitions a second; a busy one its share.
func ExampleNewSpending() {
	account := supervision.NewSpending(supervision.Budget{Ratio: 0.1, MinPerSecond: 1, Window: time.Second})
	for range 20 {
		account.Deposit(0)
	}
	fmt.Println(account.Withdraw(0), account.Withdraw(0), account.Withdraw(0), account.Withdraw(0))
	fmt.Println(account.Balance(0))
	// Output:
	// true true true false
	// 20 3 3
}

// The caller's own leaving says nothing about the dependency.
func ExampleClassify() {
	for _, left := range []bool{false, true} {
		outcome := supervision.Classify(errors.New("card declined"), left)
		fmt.Println(outcome.Kind, outcome.Class)
	}
	// Output:
	// failure error
	// void cancelled
}

// One seed, one sequence.
func ExampleUniform() {
	fmt.Printf("%.3f %.3f\n", supervision.Uniform(7, 1), supervision.Uniform(7, 2))
	// Output: 0.390 0.017
}

// A class says how much a failure weighs, and whether it is repeated.
func ExampleTreatmentOf() {
	fmt.Printf("%+v\n", supervision.TreatmentOf(fuseboard.ClassRefused))
	// Output: {Weight:1 Scale:1 Repeat:always}
}
