// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is the algorithm that a [Policy] finds its limit by. In policy files it is one
// of the words "gradient2", "vegas" and "aimd".
type Kind uint8

// The kinds of algorithm.
const (
	// KindGradient2 compares how long calls take now with how long they take without a
	// queue: see [Gradient2]. The zero value.
	KindGradient2 Kind = iota
	// KindVegas estimates the queue from the same two numbers: see [Vegas].
	KindVegas
	// KindAIMD looks at drops and timeouts alone: see [AIMD].
	KindAIMD
)

var kindWords = [...]string{"gradient2", "vegas", "aimd"}

// String returns the kind's word, or "unknown".
func (k Kind) String() string { return wordOf(kindWords[:], int(k)) }

// MarshalText returns the kind's word; it is an error when there is none.
func (k Kind) MarshalText() ([]byte, error) { return textOf("kind", kindWords[:], int(k)) }

// UnmarshalText reads the kind's word as [Kind.MarshalText] writes it. An unknown word
// is an error that names the accepted ones, and k keeps its value.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindWords[:], string(text))
	if i < 0 {
		return fmt.Errorf("%q is not a kind of limit (accepted: %s)", text, strings.Join(kindWords[:], ", "))
	}
	*k = Kind(i) //nolint:gosec // one of three
	return nil
}

func wordOf(words []string, i int) string {
	if i >= len(words) {
		return "unknown"
	}
	return words[i]
}

func textOf(what string, words []string, i int) ([]byte, error) {
	if i >= len(words) {
		return nil, fmt.Errorf("%s %d has no word (accepted: %s)", what, i, strings.Join(words, ", "))
	}
	return []byte(words[i]), nil
}
