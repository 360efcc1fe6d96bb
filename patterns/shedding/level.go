// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Level says which priorities are admitted. A greater one admits less. The zero Level
// admits all. In text it is its word.
type Level uint8

// The levels. There is none that sheds critical work.
const (
	// AdmitAll sheds nothing.
	AdmitAll Level = iota
	// ShedSheddable sheds sheddable work.
	ShedSheddable
	// ShedNormal sheds normal work as well.
	ShedNormal
	// ShedHigh sheds all but critical work.
	ShedHigh
)

var levelWords = [...]string{"admit-all", "shed-sheddable", "shed-normal", "shed-high"}

// Lowest returns the lowest priority that is admitted.
func (l Level) Lowest() fuseboard.Priority {
	return fuseboard.Sheddable + fuseboard.Priority(min(l, ShedHigh))
}

// Admits reports whether work of the priority is admitted. Critical work always is; a
// priority out of range counts as the nearest.
func (l Level) Admits(p fuseboard.Priority) bool { return max(p, fuseboard.Sheddable) >= l.Lowest() }

// LevelThatSheds returns the lowest level that sheds work of the priority; there is none for Critical.
func LevelThatSheds(p fuseboard.Priority) (level Level, sheds bool) {
	if p >= fuseboard.Critical {
		return AdmitAll, false
	}
	return ShedSheddable + Level(max(p, fuseboard.Sheddable)-fuseboard.Sheddable), true
}

// String returns the level's word, or "unknown".
func (l Level) String() string { return plain.WordAt(levelWords[:], int(l)) }

// MarshalText returns the level's word; it is an error when there is none.
func (l Level) MarshalText() ([]byte, error) {
	return plain.MarshalWord("level", levelWords[:], int(l))
}

// UnmarshalText reads the level's word as [Level.MarshalText] writes it. An unknown word
// is an error that names the accepted ones, and l keeps its value.
func (l *Level) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("level", levelWords[:], text)
	if err == nil {
		*l = Level(i)
	}
	return err
}
