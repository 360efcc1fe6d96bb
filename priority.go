// SPDX-License-Identifier: Apache-2.0

package fuseboard

import (
	"fmt"
	"slices"
	"strings"
)

// Priority says whose work goes first where not all can be done at once. A greater
// one is more important: Critical > High. In JSON and text it is its word.
type Priority int8

// The priorities. The zero Priority is Normal: who says nothing is neither
// preferred nor shed.
const (
	// Sheddable is what nobody misses if it is not done: prefetches, best-effort reports.
	Sheddable Priority = iota - 1
	// Normal is everything of which nothing else was said.
	Normal
	// High is what somebody waits for, before what is Normal.
	High
	// Critical is what must go on while all the rest is held up: payments, health checks.
	Critical
)

var priorityNames = [...]string{"sheddable", "normal", "high", "critical"}

// String returns the priority's word, or "unknown".
func (p Priority) String() string {
	if p < Sheddable {
		return "unknown"
	}
	return nameOf(priorityNames[:], int(p)-int(Sheddable))
}

// MarshalText returns the priority's word; it is an error when there is none.
func (p Priority) MarshalText() ([]byte, error) {
	if p != p.usable() {
		return nil, fmt.Errorf("priority %d has no word (accepted: %s)", int8(p), strings.Join(priorityNames[:], ", "))
	}
	return []byte(p.String()), nil
}

// UnmarshalText reads the priority's word as [Priority.MarshalText] writes it. An
// unknown word is an error that names the accepted ones, and p keeps its value.
func (p *Priority) UnmarshalText(text []byte) error {
	i := slices.Index(priorityNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("%q is not a priority (accepted: %s)", text, strings.Join(priorityNames[:], ", "))
	}
	*p = Sheddable + Priority(i)
	return nil
}

// usable returns the nearest priority that has a word.
func (p Priority) usable() Priority { return min(max(p, Sheddable), Critical) }
