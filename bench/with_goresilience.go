// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/slok/goresilience"
	resilienceBulkhead "github.com/slok/goresilience/bulkhead"
	resilienceCircuit "github.com/slok/goresilience/circuitbreaker"
	resilienceRetry "github.com/slok/goresilience/retry"
	resilienceTimeout "github.com/slok/goresilience/timeout"
)

var _ = register(contender{
	name: "goresilience",
	has:  full,
	note: "a bulkhead is a pool of 512 goroutines, its timeout one goroutine a call and a timer that runs out later; idle instances have 16 permits; its circuit compares the share of failures with its minimum of calls, so that is 50 here",
	ways: map[kind]way{
		stacks: goresilienceStack,
		circuits: func(n need) (task, error) {
			return goresilienceRun(n, nil, resilienceCircuit.NewMiddleware(goresilienceCircuit(n)))
		},
		permits: func(n need) (task, error) {
			stop := make(chan struct{})
			return goresilienceRun(n, stop, resilienceBulkhead.NewMiddleware(resilienceBulkhead.Config{Workers: n.permits, MaxWaitTime: totalTime, StopC: stop}))
		},
		timeouts: func(n need) (task, error) {
			return goresilienceRun(n, nil, resilienceTimeout.NewMiddleware(resilienceTimeout.Config{Timeout: n.limit}))
		},
		retrying: func(n need) (task, error) {
			return goresilienceRun(n, nil, resilienceRetry.NewMiddleware(goresilienceRetry))
		},
		capturing: func(n need) (task, error) {
			run, stop := goresilienceChain(n)
			ctx := context.Background()
			return task{finish: func() { close(stop) }, caller: counting(func(i int) (got int, err error) {
				err = run.Run(ctx, func(ctx context.Context) error {
					got = i
					return n.handler(ctx)
				})
				return got, err
			})}, nil
		},
	},
	many: func(n need, count int) (any, func(), error) {
		n.permits = 16
		return apart(map[kind]way{stacks: goresilienceStack})(n, count)
	},
})

var goresilienceRetry = resilienceRetry.Config{WaitBase: time.Nanosecond, DisableBackoff: true, Times: attempts - 1}

// goresilienceShare is the share of failures in percent at which its circuit opens: v0.2.0
// compares the share with its minimum of calls, not with its threshold.
const goresilienceShare = 50

func goresilienceCircuit(n need) resilienceCircuit.Config {
	return resilienceCircuit.Config{
		ErrorPercentThresholdToOpen: 50, MinimumRequestToOpen: goresilienceShare, SuccessfulRequiredOnHalfOpen: 1, WaitDurationInOpenState: openFor,
		MetricsSlidingWindowBucketQuantity: n.slots, MetricsBucketDuration: window / time.Duration(n.slots),
	}
}

func goresilienceChain(n need) (goresilience.Runner, chan struct{}) {
	stop := make(chan struct{})
	return goresilience.RunnerChain(
		resilienceRetry.NewMiddleware(goresilienceRetry),
		resilienceCircuit.NewMiddleware(goresilienceCircuit(n)),
		resilienceBulkhead.NewMiddleware(resilienceBulkhead.Config{Workers: n.permits, MaxWaitTime: n.limit, StopC: stop}),
		resilienceTimeout.NewMiddleware(resilienceTimeout.Config{Timeout: n.limit}),
	), stop
}

func goresilienceStack(n need) (task, error) {
	run, stop := goresilienceChain(n)
	ctx := context.Background()
	return task{finish: func() { close(stop) }, do: func() error { return run.Run(ctx, n.handler) }}, nil
}

func goresilienceRun(n need, stop chan struct{}, m goresilience.Middleware) (task, error) {
	run, ctx := goresilience.RunnerChain(m), context.Background()
	return task{finish: func() {
		if stop != nil {
			close(stop)
		}
	}, do: func() error { return run.Run(ctx, n.handler) }}, nil
}
