// SPDX-License-Identifier: Apache-2.0

package scenario

import "github.com/fuseboard/fuseboard/internal/plain"

var deadlineWords = []string{"passed", "lost"}

// String returns the word: "passed" or "lost".
func (d Deadlines) String() string { return plain.WordAt(deadlineWords, int(d)) }

// MarshalText returns the word; it is an error where there is none.
func (d Deadlines) MarshalText() ([]byte, error) {
	return plain.MarshalWord("use of deadlines", deadlineWords, int(d))
}

// UnmarshalText reads the word. An unknown one is an error that names those there are.
func (d *Deadlines) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("use of deadlines", deadlineWords, text)
	if err == nil {
		*d = Deadlines(i)
	}
	return err
}
