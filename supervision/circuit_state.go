// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"fmt"
	"strings"
)

// State is where a circuit stands.
type State uint8

// The states. Under [Enforce] they admit as said here; another mode may
// overrule them.
const (
	// Closed admits everything and counts it.
	Closed State = iota
	// Open refuses everything until its time is over.
	Open
	// HalfOpen admits Breaker.Probes calls and decides from them.
	HalfOpen
	// Ramping admits a share that grows from 10 % to 100 %, and counts it.
	Ramping
)

var stateNames = [...]string{"closed", "open", "half-open", "ramping"}

// String returns the state's word in logs, metrics and JSON.
func (s State) String() string { return word(stateNames[:], int(s)) }

// MarshalText returns the state's word.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a state's word.
func (s *State) UnmarshalText(text []byte) error {
	i, err := lookUp(stateNames[:], "state", string(text))
	*s = State(i)
	return err
}

// Mode says what a circuit does with its state.
type Mode uint8

// The modes. Every one but Enforce is set by a [Command] and ends with it.
const (
	// Enforce refuses what the state refuses.
	Enforce Mode = iota
	// Shadow moves as Enforce would, and refuses nothing.
	Shadow
	// Off admits everything, counts nothing and does not move.
	Off
	// HoldOpen refuses everything, counts nothing and does not move.
	HoldOpen
	// HoldClosed admits everything and counts it, and does not move.
	HoldClosed
)

var modeNames = [...]string{"enforce", "shadow", "off", "hold-open", "hold-closed"}

// String returns the mode's word in logs, metrics, policies and JSON.
func (m Mode) String() string { return word(modeNames[:], int(m)) }

// MarshalText returns the mode's word.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a mode's word.
func (m *Mode) UnmarshalText(text []byte) error {
	i, err := lookUp(modeNames[:], "mode", string(text))
	*m = Mode(i)
	return err
}

// moves reports whether thresholds, probes and times act under the mode.
func (m Mode) moves() bool { return m == Enforce || m == Shadow }

// counts reports whether outcomes enter the window under the mode.
func (m Mode) counts() bool { return m.moves() || m == HoldClosed }

func word(words []string, i int) string {
	if i >= len(words) {
		return "unknown"
	}
	return words[i]
}

// wordOf is word for who has an error to say that there is none.
func wordOf(words []string, kind string, i int) ([]byte, error) {
	if i >= len(words) {
		return nil, fmt.Errorf("%s %d has no word (accepted: %s)", kind, i, strings.Join(words, ", "))
	}
	return []byte(words[i]), nil
}

func lookUp(words []string, kind, text string) (int, error) {
	for i, w := range words {
		if w == text {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%q is not a %s (accepted: %s)", text, kind, strings.Join(words, ", "))
}
