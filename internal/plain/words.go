// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"fmt"
	"slices"
	"strings"
)

// WordAt returns the ith word of a closed list, or "unknown".
func WordAt(words []string, i int) string {
	if i >= len(words) {
		return "unknown"
	}
	return words[i]
}

// MarshalWord returns the ith word of a closed list; an error, which names what it is
// and the words there are, when there is none.
func MarshalWord(what string, words []string, i int) ([]byte, error) {
	if i >= len(words) {
		return nil, fmt.Errorf("%s %d has no word (accepted: %s)", what, i, strings.Join(words, ", "))
	}
	return []byte(words[i]), nil
}

// UnmarshalWord returns the place of a word in a closed list; an error, which names the
// words there are, when it is none of them.
func UnmarshalWord(what string, words []string, text []byte) (int, error) {
	i := slices.Index(words, string(text))
	if i < 0 {
		return 0, fmt.Errorf("%q is not a %s (accepted: %s)", text, what, strings.Join(words, ", "))
	}
	return i, nil
}
