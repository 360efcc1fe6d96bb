// SPDX-License-Identifier: Apache-2.0

package main

import (
	"time"

	"github.com/failsafe-go/failsafe-go"
	failsafebulkhead "github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/ratelimiter"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"github.com/failsafe-go/failsafe-go/timeout"
)

var _ = register(contender{
	name: "failsafe-go",
	has:  full,
	note: "one timeout, around each attempt; no retry budget; in windows its last n calls, for a time window has ten buckets always",
	ways: map[kind]way{
		stacks:   func(n need) (task, error) { return failsafeRun(n, failsafeStack[any](n)...) },
		circuits: func(n need) (task, error) { return failsafeRun(n, failsafeCircuit[any](n)) },
		permits:  func(n need) (task, error) { return failsafeRun(n, failsafePermits[any](n)) },
		timeouts: func(n need) (task, error) { return failsafeRun(n, timeout.New[any](n.limit)) },
		retrying: func(n need) (task, error) { return failsafeRun(n, failsafeRetry[any]()) },
		allowance: func(n need) (task, error) {
			return failsafeRun(n, ratelimiter.NewSmoothBuilderWithMaxRate[any](time.Nanosecond).Build())
		},
		adapting: func(n need) (task, error) { return failsafeRun(n, failsafeLimiter(n)) },
		capturing: func(n need) (task, error) {
			with := failsafe.With(failsafeStack[int](n)...)
			return task{caller: counting(func(i int) (int, error) {
				return with.GetWithExecution(func(e failsafe.Execution[int]) (int, error) { return i, n.handler(e.Context()) })
			})}, nil
		},
	},
})

func failsafeRun(n need, policies ...failsafe.Policy[any]) (task, error) {
	with := failsafe.With(policies...)
	handler := func(e failsafe.Execution[any]) error { return n.handler(e.Context()) }
	return plainly(func() error { return with.RunWithExecution(handler) })
}

func failsafeStack[R any](n need) []failsafe.Policy[R] {
	return []failsafe.Policy[R]{failsafeRetry[R](), failsafeCircuit[R](n), failsafePermits[R](n), timeout.New[R](n.limit)}
}

func failsafeCircuit[R any](n need) failsafe.Policy[R] {
	b := circuitbreaker.NewBuilder[R]().WithDelay(openFor)
	if n.slots != slots {
		return b.WithFailureThresholdRatio(uint(n.slots)/2, uint(n.slots)).Build() //nolint:gosec // small
	}
	return b.WithFailureRateThreshold(0.5, minCalls, window).Build()
}

func failsafePermits[R any](n need) failsafe.Policy[R] {
	return failsafebulkhead.NewBuilder[R](uint(n.permits)).WithMaxWaitTime(totalTime).Build() //nolint:gosec // small
}

func failsafeRetry[R any]() failsafe.Policy[R] {
	return retrypolicy.NewBuilder[R]().WithMaxAttempts(attempts).AbortOnErrors(circuitbreaker.ErrOpen).ReturnLastFailure().Build()
}
