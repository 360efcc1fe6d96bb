// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// hold is what a group that opens tells its members, and release what it tells
// them when it lets go before its time. Shared by all members: read only.
type hold struct {
	group   *Group
	until   fuseboard.Instant
	reason  string
	release bool
}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (*hold) IgnoreDeadLetterLogging() {}

// hold puts the circuit under a group's hold, unless it is open itself or somebody
// else's command rules it. Of the holds of several groups the one that ends last
// counts. It runs in the guard's turn, as commands do, so no command comes between
// the look and the move.
func (r *receiver) hold(h *hold) {
	g := r.guard
	g.wind() // what is over is over
	now := g.clock.Now()
	if !r.yields(h, g.circuit.Refusal(), now) {
		return
	}
	if h.release {
		h = r.heir(h, now)
	}
	c := Command{Mode: HoldOpen, Reason: h.reason, By: "group " + h.group.name, TTL: h.until.Sub(now)}
	if h.release {
		c.Mode, c.TTL = Enforce, 0
	}
	if t, moved, err := g.circuit.Command(now, c); err == nil && moved {
		r.held, r.holder = t.Epoch, h.group
	}
	r.publish()
}

// heir is the hold that stays when a group lets go: that of the group above or
// below it which is open for longest; h itself if there is none.
func (r *receiver) heir(h *hold, now fuseboard.Instant) *hold {
	next, until := h, now
	for g := r.guard.group; g != nil; g = g.parent {
		if s := g.stand.Load(); g != h.group && s.state == Open && s.until > until {
			next, until = &hold{group: g, until: s.until, reason: s.why}, s.until
		}
	}
	return next
}

// yields reports whether the circuit as it is gives way to the hold.
func (r *receiver) yields(h *hold, phase *supervision.Refusal, now fuseboard.Instant) bool {
	held := phase.Mode == HoldOpen && phase.Epoch == r.held // by a group, not by an operator
	switch {
	case h.release:
		return held && r.holder == h.group
	case phase.State == Open || h.until <= now:
		return false
	}
	return phase.Mode == Enforce || (held && phase.Until < h.until)
}
