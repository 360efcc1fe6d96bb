// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"errors"
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Verb is what an order asks for. In JSON, text and messages it is its word.
type Verb uint8

// The verbs. The zero Verb is none of them.
const (
	_ Verb = iota
	// HoldOpen keeps the circuit open: nothing reaches the dependency.
	HoldOpen
	// HoldClosed keeps the circuit closed, whatever fails.
	HoldClosed
	// Shadow puts the whole policy into shadow: it counts what it would have refused, and refuses nothing.
	Shadow
	// Bypass calls handlers as if there were no policy.
	Bypass
	// Policy lays values over the policy; see [Order].Policy.
	Policy
	// Release ends what orders before it asked for; see [Order].Of.
	Release
)

var verbWords = []string{"", "hold-open", "hold-closed", "shadow", "bypass", "policy", "release"}

// String returns the verb's word, or "unknown".
func (v Verb) String() string {
	if !v.known() {
		return "unknown"
	}
	return verbWords[v]
}

// MarshalText returns the verb's word; it is an error when there is none.
func (v Verb) MarshalText() ([]byte, error) {
	if v == 0 {
		return nil, errors.New("the zero verb has no word (accepted: " + strings.Join(verbWords[1:], ", ") + ")")
	}
	return plain.MarshalWord("verb", verbWords[1:], int(v)-1)
}

// UnmarshalText reads the verb's word. An unknown word is an error that names the
// accepted ones, and v keeps its value.
func (v *Verb) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("verb", verbWords[1:], text)
	if err == nil {
		*v = Verb(i + 1)
	}
	return err
}

func (v Verb) known() bool { return v >= HoldOpen && int(v) < len(verbWords) }

// Slot is the part of a dependency that an order concerns. Of each slot the newest order
// holds; those of different slots hold side by side. In JSON, text and messages it is its word.
type Slot uint8

// The slots.
const (
	// Everything is all slots: only a release concerns it. The zero value.
	Everything Slot = iota
	// Circuit is what hold-open and hold-closed are about.
	Circuit
	// Mode is the mode of the whole policy: shadow and bypass.
	Mode
	// Values are the values of the policy.
	Values
)

var slotWords = []string{"everything", "circuit", "mode", "values"}

// String returns the slot's word, or "unknown".
func (s Slot) String() string { return plain.WordAt(slotWords, int(s)) }

// MarshalText returns the slot's word; it is an error when there is none.
func (s Slot) MarshalText() ([]byte, error) { return plain.MarshalWord("slot", slotWords, int(s)) }

// UnmarshalText reads the slot's word. An unknown word is an error that names the
// accepted ones, and s keeps its value.
func (s *Slot) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("slot", slotWords, text)
	if err == nil {
		*s = Slot(i)
	}
	return err
}

func (s Slot) known() bool { return int(s) < len(slotWords) }

// slotOf is the slot that an order concerns.
func slotOf(o Order) Slot {
	switch o.Verb {
	case HoldOpen, HoldClosed:
		return Circuit
	case Shadow, Bypass:
		return Mode
	case Policy:
		return Values
	case Release:
		return o.Of
	default:
		return Everything
	}
}
