// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// What a caller branches on with errors.Is, as those of the other sections.
var (
	// ErrShed: the host is under pressure, and the call of too low a priority.
	ErrShed = shedding.ErrShed
	// ErrThrottled: the dependency refuses so many calls that this one was not sent to it.
	ErrThrottled = errors.New("the dependency refuses too many calls to be sent all of them")
	// ErrRate: the rate limit had no room for the call, now or in time.
	ErrRate = ratelimit.ErrLimited
)

// loadRefusals are the last refusals of each section that follows the load, which are made
// anew only where they would say something else: at ten times of what a rate limit allows,
// once for each call that it lets through.
type loadRefusals struct {
	shed     [priorities]atomic.Pointer[shedRefusal]
	throttle atomic.Pointer[throttleRefusal]
	rate     atomic.Pointer[rateRefusal]
}

type shedRefusal struct {
	level shedding.Level
	cause shedding.Cause
	calm  time.Duration
	err   *CallError
}

type throttleRefusal struct {
	plan   *plan
	chance int // in percent
	err    *CallError
}

type rateRefusal struct {
	plan  *plan
	again fuseboard.Instant
	why   error
	err   *CallError
}

// loads returns the operation's refusals, made at first need.
func (o *operation) loads() *loadRefusals {
	if r := o.load.Load(); r != nil {
		return r
	}
	o.load.CompareAndSwap(nil, new(loadRefusals))
	return o.load.Load()
}

// refusedShed is of one priority: the lower it is, the longer it goes on being shed.
func (o *operation) refusedShed(e *shedding.Error) *CallError {
	last := &o.loads().shed[e.Priority-fuseboard.Sheddable]
	if r := last.Load(); r != nil && r.level == e.Level && r.cause == e.Cause && r.calm == e.Calm {
		return r.err
	}
	err := o.refusal(byShedding, ErrShed, fmt.Sprintf("%s, so it %s", e.Why(), shedWords(e.Level)))
	err.until = o.guard.clock.Now().Add(e.Again)
	last.Store(&shedRefusal{level: e.Level, cause: e.Cause, calm: e.Calm, err: err})
	return err
}

func (o *operation) refusedThrottle(p *plan, chance float64) *CallError {
	last, percent := &o.loads().throttle, int(chance*100+0.5)
	if r := last.Load(); r != nil && r.plan == p && r.chance == percent {
		return r.err
	}
	err := o.refusal(byThrottle, ErrThrottled, fmt.Sprintf(
		"it accepts so few of the calls within %s that %d%% of this priority are kept from it", plain.Duration(p.given.Throttle.WithDefaults().Window), percent))
	last.Store(&throttleRefusal{plan: p, chance: percent, err: err})
	return err
}
