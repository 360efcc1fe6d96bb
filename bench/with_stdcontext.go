// SPDX-License-Identifier: Apache-2.0

package main

import "context"

var _ = register(contender{
	name: "context.WithTimeout",
	has:  []policy{deadlines},
	ways: map[kind]way{timeouts: func(n need) (task, error) {
		background := context.Background()
		return plainly(func() error {
			ctx, cancel := context.WithTimeout(background, n.limit)
			defer cancel()
			return n.handler(ctx)
		})
	}},
})
