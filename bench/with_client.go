// SPDX-License-Identifier: Apache-2.0

package main

import "net/http"

var _ = register(contender{
	name: "http.Client",
	note: "what the standard client itself costs; go-retryablehttp cannot do without one",
	protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
		return transport((&http.Client{Transport: base}).Do), func() {}, nil
	},
})
