// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Sample is what signals show at one instant: a value, small and comparable. The zero
// Sample knows nothing.
type Sample struct {
	known  [signalCount]bool
	values [signalCount]float64 // shares, numbers, seconds, places of words
}

// With returns s with a value of a signal: a share from 0, a number, or seconds. What is
// negative or no number makes it unknown. It is an error, and s as it was, when there is no
// such signal, or when it has words.
func (s Sample) With(name string, value float64) (Sample, error) {
	i := signalOf(name)
	if i < 0 || signals[i].Kind == Word {
		return s, fmt.Errorf("%q is not a signal with numbers", name)
	}
	return s.with(i, value), nil
}

// WithWord returns s with a word of a signal. It is an error, which names the words there
// are, and s as it was, when there is no such signal or word.
func (s Sample) WithWord(name, word string) (Sample, error) {
	i := signalOf(name)
	if i < 0 || signals[i].Kind != Word {
		return s, fmt.Errorf("%q is not a signal with words", name)
	}
	w := slices.Index(signals[i].Words, word)
	if w < 0 {
		return s, fmt.Errorf("%s is never %q (accepted: %s)", name, word, strings.Join(signals[i].Words, ", "))
	}
	return s.with(i, float64(w)), nil
}

// Value returns the value of a signal, for one with words the place of the word, and
// whether it is known.
func (s Sample) Value(name string) (value float64, known bool) {
	i := signalOf(name)
	if i < 0 {
		return 0, false
	}
	return s.values[i], s.known[i]
}

// Over returns s where it knows a signal, and below elsewhere: a dependency's sample over
// the host's.
func (s Sample) Over(below Sample) Sample {
	for i, known := range s.known {
		if !known {
			s.known[i], s.values[i] = below.known[i], below.values[i]
		}
	}
	return s
}

// String lists what is known, in the order of [Signals]: "cpu 91.3%, circuit open".
func (s Sample) String() string {
	var list []string
	for i := range signals {
		if s.known[i] {
			list = append(list, signals[i].Name+" "+signals[i].measured(s.values[i]))
		}
	}
	if list == nil {
		return "nothing is known"
	}
	return strings.Join(list, ", ")
}

func (s Sample) with(i int, v float64) Sample {
	if s.known[i] = v >= 0 && !math.IsInf(v, 0); !s.known[i] { // false for what is no number
		v = 0
	}
	s.values[i] = v
	return s
}
