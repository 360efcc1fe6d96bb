// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"errors"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// JSON is a value in JSON, as a policy gives it: `{"cents": 0}`, or `"closed"` with its
// quotes for a text. In a policy file it stands as it is. It is text that nobody can
// change, so it may be shared and compared; white space counts for nothing where two
// policies are compared ([Policy.Equal]). Empty, or null in a file: there is none.
type JSON string

// MarshalJSON returns the value without white space, null for none; it is an error where
// it is no JSON.
func (j JSON) MarshalJSON() ([]byte, error) {
	if j == "" {
		return []byte("null"), nil
	}
	text, problems := plain.Raw("value", []byte(j))
	return []byte(text), problems.Err()
}

// UnmarshalJSON reads any JSON, and null as none. It refuses names that are given twice.
func (j *JSON) UnmarshalJSON(data []byte) error {
	if j == nil {
		return errors.New("no place for the JSON: the pointer is nil")
	}
	text, problems := plain.Raw("value", data)
	if err := problems.Err(); err != nil {
		return err
	}
	if text == "null" {
		text = ""
	}
	*j = JSON(text)
	return nil
}

// plain returns the value without white space; as it is where it is no JSON.
func (j JSON) plain() JSON {
	if text, problems := plain.Raw("value", []byte(j)); len(problems) == 0 {
		return JSON(text)
	}
	return j
}
