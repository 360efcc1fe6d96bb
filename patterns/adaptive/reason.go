// SPDX-License-Identifier: Apache-2.0

package adaptive

import "github.com/fuseboard/fuseboard/internal/plain"

// Reason says why a limit is where the last window put it. In JSON and text it is its word.
type Reason uint8

// The reasons.
const (
	// Starting: no window has ended yet.
	Starting Reason = iota
	// Grew: calls took about as long as without a queue, and the limit was in use.
	Grew
	// Kept: the queue is as the algorithm wants it, or the limit is at Min or Max already.
	Kept
	// Unused: fewer than half of the permits were in use, so nothing is known about more.
	Unused
	// Slow: calls took longer than without a queue, so the limit shrank.
	Slow
	// Dropped: calls were dropped, so the limit shrank.
	Dropped
	// Probing: the limit is lowered for one window to see how long calls take without a queue.
	Probing
	// Probed: such a window has ended, and the limit is what it was before.
	Probed
)

var reasonWords = [...]string{"starting", "grew", "kept", "unused", "slow", "dropped", "probing", "probed"}

var reasonSentences = [...]string{
	"no window has ended yet",
	"calls take about as long as without a queue, and the permits are in use",
	"the queue is as it should be, or the limit is at an end of its range",
	"fewer than half of the permits are in use, which says nothing about more",
	"calls take longer than without a queue",
	"calls were dropped",
	"lowered for one window, to see how long calls take without a queue",
	"what it was before a window that looked how long calls take without a queue",
}

// String returns the reason's word, or "unknown".
func (r Reason) String() string { return plain.WordAt(reasonWords[:], int(r)) }

// MarshalText returns the reason's word; it is an error when there is none.
func (r Reason) MarshalText() ([]byte, error) {
	return plain.MarshalWord("reason", reasonWords[:], int(r))
}

// Sentence says it to a reader who does not know the words.
func (r Reason) Sentence() string { return plain.WordAt(reasonSentences[:], int(r)) }
