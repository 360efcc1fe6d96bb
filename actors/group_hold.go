// SPDX-License-Identifier: Apache-2.0

package actors

import "github.com/fuseboard/fuseboard"

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
	phase, now := g.circuit.Refusal(), g.clock.Now()
	held := phase.Mode == HoldOpen && phase.Epoch == r.held
	c := Command{Mode: HoldOpen, Reason: h.reason, By: "group " + h.group.name, TTL: h.until.Sub(now)}
	switch {
	case h.release && held && r.holder == h.group:
		c.Mode, c.TTL = Enforce, 0
	case h.release, phase.State == Open, c.TTL <= 0:
		return
	case phase.Mode == Enforce, held && phase.Until < h.until:
	default:
		return
	}
	if t, moved, err := g.circuit.Command(now, c); err == nil && moved {
		r.held, r.holder = t.Epoch, h.group
	}
	r.publish()
}
