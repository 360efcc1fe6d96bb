// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/supervision"
)

var _ = register(contender{
	name: "Fuseboard, the part alone",
	note: "supervision.Circuit with a clock, mailbox.Gate: what a guard is built of, without a guard",
	ways: map[kind]way{
		circuits: func(n need) (task, error) {
			clock, c := fuseboard.NewClock(), supervision.NewCircuit(fuseboardBreaker(n), 1)
			ctx := context.Background()
			return plainly(func() error { return throughCircuit(ctx, n, clock, c) })
		},
		permits: func(n need) (task, error) {
			clock := fuseboard.NewClock()
			gate, ctx := mailbox.NewGate(fuseboardBulkhead(n), clock), context.Background()
			return task{finish: gate.Close, do: func() error {
				if err := gate.Enter(ctx, fuseboard.Never); err != nil {
					return err
				}
				defer gate.Leave()
				return n.handler(ctx)
			}}, nil
		},
	},
})

func throughCircuit(ctx context.Context, n need, clock *fuseboard.Clock, c *supervision.Circuit) error {
	if _, shut := c.Refuses(); shut {
		return supervision.ErrOpen
	}
	now := clock.Now()
	permit, admitted := c.Admit(now)
	if !admitted {
		return supervision.ErrOpen
	}
	if err := n.handler(ctx); err != nil {
		c.Record(now, permit, fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError})
		return err
	}
	c.Record(now, permit, fuseboard.Outcome{Kind: fuseboard.Success})
	return nil
}
