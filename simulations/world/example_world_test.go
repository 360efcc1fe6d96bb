// SPDX-License-Identifier: Apache-2.0

package world_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard/simulations/world"
)

func ExampleNewDependency() {
	payments, err := world.NewDependency("payments", world.Model{
		Quota: world.Quota{Limit: 1, Per: time.Hour, RetryAfter: time.Minute},
	}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer payments.Close()
	fmt.Println(payments.Serve(context.Background()))
	fmt.Println(payments.Serve(context.Background()))
	end := payments.Begin(world.Effect{Crash: true})
	fmt.Println(payments.Serve(context.Background()))
	end()
	// Output:
	// <nil>
	// payments: throttled, retry after 1m
	// payments: refused
}

func ExampleRequestOf() {
	ctx := world.WithRequest(context.Background(), &world.Request{Load: "web", Number: 7})
	r := world.RequestOf(ctx)
	fmt.Println(r.Load, r.Number)
	// Output: web 7
}

func ExamplePlay() {
	load := world.Load{To: "payments", Rate: 10000, Arrivals: world.Even, Until: 10 * time.Millisecond}
	var asked atomic.Int64
	world.Play(context.Background(), load, 1, 1, nil, func(ctx context.Context, _ *world.Request) bool {
		asked.Add(1) // a call of a guard, whose handler is Serve of a Dependency
		return ctx.Err() == nil
	})
	fmt.Println(asked.Load(), "requests")
	// Output: 100 requests
}

func ExampleSchedule() {
	load := world.Load{To: "payments", Rate: 2, Arrivals: world.Even, Shape: []world.Step{{At: time.Second, Rate: 4}}}
	for r := range world.Schedule(load, 1, 2*time.Second, nil) {
		fmt.Println(r.Number, r.At)
	}
	// Output:
	// 0 250ms
	// 1 750ms
	// 2 1.125s
	// 3 1.375s
	// 4 1.625s
	// 5 1.875s
}

func ExampleReadArrivals() {
	arrivals, problems := world.ReadArrivals(strings.NewReader("at,operation\n0.5,charge\n1s,refund\n"))
	fmt.Println(len(arrivals), arrivals[1].At, arrivals[1].Operation, len(problems))
	_, problems = world.ReadArrivals(strings.NewReader("at,operation\n2,charge\n1,refund\n"))
	fmt.Println(problems)
	// Output:
	// 2 1s refund 0
	// line 3, at = 1s: is before the line before it (accepted: from 2s); sort the lines by at [not-in-order]
}

func ExampleParseLatency() {
	latency, err := world.ParseLatency("40ms")
	fmt.Println(latency.Kind, latency.Median, err)
	// Output: constant 40ms <nil>
}
