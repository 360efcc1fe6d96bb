// SPDX-License-Identifier: Apache-2.0

package cache

import "github.com/fuseboard/fuseboard/internal/plain"

// Coalesce says whether callers that miss the same key share one load. In policy files it is
// one of the words "on" and "off".
type Coalesce uint8

const (
	// CoalesceOn lets them share one. The zero value.
	CoalesceOn Coalesce = iota
	// CoalesceOff lets each load by itself, on its own goroutine.
	CoalesceOff
)

var coalesceWords = [...]string{"on", "off"}

// String returns the word, or "unknown".
func (c Coalesce) String() string { return plain.WordAt(coalesceWords[:], int(c)) }

// MarshalText returns the word; it is an error when there is none.
func (c Coalesce) MarshalText() ([]byte, error) {
	return plain.MarshalWord("coalesce", coalesceWords[:], int(c))
}

// UnmarshalText reads the word as [Coalesce.MarshalText] writes it. An unknown word is an
// error that names the accepted ones, and c keeps its value.
func (c *Coalesce) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("coalesce", coalesceWords[:], text)
	if err == nil {
		*c = Coalesce(i)
	}
	return err
}

func (c Coalesce) known() bool { return int(c) < len(coalesceWords) }
