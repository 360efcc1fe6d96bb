// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"

	"github.com/hashicorp/go-retryablehttp"
)

var _ = register(contender{
	name: "go-retryablehttp",
	has:  []policy{retries},
	note: "as a RoundTripper, over an http.Client, which it needs; silent",
	protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
		client := retryablehttp.NewClient()
		client.HTTPClient = &http.Client{Transport: base}
		client.Logger = nil
		client.RetryMax = attempts - 1
		client.RetryWaitMin, client.RetryWaitMax = wait, 2*wait
		client.ErrorHandler = retryablehttp.PassthroughErrorHandler
		return &retryablehttp.RoundTripper{Client: client}, func() {}, nil
	},
})
