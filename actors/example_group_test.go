// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// A region with two guards is taken out of use for a while by one command.
func ExampleSystem_Group() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	eu, err := sys.Group("eu", actors.GroupPolicy{})
	if err != nil {
		panic(err)
	}
	payment, err := actors.Spawn(eu, "payments", pay, actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 8}})
	if err != nil {
		panic(err)
	}
	if _, err := actors.Protect(eu, "stock", actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 8}}); err != nil {
		panic(err)
	}

	away := actors.Command{Mode: actors.HoldOpen, Reason: "region moves", By: "ann", TTL: time.Hour}
	if err := eu.Command(ctx, away); err != nil {
		panic(err)
	}
	_, err = payment.Call(ctx, charge{Cents: 1250})
	fmt.Println(errors.Is(err, actors.ErrOpen))
	numbers := eu.Stats()
	fmt.Printf("%d guards, %d held, %d refused\n", numbers.Guards, numbers.Held, numbers.Rejected.Breaker)
	// Output:
	// true
	// 2 guards, 2 held, 1 refused
}

// Groups form a tree; what is done over one reaches everything below.
func ExampleGroup_Group() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	world, err := sys.Group("world", actors.GroupPolicy{Breaker: actors.GroupBreaker{Share: 0.75}})
	if err != nil {
		panic(err)
	}
	eu, err := world.Group("eu", actors.GroupPolicy{Restart: actors.Restart{Max: 5}})
	if err != nil {
		panic(err)
	}
	if _, err := actors.Protect(eu, "payments", actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 8}}); err != nil {
		panic(err)
	}
	fmt.Println(eu.Path(), len(world.Guards()))
	fmt.Println(world.Stop(ctx), len(sys.Guards()), len(sys.Groups()))
	// Output:
	// world/eu 1
	// <nil> 0 0
}
