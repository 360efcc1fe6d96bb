// SPDX-License-Identifier: Apache-2.0

package world

import "github.com/fuseboard/fuseboard/internal/plain"

var (
	kindWords      = []string{"by-fields", "constant", "uniform", "exponential", "lognormal", "pareto", "trace"}
	orderWords     = []string{"fifo", "lifo"}
	abandonedWords = []string{"works-on", "cancelled", "dropped"}
	arrivalsWords  = []string{"poisson", "even"}
)

// String returns the word: "lognormal".
func (k LatencyKind) String() string { return plain.WordAt(kindWords, int(k)) }

// MarshalText returns the word; it is an error when there is none.
func (k LatencyKind) MarshalText() ([]byte, error) {
	return plain.MarshalWord("kind of latency", kindWords, int(k))
}

// UnmarshalText reads a word; the error names those there are.
func (k *LatencyKind) UnmarshalText(text []byte) error {
	return read(k, "kind of latency", kindWords, text)
}

// String returns the word: "fifo".
func (o Order) String() string { return plain.WordAt(orderWords, int(o)) }

// MarshalText returns the word; it is an error when there is none.
func (o Order) MarshalText() ([]byte, error) {
	return plain.MarshalWord("order", orderWords, int(o))
}

// UnmarshalText reads a word; the error names those there are.
func (o *Order) UnmarshalText(text []byte) error { return read(o, "order", orderWords, text) }

// String returns the word: "works-on".
func (a Abandoned) String() string { return plain.WordAt(abandonedWords, int(a)) }

// MarshalText returns the word; it is an error when there is none.
func (a Abandoned) MarshalText() ([]byte, error) {
	return plain.MarshalWord("fate of abandoned work", abandonedWords, int(a))
}

// UnmarshalText reads a word; the error names those there are.
func (a *Abandoned) UnmarshalText(text []byte) error {
	return read(a, "fate of abandoned work", abandonedWords, text)
}

// String returns the word: "poisson".
func (a Arrivals) String() string { return plain.WordAt(arrivalsWords, int(a)) }

// MarshalText returns the word; it is an error when there is none.
func (a Arrivals) MarshalText() ([]byte, error) {
	return plain.MarshalWord("spread of arrivals", arrivalsWords, int(a))
}

// UnmarshalText reads a word; the error names those there are.
func (a *Arrivals) UnmarshalText(text []byte) error {
	return read(a, "spread of arrivals", arrivalsWords, text)
}

// read sets a word, or leaves it as it is and says which there are.
func read[W ~uint8](into *W, what string, words []string, text []byte) error {
	i, err := plain.UnmarshalWord(what, words, text)
	if err == nil {
		*into = W(i) //nolint:gosec // the place in a short list
	}
	return err
}
