// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/sony/gobreaker/v2"
)

var _ = register(contender{
	name: "gobreaker",
	has:  []policy{breaker},
	note: "with buckets (BucketPeriod)",
	ways: map[kind]way{
		circuits: gobreakerCalls,
		stacks:   gobreakerCalls,
		capturing: func(n need) (task, error) {
			cb, ctx := gobreakerOf[int](n), context.Background()
			return task{caller: counting(func(i int) (int, error) {
				return cb.Execute(func() (int, error) { return i, n.handler(ctx) })
			})}, nil
		},
	},
})

func gobreakerCalls(n need) (task, error) {
	cb, ctx := gobreakerOf[struct{}](n), context.Background()
	handler := func() (struct{}, error) { return struct{}{}, n.handler(ctx) } //nolint:unparam // a call without a result
	return plainly(func() error {
		_, err := cb.Execute(handler)
		return err
	})
}

func gobreakerOf[T any](n need) *gobreaker.CircuitBreaker[T] {
	return gobreaker.NewCircuitBreaker[T](gobreaker.Settings{
		Interval: window, BucketPeriod: window / time.Duration(n.slots), Timeout: openFor,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return c.Requests >= minCalls && 2*c.TotalFailures >= c.Requests
		},
	})
}
