// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"iter"
	"math/rand/v2"
	"sync"
	"time"
)

// rate is how many calls a second arrive at each side.
const rate = 150

// Arrivals returns the times of a Poisson process from zero to end, perSecond
// on average: the calls of many callers who know nothing of each other. The
// same seed gives the same times.
func Arrivals(seed uint64, perSecond float64, end time.Duration) iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		dice := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // dice, not secrets
		for at := 0.0; ; {
			at += dice.ExpFloat64() / perSecond
			t := time.Duration(at * float64(time.Second))
			if t >= end || !yield(t) {
				return
			}
		}
	}
}

// drive makes every arrival a call on every side, at its time and whatever
// became of the earlier ones, until end or until ctx ends. It returns when all
// calls have ended, and says until when calls were made and how far behind its
// time the latest was.
func drive(ctx context.Context, seed uint64, end time.Duration, sides []*side, elapsed func() time.Duration) (until, late time.Duration) {
	var calls sync.WaitGroup
	defer calls.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	calling := context.WithoutCancel(ctx) // Ctrl-C ends the run, not the calls under way
	urgency, item := priorities(seed), wanted(seed)
	for at := range Arrivals(seed, rate, end) {
		timer.Reset(max(at-elapsed(), 0))
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return min(elapsed(), end), late
		}
		late = max(late, elapsed()-at)
		p, r := urgency(), request{item: item()}
		for _, s := range sides {
			calls.Go(func() { s.one(calling, p, r, elapsed) })
		}
	}
	return end, late
}
