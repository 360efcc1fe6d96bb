// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"sync"
	"time"
)

// closed lets users arrive, each of whom thinks and asks in turn.
func (p *player) closed(ctx context.Context) {
	var users sync.WaitGroup
	defer users.Wait()
	for user := range p.load.Users {
		users.Go(func() { p.user(ctx, uint64(user)) }) //nolint:gosec // not negative
	}
}

// user thinks, asks, and waits for the answer, over and over. The requests of one have numbers that no other has.
func (p *player) user(ctx context.Context, number uint64) {
	alarm := newAlarm()
	if !alarm.wait(ctx, p.load.From) {
		return
	}
	for ; ; number += uint64(p.load.Users) { //nolint:gosec // not negative
		think := exponential(fold(p.who.drawOf(number), drawThink)) * float64(p.load.Think)
		at := time.Since(p.base) + time.Duration(min(think, float64(mostLatency)))
		if p.load.Until > 0 && at >= p.load.Until || !alarm.wait(ctx, at-time.Since(p.base)) {
			return
		}
		r := p.who.request(number, at)
		r.Node = p.node(number)
		p.request(ctx, &r, alarm)
	}
}
