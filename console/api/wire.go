// SPDX-License-Identifier: Apache-2.0

package api

import (
	"encoding/json"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster/orders"
)

// Members is who is in the fleet, as one node sees it.
type Members struct {
	// Fleet is the label of the fleet, Name the node that says this.
	Fleet string `json:"fleet"`
	Name  string `json:"name"`
	// Members are sorted by name. Those that failed or left are among them for a while.
	Members []MemberStatus `json:"members"`
	// Contacts is what the node did not let in, and whom it has not met.
	Contacts
}

// Guard is what one guard of a node does now.
type Guard struct {
	// Name is the dependency's.
	Name string `json:"name"`
	// State and Mode are the circuit's: closed, open, half-open, ramping; enforce, shadow, off, hold-open, hold-closed.
	State string `json:"state"`
	Mode  string `json:"mode"`
	// PolicyMode is how far the whole policy is obeyed: enforce, shadow, bypass.
	PolicyMode string `json:"policy_mode"`
}

// Dependency is all that one node can say of one dependency.
type Dependency struct {
	Guard
	// Node is who says this, and Fleet the label of its fleet.
	Node  string `json:"node"`
	Fleet string `json:"fleet"`
	// Verdict is what the fleet makes of it; nil where its policy has no fleet section.
	Verdict *DependencyStatus `json:"verdict,omitempty"`
	// Orders are the operators' orders in force that name it, or all.
	Orders []OrderStatus `json:"orders"`
	// Explanation is what [actors.Guard.Explain] says, as JSON, and Text the same for people.
	Explanation json.RawMessage `json:"explanation"`
	Text        string          `json:"text"`
}

// Events is a page of what happened in the fleet.
type Events struct {
	// Name is the node that tells.
	Name string `json:"name"`
	// Events are in the order of the node's stream: that of each origin.
	Events []Event `json:"events"`
	// Next is the cursor to ask with for what comes after.
	Next string `json:"next"`
	// Lost is how many the node dropped before they were asked for.
	Lost uint64 `json:"lost"`
	// Restarted: the cursor was of another stream; this page begins with the oldest event that is kept.
	Restarted bool `json:"restarted"`
	// More: there are more already.
	More bool `json:"more"`
}

// Event is something that happened on a node. See [events.Event].
type Event struct {
	// Origin is the node where it happened; Boot and Seq number it there, and At is that node's clock.
	Origin string    `json:"origin"`
	Boot   uint64    `json:"boot"`
	Seq    uint64    `json:"seq"`
	At     time.Time `json:"at"`
	// Kind says what happened, Dependency to what; From, To and Cause are words of the kind, and Text is for people.
	Kind       string `json:"kind"`
	Dependency string `json:"dependency,omitempty"`
	From       string `json:"from,omitempty"`
	To         string `json:"to,omitempty"`
	Cause      string `json:"cause,omitempty"`
	Text       string `json:"text,omitempty"`
	// Lost is how many events of this origin before this one never came.
	Lost uint64 `json:"lost,omitempty"`
}

// Version is what the next order has to be signed with.
type Version struct {
	// Fleet is the label of the fleet, Name the node that says this, Now its clock.
	Fleet string    `json:"fleet"`
	Name  string    `json:"name"`
	Now   time.Time `json:"now"`
	// Millis and Counter are those of [orders.Version]: above all that this node has seen.
	Millis  uint64 `json:"millis"`
	Counter uint32 `json:"counter"`
}

// Order returns the version as an order has it.
func (v Version) Order() orders.Version {
	return orders.Version{Millis: v.Millis, Counter: v.Counter}
}

// Receipt says what became of an order.
type Receipt struct {
	// Fleet is the label of the fleet, Name the node that took it.
	Fleet string `json:"fleet"`
	Name  string `json:"name"`
	// Verdict is that of [orders.Verdict]: taken, same, older.
	Verdict string `json:"verdict"`
	// Order is what holds now: the one that was brought, or the newer one.
	Order OrderStatus `json:"order"`
	// Before is the order in whose place it came.
	Before *OrderStatus `json:"before,omitempty"`
	// Trouble is what kept it from the node's disk: it is in force nevertheless.
	Trouble string `json:"trouble,omitempty"`
}

// ErrorBody is an answer that refuses.
type ErrorBody struct {
	// Message says what is wrong and what to do.
	Message string `json:"error"`
	// Code is short and stable: "unauthorised", "unknown-dependency", or the word of an [orders.Reason].
	Code string `json:"code"`
	// Problems is everything that is wrong, where there is more to say.
	Problems []Problem `json:"problems,omitempty"`
}

// Problem is a [fuseboard.Problem], as JSON.
type Problem struct {
	// Path, Code, Value, Message, Accepted and Fix are those of [fuseboard.Problem].
	Path     string `json:"path"`
	Code     string `json:"code,omitempty"`
	Value    string `json:"value,omitempty"`
	Message  string `json:"message"`
	Accepted string `json:"accepted,omitempty"`
	Fix      string `json:"fix,omitempty"`
}

// ProblemsOf returns problems as JSON has them.
func ProblemsOf(ps fuseboard.Problems) (all []Problem) {
	for _, p := range ps {
		all = append(all, Problem{p.Path, p.Code, p.Value, p.Message, p.Accepted, p.Fix})
	}
	return all
}

// plain returns the problem as the other rooms have it.
func (p Problem) plain() fuseboard.Problem {
	return fuseboard.Problem{Path: p.Path, Code: p.Code, Value: p.Value, Message: p.Message, Accepted: p.Accepted, Fix: p.Fix}
}
