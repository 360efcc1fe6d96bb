// SPDX-License-Identifier: Apache-2.0

package fallback

import "github.com/fuseboard/fuseboard/internal/plain"

// Use says where the answer of a [Step] comes from. In policy files it is one of the
// words "by-field", "value", "computed", "last-good" and "guard".
type Use uint8

// The sources of an answer.
const (
	// ByField is what the field says that is set: Value, MaxAge or Guard; where none of
	// them is, it is Computed. The zero value.
	ByField Use = iota
	// Value is the JSON of the policy, read as the operation's answer.
	Value
	// Computed is what [Sources].Compute makes of the request and of the failure.
	Computed
	// LastGood is an earlier answer to the same request, if it is young enough.
	LastGood
	// Guard asks another dependency's operation of the same name.
	Guard
)

var useWords = [...]string{"by-field", "value", "computed", "last-good", "guard"}

// String returns the use's word, or "unknown".
func (u Use) String() string { return plain.WordAt(useWords[:], int(u)) }

// MarshalText returns the use's word; it is an error when there is none.
func (u Use) MarshalText() ([]byte, error) { return plain.MarshalWord("use", useWords[:], int(u)) }

// UnmarshalText reads the use's word as [Use.MarshalText] writes it. An unknown word is
// an error that names the accepted ones, and u keeps its value.
func (u *Use) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("use", useWords[:], text)
	if err == nil {
		*u = Use(i)
	}
	return err
}

func (u Use) known() bool { return int(u) < len(useWords) }
