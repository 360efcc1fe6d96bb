// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

var _ = register(contender{
	name: "Fuseboard, one guard",
	has:  full,
	note: "Options.Guard: no look-up of the host",
	protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
		return overGuard(base, func(sys *actors.System) (httpclient.Options, error) {
			guard, err := actors.Protect(sys, "stub", fuseboardPolicy)
			return httpclient.Options{Guard: guard}, err
		})
	},
})
