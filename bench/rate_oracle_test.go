// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

// x/time/rate counts in floating point, so the two agree but for what is within a
// microsecond of a bound; at such an instant both are asked a little later. Cancelling a
// reservation differs on purpose and is not compared. The test stands here because peers
// stay out of the root module.

func TestTokenBucketAgreesWithXTimeRate(t *testing.T) {
	for seed := range uint64(300) {
		dice := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // no secret
		p := ratelimit.Policy{
			Limit: 1 + dice.IntN(1000), Per: []time.Duration{time.Second, time.Minute, 777 * time.Millisecond}[dice.IntN(3)],
			Burst: 1 + dice.IntN(20), Queue: 1_000_000, MaxWait: time.Hour,
		}
		both := newTwins(t, p)
		unit := p.Per / time.Duration(p.Limit)
		for range 200 {
			both.now = both.now.Add(time.Duration(dice.Int64N(int64(3 * unit))))
			if dice.IntN(50) == 0 {
				both.now = both.now.Add(time.Hour)
			}
			cost := 1 + dice.IntN(p.Burst+1)
			if dice.IntN(4) == 0 {
				both.reserve(cost)
			} else {
				both.allow(cost)
			}
		}
	}
}

// twins are a limiter of ours and one of theirs.
type twins struct {
	*testing.T
	p      ratelimit.Policy
	ours   *ratelimit.Limiter
	theirs *rate.Limiter
	clock  *fuseboard.Clock
	now    fuseboard.Instant
}

func newTwins(t *testing.T, p ratelimit.Policy) *twins {
	clock := fuseboard.NewClock()
	theirs := rate.NewLimiter(rate.Limit(float64(p.Limit)/p.Per.Seconds()), p.Burst)
	return &twins{t, p, ratelimit.New(p, clock), theirs, clock, 0}
}

func (b *twins) allow(cost int) {
	for near := true; near; b.now = b.now.Add(2 * time.Microsecond) {
		tokens := b.theirs.TokensAt(b.clock.Time(b.now))
		near = tokens < float64(b.p.Burst) && math.Abs(tokens-float64(cost))/float64(b.theirs.Limit()) < 1e-6
	}
	_, ok := b.ours.Take(b.now, cost)
	if want := b.theirs.AllowN(b.clock.Time(b.now), cost); ok != want {
		b.Fatalf("%+v at %d: a cost of %d is let through: %t, by x/time/rate %t", b.p, b.now, cost, ok, want)
	}
}

func (b *twins) reserve(cost int) {
	turn, err := b.ours.Reserve(b.now, cost, fuseboard.Never)
	r := b.theirs.ReserveN(b.clock.Time(b.now), cost)
	if r.OK() != (err == nil) {
		b.Fatalf("%+v at %d: a cost of %d: %v, by x/time/rate %t", b.p, b.now, cost, err, r.OK())
	}
	if want := r.DelayFrom(b.clock.Time(b.now)); err == nil && (turn.Sub(b.now)-want).Abs() > time.Microsecond {
		b.Fatalf("%+v at %d: a cost of %d waits %v, by x/time/rate %v", b.p, b.now, cost, turn.Sub(b.now), want)
	}
}
