// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
	"github.com/fuseboard/fuseboard/supervision"
)

// ours is the contender that the others are compared with.
const ours = "Fuseboard"

var _ = register(contender{
	name: ours,
	has:  full,
	note: "two deadlines, retry budget, weights by class, latencies; over HTTP a guard for each host. Ref.Call; where it captures, Do; in windows its last n calls, for a time window has ten buckets always",
	protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
		return overGuard(base, func(*actors.System) (httpclient.Options, error) {
			return httpclient.Options{Policy: fuseboardPolicy}, nil
		})
	},
	ways: map[kind]way{
		stacks:    func(n need) (task, error) { return guarded(n, fuseboardStack(n)) },
		capturing: func(n need) (task, error) { return guardedClosure(n, fuseboardStack(n)) },
		circuits:  func(n need) (task, error) { return guarded(n, actors.Policy{Breaker: fuseboardBreaker(n)}) },
		permits:   func(n need) (task, error) { return guarded(n, actors.Policy{Bulkhead: fuseboardBulkhead(n)}) },
		timeouts: func(n need) (task, error) {
			return guarded(n, actors.Policy{Deadline: actors.Deadline{Total: n.limit}})
		},
		retrying: func(n need) (task, error) {
			retry := fuseboardRetry
			retry.Budget.Ratio = 1
			return guarded(n, actors.Policy{Retry: retry})
		},
		asking:   fuseboardAsk,
		messages: fuseboardMessage,
	},
	many: fuseboardMany,
})

var fuseboardPolicy = actors.Policy{
	Deadline: actors.Deadline{Total: totalTime, Attempt: attemptTime},
	Retry:    actors.Retry{Attempts: attempts, Backoff: actors.Backoff{Base: wait, Max: wait}},
	Breaker:  actors.Breaker{FailureRate: 0.5, MinCalls: minCalls, Window: actors.Window{Span: window}, OpenFor: openFor},
	Bulkhead: actors.Bulkhead{Concurrency: atOnce},
}

func overGuard(base http.RoundTripper, options func(*actors.System) (httpclient.Options, error)) (http.RoundTripper, func(), error) {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return nil, nil, err
	}
	finish := func() { _ = sys.Shutdown(context.Background()) }
	o, err := options(sys)
	if err != nil {
		return nil, finish, err
	}
	o.Base = base
	t, err := httpclient.NewTransport(sys, o)
	return t, finish, err
}

// fuseboardRetry repeats at once.
var fuseboardRetry = actors.Retry{
	Attempts: attempts,
	Backoff:  actors.Backoff{Kind: supervision.Constant, Base: time.Nanosecond, Max: time.Nanosecond, Jitter: supervision.NoJitter},
}

func fuseboardBreaker(n need) actors.Breaker {
	b := actors.Breaker{FailureRate: 0.5, MinCalls: minCalls, Window: actors.Window{Span: window}, OpenFor: openFor}
	if n.slots != slots {
		b.Window = actors.Window{Calls: n.slots}
	}
	return b
}

func fuseboardBulkhead(n need) actors.Bulkhead {
	return actors.Bulkhead{Concurrency: n.permits, Queue: atOnce, MaxWait: totalTime}
}

func fuseboardStack(n need) actors.Policy {
	return actors.Policy{
		Deadline: actors.Deadline{Total: 3 * n.limit, Attempt: n.limit},
		Retry:    fuseboardRetry,
		Breaker:  fuseboardBreaker(n),
		Bulkhead: actors.Bulkhead{Concurrency: n.permits, Queue: atOnce, MaxWait: n.limit},
	}
}
