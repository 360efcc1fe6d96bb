// SPDX-License-Identifier: Apache-2.0

package adaptive

import "github.com/fuseboard/fuseboard/internal/plain"

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
func (k Kind) String() string { return plain.WordAt(kindWords[:], int(k)) }

// MarshalText returns the kind's word; it is an error when there is none.
func (k Kind) MarshalText() ([]byte, error) {
	return plain.MarshalWord("kind of limit", kindWords[:], int(k))
}

// UnmarshalText reads the kind's word as [Kind.MarshalText] writes it. An unknown word
// is an error that names the accepted ones, and k keeps its value.
func (k *Kind) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("kind of limit", kindWords[:], text)
	if err == nil {
		*k = Kind(i) //nolint:gosec // one of three
	}
	return err
}
