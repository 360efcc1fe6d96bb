// SPDX-License-Identifier: Apache-2.0

package fromretryablehttp

import (
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
	"github.com/fuseboard/fuseboard/supervision"
)

// After is a standard client under guards, one for each host.
func After(sys *actors.System, base http.RoundTripper) (*http.Client, error) {
	return httpclient.New(sys, httpclient.Options{
		Base:            base,
		IdempotencyKeys: true, // the servers behind it know Idempotency-Key
		Policy: actors.Policy{
			Deadline: actors.Deadline{Total: 50 * time.Second, Attempt: 10 * time.Second},
			Retry: actors.Retry{
				Attempts: 4,
				Backoff:  actors.Backoff{Base: 500 * time.Millisecond, Max: 5 * time.Second, Jitter: supervision.NoJitter},
			},
			Breaker: actors.Breaker{FailureRate: 0.5, MinCalls: 10, Window: actors.Window{Span: 30 * time.Second}},
		},
	})
}
