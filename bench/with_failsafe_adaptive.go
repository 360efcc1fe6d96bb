// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/failsafe-go/failsafe-go/adaptivelimiter"
)

var _ = register(contender{
	name: "failsafe-go, permits",
	note: "its limiter by AcquirePermit and Record, without an executor around it; it waits for a permit",
	ways: map[kind]way{adapting: func(n need) (task, error) {
		l, ctx := failsafeLimiter(n), context.Background()
		return plainly(func() error {
			permit, err := l.AcquirePermitWithMaxWait(ctx, 0)
			if err != nil {
				return err
			}
			if err := n.handler(ctx); err != nil {
				permit.Drop()
				return err
			}
			permit.Record()
			return nil
		})
	}},
})

func failsafeLimiter(n need) adaptivelimiter.AdaptiveLimiter[any] {
	most := uint(n.permits) //nolint:gosec // small
	return adaptivelimiter.NewBuilder[any]().WithLimits(min(8, most), most, most).Build()
}
