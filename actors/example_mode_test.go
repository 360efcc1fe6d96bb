// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// A policy in shadow refuses nothing and counts what it would have done.
func ExamplePolicyMode() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	charges, err := actors.Spawn(sys, "payments", pay, actors.Policy{
		Mode:    actors.ShadowPolicy,
		Breaker: actors.Breaker{Consecutive: 3, OpenFor: time.Minute},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 5 {
		_, err := charges.Call(ctx, charge{})
		fmt.Println(err)
	}
	fmt.Println(charges.State(), charges.Stats().Would.Refused.Breaker)
	// Output:
	// gateway: 503
	// gateway: 503
	// gateway: 503
	// gateway: 503
	// gateway: 503
	// open 2
}

// The kill switch: from now on handlers are called as if there were no policies.
func ExampleSystem_SetMode() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	charges, err := actors.Spawn(sys, "payments", pay, actors.Policy{Breaker: actors.Breaker{Consecutive: 1, OpenFor: time.Minute}})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = charges.Call(ctx, charge{}) // fails, and the circuit opens
	if err := sys.SetMode(actors.BypassPolicy); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(charges.Call(ctx, charge{Cents: 5}))
	if err := sys.SetMode(actors.EnforcePolicy); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(charges.State())
	// Output:
	// {r-5} <nil>
	// open
}
