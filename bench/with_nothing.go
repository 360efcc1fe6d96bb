// SPDX-License-Identifier: Apache-2.0

package main

import "net/http"

// baseline is the contender that the others are compared with.
const baseline = "stub"

var _ = register(contender{
	name: baseline,
	protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
		return base, func() {}, nil
	},
})
