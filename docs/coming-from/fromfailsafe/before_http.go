// SPDX-License-Identifier: Apache-2.0

package fromfailsafe

import (
	"net/http"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/failsafehttp"
	"github.com/failsafe-go/failsafe-go/timeout"
)

// ClientBefore is an HTTP client through failsafe-go.
func ClientBefore(base http.RoundTripper) *http.Client {
	down := func(resp *http.Response, err error) bool { return err != nil || resp.StatusCode >= 500 }
	retry := failsafehttp.NewRetryPolicyBuilder().
		WithBackoff(50*time.Millisecond, time.Second).
		AbortOnErrors(circuitbreaker.ErrOpen, bulkhead.ErrFull).
		ReturnLastFailure().
		Build()
	breaker := circuitbreaker.NewBuilder[*http.Response]().
		HandleIf(down).
		WithFailureRateThreshold(0.5, 10, 10*time.Second).
		WithDelay(10 * time.Second).
		Build()
	limit := bulkhead.New[*http.Response](64)
	attempt := timeout.New[*http.Response](2 * time.Second)
	return &http.Client{Transport: failsafehttp.NewRoundTripper(base, retry, breaker, limit, attempt)}
}
