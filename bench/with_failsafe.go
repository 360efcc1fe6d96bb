// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"

	failsafebulkhead "github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/failsafehttp"
	"github.com/failsafe-go/failsafe-go/timeout"
)

var _ = register(contender{
	name: "failsafehttp",
	has:  full,
	note: "one timeout, around each attempt; no retry budget",
	protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
		retry := failsafehttp.NewRetryPolicyBuilder().
			WithMaxAttempts(attempts).
			WithBackoff(wait, 2*wait).
			AbortOnErrors(circuitbreaker.ErrOpen).
			ReturnLastFailure().
			Build()
		circuit := circuitbreaker.NewBuilder[*http.Response]().
			HandleIf(func(r *http.Response, err error) bool { return err != nil || r.StatusCode >= 500 }).
			WithFailureRateThreshold(0.5, minCalls, window).
			WithDelay(openFor).
			Build()
		limit := failsafebulkhead.New[*http.Response](atOnce)
		attempt := timeout.New[*http.Response](attemptTime)
		return failsafehttp.NewRoundTripper(base, retry, circuit, limit, attempt), func() {}, nil
	},
})
