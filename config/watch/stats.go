// SPDX-License-Identifier: Apache-2.0

package watch

// Stats is what a [Watcher] has counted since its start.
type Stats struct {
	// Events are notifications that concerned the path.
	Events uint64
	// Ignored are notifications of other entries in the same directories.
	Ignored uint64
	// Reads is how often the path was read, Polls how many of these no event asked for.
	Reads, Polls uint64
	// Missed are changes that a poll found and no event told of.
	Missed uint64
	// Unsettled are reads that were thrown away, because the path changed all the time.
	Unsettled uint64
	// NotifyErrors are failures of the notifications: a watch that could not be made, a queue that overflowed.
	NotifyErrors uint64
	// Watched is how many directories tell of their changes now.
	Watched int
	// Trouble says why changes may be seen by polls only; empty where events tell of all.
	Trouble string
}
