// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"golang.org/x/sync/semaphore"
)

var _ = register(contender{
	name: "x/sync/semaphore",
	has:  []policy{bulkhead},
	ways: map[kind]way{permits: xsyncCalls, stacks: xsyncCalls},
})

func xsyncCalls(n need) (task, error) {
	s, ctx := semaphore.NewWeighted(int64(n.permits)), context.Background()
	return plainly(func() error {
		if err := s.Acquire(ctx, 1); err != nil {
			return err
		}
		defer s.Release(1)
		return n.handler(ctx)
	})
}
