// SPDX-License-Identifier: Apache-2.0

package supervision

import "github.com/fuseboard/fuseboard"

// Reshape puts a new policy in force and reports whether all that was counted
// survived. Epoch, state, mode, permits and leases survive always. The window
// survives when its shape (Breaker.Window) is unchanged.
//
// What has begun keeps its measure: the present half-open its number of probes,
// the present ramp its end. A present open time is shortened to the new MaxOpen.
// A circuit that is not closed when its breaker is turned off closes, which is a
// transition ([CausePolicy]) like any other. Call Expire afterwards: deadlines
// may have moved.
func (c *Circuit) Reshape(now fuseboard.Instant, b Breaker) (windowKept bool) {
	p := compile(b)
	for {
		old := c.phase.Load()
		f := old.facts
		f.plan = p
		if !p.on && old.state != Closed {
			t := Transition{Cause: CausePolicy, At: now, Before: old.numbers(now)}
			if _, ok := c.move(old, f.closed(), t); ok {
				return old.tally == nil
			}
			continue
		}
		f.tally = old.tally.reshaped(old.plan, p)
		if f.state == Open {
			f.until = min(f.until, now.Add(p.MaxOpen))
		}
		ph := newPhase(f, Transition{})
		ph.reshaped = true
		if c.phase.CompareAndSwap(old, ph) {
			old.next.Store(ph)
			return old.tally == nil || f.tally == old.tally
		}
	}
}
