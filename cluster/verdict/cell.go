// SPDX-License-Identifier: Apache-2.0

package verdict

import "time"

// Cell is what one node publishes about one dependency. Only that node writes it; it is
// about the node's own attempts and tells nothing that the node heard. It is valid until
// the next one comes, for as long as the node's beacons are fresh. Cells are comparable.
type Cell struct {
	// Phase is where the verdict stands for the node, and Scope whose trouble it takes it for.
	Phase Phase
	Scope Scope
	// Vote is what the node's own attempts say.
	Vote Vote
	// Open reports that the node's own circuit is not closed: see [Own.Open].
	Open bool
	// Suspect reports that the node holds itself for the cause: it weighs nothing.
	Suspect bool
	// VoteAge is how long before the cell was made the vote was last confirmed by an
	// attempt, in steps of 0.1s.
	VoteAge time.Duration
	// ProbeAge is how long before the cell was made the latest probe ended, in steps of
	// 0.1s; meaningless while there are no probes.
	ProbeAge time.Duration
	// Wanted is how many calls asked in the last window, refused ones included, and at
	// least 1 for two windows more. A node that wants nothing is no caller and has no say.
	Wanted uint32
	// OK and Fail are the ends of the node's own attempts in the last window, without
	// those begun before the last change of phase. In the first [Rules.Fresh] of a [Hold]
	// they are those that made the node hold, later what failed since anything succeeded,
	// probes included. The same is said while the circuit is open, where it is ten or more
	// and more than the window holds: what keeps calls from being made must not take the
	// evidence away.
	OK, Fail uint32
	// ProbeOK and ProbeFail are its probes of the last [Rules.Fresh], at most 255.
	ProbeOK, ProbeFail uint8
}

// Publish reports whether next is worth sending to everybody, when prev was sent so long
// ago: at once when the phase moved, and when it begins to vote that the dependency fails or
// ceases to be suspect while it does, for a hold waits for such news; after a quarter of a
// second when the vote changed otherwise, which also bounds how often one that wavers is sent;
// else at most once a second, when circuit or suspicion changed, a probe ended, attempts or
// wanted calls doubled or halved, or the share of failures moved by an eighth. Ages and exact
// counts go by anti-entropy alone.
func Publish(prev, next Cell, since time.Duration) bool {
	switch {
	case prev.Phase != next.Phase || (!prev.accuses() && next.accuses()):
		return true
	case prev.Vote != next.Vote:
		return since >= time.Second/4
	}
	return since >= time.Second && changed(prev, next)
}

// accuses reports a vote, one that weighs, that the dependency fails.
func (c Cell) accuses() bool { return c.Vote == VoteFail && !c.Suspect }

func changed(a, b Cell) bool {
	return a.Open != b.Open || a.Suspect != b.Suspect || a.Scope != b.Scope ||
		a.ProbeOK != b.ProbeOK || a.ProbeFail != b.ProbeFail ||
		doubled(a.Wanted, b.Wanted) || doubled(a.OK+a.Fail, b.OK+b.Fail) || apart(a, b)
}

// doubled reports whether one is at least twice the other. A caller that begins or ceases
// to be one has doubled.
func doubled(a, b uint32) bool {
	return a != b && (uint64(a) >= 2*uint64(b) || uint64(b) >= 2*uint64(a))
}

// apart reports whether the shares of failures differ by an eighth or more.
func apart(a, b Cell) bool {
	d := a.ratio() - b.ratio()
	return d >= 0.125 || d <= -0.125
}

// ratio is the share of failures among the attempts, zero of none.
func (c Cell) ratio() float64 {
	total := float64(c.OK) + float64(c.Fail)
	if total == 0 {
		return 0
	}
	return float64(c.Fail) / total
}
