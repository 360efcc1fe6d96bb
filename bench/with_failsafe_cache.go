// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/cachepolicy"
	"github.com/maypok86/otter/v2"
)

var _ = register(contender{
	name: "failsafe-go, cachepolicy",
	note: "over otter, which one has to fit to it; keys come by the context, and each context is made before; no time to live, no coalescing",
	ways: map[kind]way{caching: func(n need) (task, error) {
		store, err := otter.New(&otter.Options[string, int]{MaximumSize: 2 * cacheKeys})
		if err != nil {
			return task{}, err
		}
		with := failsafe.With(cachepolicy.New(fitted{store}))
		contexts := make([]failsafe.Executor[int], cacheKeys)
		return cached(func(key string, i int) (int, error) {
			if contexts[i] == nil {
				contexts[i] = with.WithContext(cachepolicy.ContextWithCacheKey(context.Background(), key))
			}
			return contexts[i].GetWithExecution(func(e failsafe.Execution[int]) (int, error) { return i, n.handler(e.Context()) })
		})
	}},
})

// fitted is an otter cache as cachepolicy wants it.
type fitted struct{ *otter.Cache[string, int] }

func (f fitted) Get(key string) (int, bool) { return f.GetIfPresent(key) }

func (f fitted) Set(key string, v int) { f.Cache.Set(key, v) }
