// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

var _ = register(contender{
	name: "Fuseboard, caller's deadline",
	has:  full,
	note: "the caller's context ends before the policy's deadlines do, so no context is made",
	ways: map[kind]way{stacks: func(n need) (task, error) {
		ctx, stop := context.WithTimeout(context.Background(), n.limit)
		p := fuseboardStack(n)
		p.Deadline.Total, p.Deadline.Attempt = p.Deadline.Total+time.Minute, p.Deadline.Attempt+time.Minute
		t, err := guardedUnder(ctx, actors.Options{}, n, p)
		end := t.finish
		t.finish = func() {
			stop()
			if end != nil {
				end()
			}
		}
		return t, err
	}},
})
