// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"fmt"

	"github.com/fuseboard/fuseboard/actors"
)

// A service learns how each of its calls ended, for its own books.
func ExampleStart_observe() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{Observe: func(_ context.Context, c actors.CallInfo) {
		fmt.Printf("%s: %s after %d attempts\n", c.Dependency, c.Outcome.Kind, c.Attempts)
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	payments, err := actors.Spawn(sys, "payments", pay, actors.Policy{})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = payments.Call(ctx, charge{Cents: 1250})
	_, _ = payments.Call(ctx, charge{})
	s := payments.Stats()
	fmt.Println(s.CallLatency.Count(), "calls,", s.Failed, "failed")
	// Output:
	// payments: success after 1 attempts
	// payments: failure after 1 attempts
	// 2 calls, 1 failed
}
