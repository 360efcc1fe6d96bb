// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard/mailbox"
)

// ErrLimit: one of the [Limits] of the System is reached. [CallError.RejectedBy] is
// "limits", and the error's text names the limit.
var ErrLimit = mailbox.ErrLimit

// byLimits is who refused, as RejectedBy names it.
const byLimits = "limits"

// limitRefusals are the shared errors of an operation for the limits of calls.
type limitRefusals struct{ queued, goroutines *CallError }

func (o *operation) limitRefusals() limitRefusals {
	l := o.guard.sys.limits
	return limitRefusals{
		queued:     o.refusal(byLimits, ErrLimit, l.queued.detail),
		goroutines: o.refusal(byLimits, ErrLimit, l.goroutines.detail),
	}
}

// crowded is the refusal of a call that would have waited, but too many do.
func (c *call) crowded() *CallError {
	c.guard.sys.refusedFor(&c.guard.sys.limits.queued)
	return c.refuse(refusedCrowded, c.op.refusals().limits.queued)
}

// unhosted is the refusal of a call for which there is no goroutine.
func (c *call) unhosted() *CallError {
	c.guard.sys.refusedFor(&c.guard.sys.limits.goroutines)
	return c.refuse(refusedUnhosted, c.op.refusals().limits.goroutines)
}

// host reserves the goroutine on which a call without a caller of its own will
// run. It is done before the call waits, so that a permit is never granted to one
// that has none. The call is admitted; where it is refused its permit goes back.
func (c *call) host() error {
	if !c.guard.sys.limits.goroutines.quota.Take(1) {
		c.unadmit()
		return c.unhosted()
	}
	c.hosted = true
	return nil
}

// unhost gives back what host has reserved, if it has.
func (c *call) unhost() {
	if c.hosted {
		c.hosted = false
		c.guard.sys.limits.goroutines.quota.Give(1)
	}
}

// seatFor reserves the pooled goroutine of an attempt that holds all its permits.
// Where there is none the call goes back with all that it holds.
func (c *call) seatFor() error {
	if c.reserved = c.guard.pool.Load().Reserve(); c.reserved != nil {
		return nil
	}
	c.generation = nil
	c.unadmit()
	c.vacate()
	return c.unhosted()
}

// takeSeat returns what seatFor has reserved; what is not taken is given back.
func (c *call) takeSeat() *mailbox.Seat {
	s := c.reserved
	c.reserved = nil
	return s
}

// leaveSeat gives a seat back that was reserved and not taken, because the
// caller's context broke before its attempt began.
func (c *call) leaveSeat() {
	if s := c.takeSeat(); s != nil {
		s.Cancel()
	}
}
