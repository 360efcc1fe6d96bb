// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"slices"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Scope is what a condition speaks of: the host, or one dependency. In text it is its word.
type Scope uint8

// The scopes.
const (
	// Host: the same for every dependency of the process. Windows of time are of the host.
	Host Scope = iota
	// Dependency: judged for each dependency by itself.
	Dependency
)

var scopeWords = [...]string{"host", "dependency"}

// String returns the scope's word, or "unknown".
func (s Scope) String() string { return plain.WordAt(scopeWords[:], int(s)) }

// MarshalText returns the scope's word; it is an error when there is none.
func (s Scope) MarshalText() ([]byte, error) {
	return plain.MarshalWord("scope", scopeWords[:], int(s))
}

// Kind is how the values of a signal are written. In text it is its word.
type Kind uint8

// The kinds.
const (
	// Share is written in percent: 85%.
	Share Kind = iota
	// Number is a plain number: 1.5.
	Number
	// Duration has a unit: 20ms.
	Duration
	// Word is one of a closed list: open.
	Word
)

var kindWords = [...]string{"share", "number", "duration", "word"}

// String returns the kind's word, or "unknown".
func (k Kind) String() string { return plain.WordAt(kindWords[:], int(k)) }

// MarshalText returns the kind's word; it is an error when there is none.
func (k Kind) MarshalText() ([]byte, error) { return plain.MarshalWord("kind", kindWords[:], int(k)) }

// Signal is something that a condition may compare.
type Signal struct {
	// Name is how conditions write it: "failure_rate".
	Name string
	// Kind is how its values are written.
	Kind Kind
	// Scope is what it is a signal of.
	Scope Scope
	// Unit is what its numbers are counted in, for people: "calls/s". Empty for words and ratios.
	Unit string
	// Least and Most are the range of thresholds, both accepted: shares from 0 to 1, durations in
	// seconds. The signal is never below Least. Zero for words.
	Least, Most float64
	// Words are the words that it may be, in their order; nil for others. The caller owns them.
	Words []string
	// Summary says what it is and how it is computed, in a sentence or two.
	Summary string
	// Example is a condition with it.
	Example string
}

// Signals returns every signal that conditions may name, those of the host first. The
// caller owns the list.
func Signals() []Signal {
	list := make([]Signal, len(signals))
	for i, s := range signals {
		s.Words = slices.Clone(s.Words)
		list[i] = s
	}
	return list
}

// signalOf returns the place of a name in the table, or -1.
func signalOf(name string) int {
	return slices.IndexFunc(signals[:], func(s Signal) bool { return s.Name == name })
}

func signalNames() []string {
	names := make([]string, len(signals))
	for i, s := range signals {
		names[i] = s.Name
	}
	return names
}

// text writes a value as conditions do.
func (s *Signal) text(v float64) string {
	switch s.Kind {
	case Share:
		return plain.Rate(v)
	case Duration:
		return plain.Duration(duration(v))
	case Word:
		return plain.WordAt(s.Words, int(v))
	case Number:
	}
	return plain.Number(v)
}

// measured writes a value for people, with the figures that say something.
func (s *Signal) measured(v float64) string {
	switch s.Kind {
	case Share:
		return plain.Percent(v)
	case Word:
		return plain.WordAt(s.Words, int(v))
	case Number, Duration:
	}
	return s.text(figures(v, 3))
}
