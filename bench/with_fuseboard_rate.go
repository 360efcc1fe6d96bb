// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

// ourRate is the rate limiter alone.
const ourRate = "Fuseboard, ratelimit"

var _ = limits(ourRate, 1e9, "patterns/ratelimit with a clock, a limit whose units take whole nanoseconds") &&
	limits(ourRate+", odd limit", 999_999_937, "a limit whose units do not take whole nanoseconds: two multiplications more")

func limits(name string, limit int, note string) bool {
	return register(contender{
		name: name,
		note: note,
		ways: map[kind]way{allowance: func(n need) (task, error) {
			clock := fuseboard.NewClock()
			l, ctx := ratelimit.New(ratelimit.Policy{Limit: limit, Burst: limit}, clock), context.Background()
			return plainly(func() error {
				if !l.Allow(clock.Now()) {
					return errOurRate
				}
				return n.handler(ctx)
			})
		}},
	})
}

var errOurRate = errors.New("above the rate")
