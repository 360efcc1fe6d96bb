// SPDX-License-Identifier: Apache-2.0

package gossip

import "github.com/fuseboard/fuseboard/gossip/record"

// Change is one thing that is different, as it is now. One of Record and Member says what, unless it is about the node.
type Change struct {
	// What says which of the fields below has a meaning.
	What What
	// Record is the record, as it is now; Deleted if it is gone.
	Record record.Record
	// Member is the member, as it is now.
	Member Member
	// Isolated is whether the node is isolated now.
	Isolated bool
	// Merged is how many earlier changes of the same thing this one stands for, which nobody saw.
	Merged int
}

// What says what a [Change] is about.
type What uint8

const (
	// RecordChanged is a record that is new, newer, or deleted.
	RecordChanged What = 1 + iota
	// MemberChanged is a member that came, went, or tells something else of itself.
	MemberChanged
	// IsolationChanged is the node itself: it is cut off, or no more.
	IsolationChanged
	// Missed says that so much was different that the watcher must look at everything again.
	Missed
)
