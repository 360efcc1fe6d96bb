// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// Pass is a [Permit] of a moment at which the circuit lets everybody in, for who counts
// nanoseconds: it is one word, and what it leaves out is the caller's to ask. The zero
// Pass is nobody's.
//
//	pass, ok := c.Pass()
//	if !ok || pass.Due(now) { … } // Admit has to decide
//	…
//	if !c.Passed(pass, now, elapsed, lane) { c.Record(now, pass.Permit(), outcome) }
type Pass struct{ phase *phase }

// Pass returns a pass, if everybody is let in. It reads no clock: the phase may be over,
// which [Pass.Due] tells.
func (c *Circuit) Pass() (Pass, bool) {
	ph := c.phase.Load()
	return Pass{ph}, ph.admits == admitAll
}

// Due reports whether the circuit has something to do by now, so that [Circuit.Admit]
// has to be asked.
func (p Pass) Due(now fuseboard.Instant) bool { return now >= p.phase.due }

// Epoch is that of [Pass.Permit].
func (p Pass) Epoch() uint64 { return p.phase.epoch }

// Permit is what [Circuit.Admit] would have returned.
func (p Pass) Permit() Permit { return Permit{epoch: p.phase.epoch} }

// Stands reports whether nothing has changed since p was given: no transition, no new
// policy. Where it is false [Circuit.Still] may yet be true.
func (c *Circuit) Stands(p Pass) bool { return c.phase.Load() == p.phase }

// Passed is [Circuit.Record] of a success that took so long, in the ordinary case: the
// pass stands, and the success is not a slow one. Else it is false and nothing has
// happened. A success counted here allocates nothing and causes no transition. lane is where
// to count it once the circuit is spread ([Circuit.Spread]); before, and where it is
// negative, all count in one word.
func (c *Circuit) Passed(p Pass, now fuseboard.Instant, elapsed time.Duration, lane int) bool {
	ph := p.phase
	if c.phase.Load() != ph || elapsed >= ph.plan.slow {
		return false
	}
	if ph.tally != nil && ph.mode.counts() {
		ph.tally.success(now, lane)
	}
	return true
}

// Spread gives each of so many lanes (a power of two) a count of its own for the successes of
// a window of time, so that processors which all record successes do not write one word. It
// costs 128 bytes a lane, and changes nothing that is counted: a
// success is in the window once, whatever its lane. It cannot be undone, and a second
// Spread does nothing. A window of calls is not spread: its order is one word.
func (c *Circuit) Spread(lanes int) {
	if !c.lanes.CompareAndSwap(0, int32(lanes)) { //nolint:gosec // a few
		return
	}
	c.phase.Load().spread()
}

// spread gives a window of time the lanes that its circuit has.
func (ph *phase) spread() {
	if t := ph.tally; t != nil && t.span != nil {
		t.span.spread(int(ph.lanes.Load()))
	}
}
