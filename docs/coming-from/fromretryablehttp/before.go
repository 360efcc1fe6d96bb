// SPDX-License-Identifier: Apache-2.0

package fromretryablehttp

import (
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Before is a standard client that repeats by go-retryablehttp.
func Before(base http.RoundTripper) *http.Client {
	client := retryablehttp.NewClient()
	client.HTTPClient = &http.Client{Transport: base, Timeout: 10 * time.Second}
	client.RetryMax = 3
	client.RetryWaitMin = 500 * time.Millisecond
	client.RetryWaitMax = 5 * time.Second
	client.ErrorHandler = retryablehttp.PassthroughErrorHandler
	client.Logger = nil
	return client.StandardClient()
}
