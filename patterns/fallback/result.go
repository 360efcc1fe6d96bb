// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Given says where a fallback came from. The zero Given: there is none.
type Given struct {
	// Step is its number, from 1.
	Step int
	// Use is where the answer comes from.
	Use Use
	// Age is how old a last good answer is; else zero.
	Age time.Duration
	// Guard is who was asked; empty for other uses.
	Guard string
}

// Result is what became of one step in one answer. Its words are labels of metrics:
// "given", "not-for", "nothing-kept", "declined", "failed", "timed-out", "full", "circle",
// "no-source" and "no-time".
type Result uint8

// The results.
const (
	// Answered: the step gave the answer.
	Answered Result = iota
	// NotFor: the step is for other classes.
	NotFor
	// NothingKept: there is no last good answer, or it is too old.
	NothingKept
	// Declined: the function has no answer and passes on.
	Declined
	// Failed: the step returned an error, or panicked.
	Failed
	// TimedOut: the step returned an error after its time was over.
	TimedOut
	// Full: passed over, as many steps run already as may.
	Full
	// Circle: passed over, as the guard is asked already on behalf of this answer.
	Circle
	// NoSource: passed over, as the chain has nothing where the answer could come from.
	NoSource
	// NoTime: passed over, or ended with an error, as the caller's time is over.
	NoTime
)

// Results is how many results there are.
const Results = int(NoTime) + 1

var resultWords = [Results]string{
	"given", "not-for", "nothing-kept", "declined", "failed", "timed-out", "full", "circle", "no-source", "no-time",
}

// String returns the result's word, or "unknown".
func (r Result) String() string { return plain.WordAt(resultWords[:], int(r)) }
