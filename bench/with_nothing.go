// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"net/http"
)

// The baselines: a call, and an HTTP exchange over the stub, that nothing protects.
const (
	nothing  = "no protection"
	stubOnly = "stub"
)

var _ = register(contender{
	name: stubOnly,
	protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
		return base, func() {}, nil
	},
})

var _ = register(contender{
	name: nothing,
	note: "the handler and the loop around it: part of every figure",
	ways: map[kind]way{stacks: bare, permits: bare, timeouts: bare, adapting: bare},
})

func bare(n need) (task, error) {
	ctx := context.Background()
	return plainly(func() error { return n.handler(ctx) })
}
