// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"encoding"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/supervision"
)

func TestWordsOfBackoffAreReadAsTheyAreWritten(t *testing.T) {
	for word, kind := range map[string]supervision.BackoffKind{"exponential": supervision.Exponential, "linear": supervision.Linear, "constant": supervision.Constant} {
		wantText(t, kind, word)
		read := supervision.BackoffKind(99)
		if err := read.UnmarshalText([]byte(word)); err != nil || read != kind || read.String() != word {
			t.Errorf("%q read as %v, %v", word, read, err)
		}
	}
	for word, jitter := range map[string]supervision.Jitter{"full": supervision.FullJitter, "none": supervision.NoJitter} {
		wantText(t, jitter, word)
		read := supervision.Jitter(99)
		if err := read.UnmarshalText([]byte(word)); err != nil || read != jitter || read.String() != word {
			t.Errorf("%q read as %v, %v", word, read, err)
		}
	}
}

func wantText(t *testing.T, v encoding.TextMarshaler, want string) {
	t.Helper()
	if text, err := v.MarshalText(); err != nil || string(text) != want {
		t.Errorf("written as %q, %v; want %q", text, err, want)
	}
}

func TestAnUnknownWordIsAnErrorThatNamesTheAcceptedOnes(t *testing.T) {
	kind, jitter := supervision.Linear, supervision.NoJitter
	for _, word := range []string{"", "Linear", "expo", "full "} {
		kindErr, jitterErr := kind.UnmarshalText([]byte(word)), jitter.UnmarshalText([]byte(word))
		if kindErr == nil || !strings.Contains(kindErr.Error(), "exponential, linear, constant") {
			t.Errorf("kind %q: %v", word, kindErr)
		}
		if jitterErr == nil || !strings.Contains(jitterErr.Error(), "full, none, equal, decorrelated") {
			t.Errorf("jitter %q: %v", word, jitterErr)
		}
	}
	if kind != supervision.Linear || jitter != supervision.NoJitter {
		t.Error("a bad word changed the value")
	}
	if _, err := supervision.BackoffKind(3).MarshalText(); err == nil {
		t.Error("a kind without a word was written")
	}
	if _, err := supervision.Jitter(4).MarshalText(); err == nil {
		t.Error("a jitter without a word was written")
	}
	if got := supervision.Jitter(4).String(); got != "unknown" {
		t.Errorf("a jitter without a word prints as %q", got)
	}
}

func FuzzBackoffKindText(f *testing.F) {
	fuzzText(f, []string{"exponential", "linear", "constant"}, func(text []byte) ([]byte, error) {
		var kind supervision.BackoffKind
		if err := kind.UnmarshalText(text); err != nil {
			return nil, err
		}
		return kind.MarshalText()
	})
}

func FuzzJitterText(f *testing.F) {
	fuzzText(f, []string{"full", "none"}, func(text []byte) ([]byte, error) {
		var jitter supervision.Jitter
		if err := jitter.UnmarshalText(text); err != nil {
			return nil, err
		}
		return jitter.MarshalText()
	})
}

// fuzzText checks that exactly the words are read, and written back unchanged.
func fuzzText(f *testing.F, words []string, readWrite func([]byte) ([]byte, error)) {
	for _, word := range append(words, "", "Full", "exponential\n", "line") {
		f.Add([]byte(word))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		back, err := readWrite(text)
		if known := slices.Contains(words, string(text)); known != (err == nil) {
			t.Fatalf("%q: %v", text, err)
		}
		if err == nil && string(back) != string(text) {
			t.Fatalf("%q came back as %q", text, back)
		}
	})
}
