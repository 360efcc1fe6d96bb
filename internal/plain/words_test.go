// SPDX-License-Identifier: Apache-2.0

package plain

import "testing"

func TestWordsOfAClosedListGoBothWays(t *testing.T) {
	words := []string{"drain", "ignore"}
	for i, word := range words {
		text, err := MarshalWord("reaction", words, i)
		back, wrong := UnmarshalWord("reaction", words, text)
		if string(text) != word || back != i || err != nil || wrong != nil || WordAt(words, i) != word {
			t.Errorf("%d: %s, %d, %v, %v", i, text, back, err, wrong)
		}
	}
	if _, err := MarshalWord("reaction", words, 2); err == nil || err.Error() != "reaction 2 has no word (accepted: drain, ignore)" {
		t.Error(err)
	}
	if _, err := UnmarshalWord("reaction", words, []byte("drian")); err == nil || err.Error() != `"drian" is not a reaction (accepted: drain, ignore)` {
		t.Error(err)
	}
	if got := WordAt(words, 2); got != "unknown" {
		t.Error(got)
	}
}
