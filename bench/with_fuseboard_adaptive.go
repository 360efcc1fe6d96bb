// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/lane"
	"github.com/fuseboard/fuseboard/internal/ticks"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
)

// Contenders of ours for a limit that adapts.
const (
	byLimiter    = "Fuseboard, gate and limiter"
	byLimiterTSC = "Fuseboard, gate and limiter, TSC"
)

var (
	_ = register(contender{
		name: byLimiter,
		note: "mailbox.Gate and adaptive.Limiter, two readings of the standard clock; no guard",
		ways: map[kind]way{adapting: func(n need) (task, error) { return limited(n, fuseboard.NewClock()) }},
	})
	_ = register(contender{
		name: byLimiterTSC,
		note: "the same with the processor's counter, where it can be used",
		ways: map[kind]way{adapting: func(n need) (task, error) { return limited(n, ticking()) }},
	})
)

var errLimit = errors.New("above the limit")

func limited(n need, clock *fuseboard.Clock) (task, error) {
	limiter := adaptive.New(adaptive.Policy{Min: min(8, n.permits), Max: n.permits, Initial: n.permits})
	gate := mailbox.NewGate(mailbox.Bulkhead{Concurrency: n.permits}, clock)
	ctx := context.Background()
	return task{finish: gate.Close, do: func() error {
		here := lane.Here()
		if !gate.TryEnterAt(here) {
			return errLimit
		}
		began := clock.Now()
		err := n.handler(ctx)
		now := clock.Now()
		if _, moved := limiter.Sample(here, now, now.Sub(began), 0, err != nil); moved {
			gate.Resize(mailbox.Bulkhead{Concurrency: limiter.Limit()})
		}
		gate.LeaveAt(here) // not deferred, as with the peers
		return err
	}}, nil
}

// ticking is a clock of the processor's counter, or the standard one where there is none.
func ticking() *fuseboard.Clock {
	tsc, even := ticks.NewTSC()
	if !even {
		return fuseboard.NewClock()
	}
	return fuseboard.NewClockFrom(tsc.Base(), tsc.Now)
}
