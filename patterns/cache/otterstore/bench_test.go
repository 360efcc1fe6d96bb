// SPDX-License-Identifier: Apache-2.0

package otterstore

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/patterns/cache"
)

// BenchmarkHit is what a hit of the store costs, and one of a cache on it.
func BenchmarkHit(b *testing.B) {
	const n = 1000
	keys, own := make([]string, n), New[int](n)
	c := cache.New[int](cache.Policy{TTL: time.Hour, MaxEntries: n}, nil, func(int) cache.Store[*cache.Entry[int]] { return own })
	defer func() { _ = c.Close(context.Background()) }()
	for i := range keys {
		keys[i] = "customer/" + strconv.Itoa(i)
		c.Put(keys[i], i)
	}
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			own.Get(keys[i%n])
		}
	})
	b.Run("cache", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			_, _, _, _ = c.Hit(keys[i%n])
		}
	})
}
