// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Kind is the algorithm of a [Policy]. In policy files it is one of the words
// "token-bucket", "sliding-log", "sliding-counter", "fixed-window" and "smooth". The
// table in the package's documentation says what each promises and costs.
type Kind uint8

// The kinds.
const (
	// TokenBucket lets Burst units come at once after quiet, and Limit a Per in the long
	// run. It is the generic cell rate algorithm, exactly. The zero value.
	TokenBucket Kind = iota
	// SlidingLog never lets more than Limit come in any stretch of Per; it remembers each unit.
	SlidingLog
	// SlidingCounter weighs the window before by how much of it is still in sight.
	SlidingCounter
	// FixedWindow counts in windows that begin with the wall clock's seconds, minutes, days.
	FixedWindow
	// Smooth spaces units evenly: the token bucket with a burst of one (a leaky bucket as a meter).
	Smooth
)

// Reaction is what a limiter does when the dependency says that it is asked too much
// (class throttled: a 429, RESOURCE_EXHAUSTED). In policy files "drain" or "ignore".
type Reaction uint8

// The reactions.
const (
	// DrainBucket empties the bucket until the dependency's Retry-After. The zero value.
	DrainBucket Reaction = iota
	// IgnoreThrottling changes nothing.
	IgnoreThrottling
)

var (
	kindWords     = [...]string{"token-bucket", "sliding-log", "sliding-counter", "fixed-window", "smooth"}
	reactionWords = [...]string{"drain", "ignore"}
)

// String returns the kind's word, or "unknown".
func (k Kind) String() string { return plain.WordAt(kindWords[:], int(k)) }

// MarshalText returns the kind's word; it is an error when there is none.
func (k Kind) MarshalText() ([]byte, error) {
	return plain.MarshalWord("kind of rate limit", kindWords[:], int(k))
}

// UnmarshalText reads the kind's word as [Kind.MarshalText] writes it. An unknown word
// is an error that names the accepted ones, and k keeps its value.
func (k *Kind) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("kind of rate limit", kindWords[:], text)
	if err == nil {
		*k = Kind(i)
	}
	return err
}

// spaced reports whether units have turns that are known in advance.
func (k Kind) spaced() bool { return k == TokenBucket || k == Smooth }

func (k Kind) known() bool { return int(k) < len(kindWords) }

// String returns the reaction's word, or "unknown".
func (r Reaction) String() string { return plain.WordAt(reactionWords[:], int(r)) }

// MarshalText returns the reaction's word; it is an error when there is none.
func (r Reaction) MarshalText() ([]byte, error) {
	return plain.MarshalWord("reaction to throttling", reactionWords[:], int(r))
}

// UnmarshalText reads the reaction's word as [Reaction.MarshalText] writes it. An
// unknown word is an error that names the accepted ones, and r keeps its value.
func (r *Reaction) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("reaction to throttling", reactionWords[:], text)
	if err == nil {
		*r = Reaction(i)
	}
	return err
}

func (r Reaction) known() bool { return int(r) < len(reactionWords) }

func wordProblem(path string, words []string, i int) fuseboard.Problem {
	return fuseboard.Problem{
		Path: path, Code: CodeUnknownWord, Value: strconv.Itoa(i),
		Message: "has no word", Accepted: strings.Join(words, ", "),
	}
}
