// SPDX-License-Identifier: Apache-2.0

package fromfailsafe

import (
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
	"github.com/fuseboard/fuseboard/supervision"
)

// ClientAfter is an HTTP client under guards, one for each host.
func ClientAfter(sys *actors.System, base http.RoundTripper) (*http.Client, error) {
	return httpclient.New(sys, httpclient.Options{
		Base: base,
		Policy: actors.Policy{
			Deadline: actors.Deadline{Total: 10 * time.Second, Attempt: 2 * time.Second},
			Retry: actors.Retry{
				Attempts: 3,
				Backoff:  actors.Backoff{Base: 50 * time.Millisecond, Max: time.Second, Jitter: supervision.NoJitter},
			},
			Breaker:  actors.Breaker{FailureRate: 0.5, MinCalls: 10, OpenFor: 10 * time.Second},
			Bulkhead: actors.Bulkhead{Concurrency: 64},
		},
	})
}
