// SPDX-License-Identifier: Apache-2.0

package verdict

import "strconv"

// Phase is where the fleet's verdict on a dependency stands for one node.
type Phase uint8

// The phases.
const (
	// Clear leaves everything to the node's own circuit.
	Clear Phase = iota
	// Hold keeps calls back; one probe passes at a time (Order.Probe).
	Hold
	// Ramp admits a share that grows from a tenth to all (Order.Share).
	Ramp
)

// String returns the phase's word in logs, metrics and status.
func (p Phase) String() string { return word(p, "clear", "hold", "ramp") }

// Scope says whose trouble it is.
type Scope uint8

// The scopes.
const (
	// ScopeNone is nobody's: nothing is wrong, or too little is known.
	ScopeNone Scope = iota
	// ScopeNode is mine alone: I fail and two thirds of the others do not.
	ScopeNode
	// ScopeZone is that of the callers of my zone.
	ScopeZone
	// ScopeDependency is everybody's.
	ScopeDependency
)

// String returns the scope's word in logs, metrics and status.
func (s Scope) String() string { return word(s, "none", "node", "zone", "dependency") }

// Vote is what one node's own attempts say of a dependency.
type Vote uint8

// The votes.
const (
	// VoteNone is a node that made too few attempts to say anything.
	VoteNone Vote = iota
	// VoteOK is a node whose attempts succeed.
	VoteOK
	// VoteFail is a node whose attempts fail.
	VoteFail
)

// String returns the vote's word in status.
func (v Vote) String() string { return word(v, "none", "ok", "fail") }

// Inactive is why the verdict leaves a dependency to the node's own circuit.
type Inactive uint8

// The reasons, in the order in which they are looked for.
const (
	// Active is no reason: the fleet's evidence is judged.
	Active Inactive = iota
	// Isolated is a node that sees fewer than half of the members there have been.
	Isolated
	// Unheard is a node that hears beacons of fewer than half of the members alive.
	Unheard
	// Starting is a node that joined less than a window ago.
	Starting
	// Suspect is a node that holds itself for the cause: see [View.Suspect], [ScopeNode].
	Suspect
	// FewCallers is a dependency with fewer than three callers.
	FewCallers
)

// String returns the reason's words in status.
func (i Inactive) String() string {
	return word(i, "active", "isolated", "unheard", "starting", "suspect", "few callers")
}

func word[T ~uint8](v T, words ...string) string {
	if int(v) < len(words) {
		return words[v]
	}
	return "unknown " + strconv.Itoa(int(v))
}
