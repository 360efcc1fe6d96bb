// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/maypok86/otter/v2"
)

var _ = register(contender{
	name: "otter",
	note: "no time to live: what a hit of that store costs by itself",
	ways: map[kind]way{caching: func(n need) (task, error) {
		c, err := otter.New(&otter.Options[string, int]{MaximumSize: 2 * cacheKeys})
		if err != nil {
			return task{}, err
		}
		return cached(func(key string, i int) (int, error) {
			if v, ok := c.GetIfPresent(key); ok {
				return v, nil
			}
			err := n.handler(context.Background())
			c.Set(key, i)
			return i, err
		})
	}},
})
