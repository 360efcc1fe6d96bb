// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/platinummonkey/go-concurrency-limits/core"
	"github.com/platinummonkey/go-concurrency-limits/limit"
	"github.com/platinummonkey/go-concurrency-limits/limiter"
	"github.com/platinummonkey/go-concurrency-limits/strategy"
)

var _ = register(contender{
	name: "go-concurrency-limits",
	note: "Netflix/concurrency-limits in Go; Gradient2 in a window of a second that looks at calls of any length; who finds no permit is refused",
	ways: map[kind]way{adapting: func(n need) (task, error) {
		gradient, err := limit.NewGradient2Limit("stub", n.permits, n.permits, min(8, n.permits), func(int) int { return 4 },
			0.2, 600, limit.NoopLimitLogger{}, core.EmptyMetricRegistryInstance)
		if err != nil {
			return task{}, err
		}
		second := time.Second.Nanoseconds()
		l, err := limiter.NewDefaultLimiter(gradient, second, second, 1, 10, strategy.NewSimpleStrategy(n.permits),
			limit.NoopLimitLogger{}, core.EmptyMetricRegistryInstance)
		if err != nil {
			return task{}, err
		}
		ctx := context.Background()
		return plainly(func() error {
			permit, ok := l.Acquire(ctx)
			if !ok {
				return errLimit
			}
			if err := n.handler(ctx); err != nil {
				permit.OnDropped()
				return err
			}
			permit.OnSuccess()
			return nil
		})
	}},
})
