// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Wait takes cost units, and returns when their turn has come: nil, an error of
// [Limiter.Reserve], or that of ctx. It is for who uses a limiter alone; the time is that of
// the clock that was given to [New]. With a Queue the turn is reserved, in the order of
// coming; without one, and in windows, whoever comes too early comes again at the instant
// that [Limiter.Take] names, within MaxWait and the deadline of ctx, and takes its chance.
func (l *Limiter) Wait(ctx context.Context, cost int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now, until := l.clock.Now(), fuseboard.Never
	if at, ok := ctx.Deadline(); ok {
		until = l.clock.At(at)
	}
	if l.queues() {
		turn, err := l.Reserve(now, cost, until)
		if err != nil {
			return err
		}
		if err := l.sleep(ctx, turn); err != nil {
			l.Refund(turn, cost)
			return err
		}
		return nil
	}
	return l.insist(ctx, cost, min(until, now.Add(l.longest())))
}

// insist comes again and again until then.
func (l *Limiter) insist(ctx context.Context, cost int, until fuseboard.Instant) error {
	for {
		again, ok := l.Take(l.clock.Now(), cost)
		switch {
		case ok:
			return nil
		case again == fuseboard.Never:
			return ErrNever
		case again > until:
			return ErrNoTime
		}
		if err := l.sleep(ctx, again); err != nil {
			return err
		}
	}
}

// sleep returns nil at that instant, or sooner the error of ctx.
func (l *Limiter) sleep(ctx context.Context, until fuseboard.Instant) error {
	left := until.Sub(l.clock.Now())
	if left <= 0 {
		return nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *Limiter) queues() bool { return l.live.Load().queue > 0 }

// longest is how long a caller of Wait may wait.
func (l *Limiter) longest() time.Duration {
	if wait := l.live.Load().maxWait; wait > 0 {
		return wait
	}
	return DefaultMaxWait
}
