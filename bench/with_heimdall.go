// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"

	"github.com/gojek/heimdall/v7"
	"github.com/gojek/heimdall/v7/httpclient"
)

var _ = register(contender{
	name: "heimdall",
	has:  []policy{retries},
	note: "its http client; its timeout is that of the http.Client, which is left out here",
	protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
		client := httpclient.NewClient(
			httpclient.WithHTTPClient(transport(base.RoundTrip)),
			httpclient.WithRetryCount(attempts-1),
			httpclient.WithRetrier(heimdall.NewRetrier(heimdall.NewConstantBackoff(wait, 0))),
		)
		return transport(client.Do), func() {}, nil
	},
})
