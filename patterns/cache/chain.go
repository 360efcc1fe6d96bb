// SPDX-License-Identifier: Apache-2.0

package cache

import "context"

// chain is the flights in which a load runs, innermost first. It lives in the load's context.
type chain struct {
	flight any
	outer  *chain
}

type chainKey struct{}

// inside returns a context in which a load runs that belongs to a flight.
func inside(ctx context.Context, flight any) context.Context {
	outer, _ := ctx.Value(chainKey{}).(*chain)
	return context.WithValue(ctx, chainKey{}, &chain{flight: flight, outer: outer})
}

// within reports whether ctx is that of a load which the flight waits for: it would wait for itself.
func within(ctx context.Context, flight any) bool {
	c, _ := ctx.Value(chainKey{}).(*chain)
	for ; c != nil; c = c.outer {
		if c.flight == flight {
			return true
		}
	}
	return false
}
