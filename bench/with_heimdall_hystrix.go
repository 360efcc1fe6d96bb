// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"

	"github.com/gojek/heimdall/v7"
	"github.com/gojek/heimdall/v7/hystrix"
)

var _ = register(contender{
	name: "heimdall, hystrix",
	has:  full,
	note: "hystrix-go beneath: two goroutines a call",
	protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
		client := hystrix.NewClient(
			hystrix.WithHTTPClient(transport(base.RoundTrip)),
			hystrix.WithCommandName("stub"),
			hystrix.WithHystrixTimeout(attemptTime),
			hystrix.WithMaxConcurrentRequests(atOnce),
			hystrix.WithRequestVolumeThreshold(minCalls),
			hystrix.WithErrorPercentThreshold(50),
			hystrix.WithSleepWindow(int(openFor.Milliseconds())),
			hystrix.WithRetryCount(attempts-1),
			hystrix.WithRetrier(heimdall.NewRetrier(heimdall.NewConstantBackoff(wait, 0))),
		)
		return transport(client.Do), func() {}, nil
	},
})
