// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	"golang.org/x/time/rate"
)

var _ = register(contender{
	name: "x/time/rate",
	has:  []policy{rates},
	ways: map[kind]way{allowance: func(n need) (task, error) {
		l, ctx := rate.NewLimiter(1e9, 1e6), context.Background()
		return plainly(func() error {
			if !l.Allow() {
				return errRate
			}
			return n.handler(ctx)
		})
	}},
})

var errRate = errors.New("above the rate")
