// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/mercari/go-circuitbreaker"
)

var _ = register(contender{
	name: "mercari",
	has:  []policy{breaker},
	note: "no window: a goroutine sets its counters to zero now and then, and is never stopped",
	ways: map[kind]way{
		circuits: mercariCalls,
		stacks:   mercariCalls,
		capturing: func(n need) (task, error) {
			cb, ctx := mercariOf(), context.Background()
			return task{caller: counting(func(i int) (int, error) {
				got, err := cb.Do(ctx, func() (any, error) { return i, n.handler(ctx) })
				if err != nil {
					return 0, err
				}
				result, _ := got.(int)
				return result, nil
			})}, nil
		},
	},
})

func mercariCalls(n need) (task, error) {
	cb, ctx := mercariOf(), context.Background()
	handler := func() (any, error) { return nil, n.handler(ctx) } //nolint:unparam // a call without a result
	return plainly(func() error {
		_, err := cb.Do(ctx, handler)
		return err
	})
}

func mercariOf() *circuitbreaker.CircuitBreaker {
	return circuitbreaker.New(
		circuitbreaker.WithTripFunc(circuitbreaker.NewTripFuncFailureRate(minCalls, 0.5)),
		circuitbreaker.WithCounterResetInterval(window),
		circuitbreaker.WithOpenTimeout(openFor),
	)
}
