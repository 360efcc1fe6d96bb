// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"net/http"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

var _ = register(contender{
	name: "Fuseboard",
	has:  full,
	note: "a guard for each host, two deadlines, retry budget",
	protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
		return fuseboard(base, func(*actors.System) (httpclient.Options, error) {
			return httpclient.Options{Policy: fuseboardPolicy}, nil
		})
	},
})

var fuseboardPolicy = actors.Policy{
	Deadline: actors.Deadline{Total: totalTime, Attempt: attemptTime},
	Retry:    actors.Retry{Attempts: attempts, Backoff: actors.Backoff{Base: wait, Max: wait}},
	Breaker:  actors.Breaker{FailureRate: 0.5, MinCalls: minCalls, Window: actors.Window{Span: window}, OpenFor: openFor},
	Bulkhead: actors.Bulkhead{Concurrency: atOnce},
}

func fuseboard(base http.RoundTripper, options func(*actors.System) (httpclient.Options, error)) (http.RoundTripper, func(), error) {
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
