// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/cep21/circuit/v4"
	"github.com/cep21/circuit/v4/closers/hystrix"
)

// cep21Off is how its limits are written that are not wanted.
const cep21Off = -1

var _ = register(contender{
	name: "cep21/circuit",
	has:  []policy{deadlines, breaker, bulkhead},
	note: "one object that is circuit, limit and timeout, so each is measured with the others off; a full bulkhead refuses, nobody waits",
	ways: map[kind]way{
		stacks: func(n need) (task, error) {
			c := cep21Of(n, circuit.ExecutionConfig{Timeout: n.limit, MaxConcurrentRequests: int64(n.permits)}, true)
			return cep21Run(n, c)
		},
		circuits: func(n need) (task, error) {
			return cep21Run(n, cep21Of(n, circuit.ExecutionConfig{Timeout: cep21Off, MaxConcurrentRequests: cep21Off}, true))
		},
		permits: func(n need) (task, error) {
			return cep21Run(n, cep21Of(n, circuit.ExecutionConfig{Timeout: cep21Off, MaxConcurrentRequests: int64(n.permits)}, false))
		},
		timeouts: func(n need) (task, error) {
			return cep21Run(n, cep21Of(n, circuit.ExecutionConfig{Timeout: n.limit, MaxConcurrentRequests: cep21Off}, false))
		},
		capturing: func(n need) (task, error) {
			c := cep21Of(n, circuit.ExecutionConfig{Timeout: n.limit, MaxConcurrentRequests: int64(n.permits)}, true)
			ctx := context.Background()
			return task{caller: counting(func(i int) (got int, err error) {
				err = c.Run(ctx, func(ctx context.Context) error {
					got = i
					return n.handler(ctx)
				})
				return got, err
			})}, nil
		},
	},
})

func cep21Run(n need, c *circuit.Circuit) (task, error) {
	ctx := context.Background()
	return plainly(func() error { return c.Run(ctx, n.handler) })
}

// cep21Of makes a circuit; without opener it counts nothing and stays closed.
func cep21Of(n need, limits circuit.ExecutionConfig, opener bool) *circuit.Circuit {
	c := circuit.Config{Execution: limits}
	if opener {
		c.General.ClosedToOpenFactory = hystrix.OpenerFactory(hystrix.ConfigureOpener{
			ErrorThresholdPercentage: 50, RequestVolumeThreshold: minCalls,
			Now: time.Now, RollingDuration: window, NumBuckets: n.slots,
		})
		c.General.OpenToClosedFactory = hystrix.CloserFactory(hystrix.ConfigureCloser{
			SleepWindow: openFor, HalfOpenAttempts: 1, RequiredConcurrentSuccessful: 1,
		})
	}
	return circuit.NewCircuitFromConfig("stub", c)
}
