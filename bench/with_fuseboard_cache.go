// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/cache/otterstore"
)

// The caches alone, on each of their stores.
const (
	ourCache        = "Fuseboard, cache"
	ourCacheOnOtter = "Fuseboard, cache on otter"
)

var _ = caches(ourCache, nil, "patterns/cache on its built-in store, without a guard; a hit reads the clock, judges the entry and counts") &&
	caches(ourCacheOnOtter, otterstore.New, "the same on patterns/cache/otterstore")

func caches(name string, store cache.Make[int], note string) bool {
	return register(contender{
		name: name,
		note: note,
		ways: map[kind]way{caching: func(n need) (task, error) {
			c := cache.New(cache.Policy{TTL: time.Hour, MaxEntries: 2 * cacheKeys}, fuseboard.NewClock(), store)
			t, err := cached(func(key string, i int) (int, error) {
				v, _, ok, err := c.Hit(key)
				if !ok {
					v, _, err = c.Fill(context.Background(), key, cache.Loader(func(ctx context.Context) (int, error) { return i, n.handler(ctx) }), nil)
				}
				return v, err
			})
			t.finish = func() { _ = c.Close(context.Background()) }
			return t, err
		}},
	})
}
