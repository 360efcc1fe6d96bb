// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// order knows its tenant: the handler is not told the key.
type order struct{ Tenant, Item string }

// place stands for a shop backend that is down for one of its tenants.
func place(_ context.Context, o order) (string, error) {
	if o.Tenant == "acme" {
		return "", errors.New("shard 7: connection lost")
	}
	return o.Item + " for " + o.Tenant, nil
}

func ExampleSpawnKeyed() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()

	orders, err := actors.SpawnKeyed(sys, "orders", place, actors.Policy{
		Breaker: actors.Breaker{Consecutive: 2, OpenFor: time.Minute},
	}, actors.KeyLimits{Max: 1000})
	if err != nil {
		panic(err)
	}
	for range 3 {
		_, err = orders.Call(ctx, "acme", order{"acme", "tea"})
	}
	fmt.Println("acme:", errors.Is(err, actors.ErrOpen))
	got, err := orders.Call(ctx, "umbrella", order{"umbrella", "tea"})
	fmt.Println("umbrella:", got, err)
	for key, guard := range orders.All() {
		fmt.Println(key, guard.Name(), guard.State())
	}
	// Output:
	// acme: true
	// umbrella: tea for umbrella <nil>
	// acme orders:acme open
	// umbrella orders:umbrella closed
}

func ExampleKeyring_Command() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()

	orders, err := actors.SpawnKeyed(sys, "orders", place, actors.Policy{}, actors.KeyLimits{})
	if err != nil {
		panic(err)
	}
	err = orders.Command(ctx, "umbrella", actors.Command{
		Mode: actors.HoldOpen, Reason: "their shard moves", By: "ops", TTL: time.Hour,
	})
	if err != nil {
		panic(err)
	}
	_, err = orders.Call(ctx, "umbrella", order{"umbrella", "tea"})
	fmt.Println(errors.Is(err, actors.ErrOpen), orders.Stats().Commanded)
	// Output: true 1
}

func ExampleKeyLimits_Validate() {
	fmt.Println(actors.KeyLimits{Max: 5_000_000}.Validate().Err())
	// Output: max = 5000000: is out of range (accepted: 1 to 1000000); leave it out for the default of 10000, or count the keys that are in use within an hour [out-of-range]
}
