// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// BackoffKind is how the waits of a [Backoff] grow. In policy files it is one of
// the words "exponential", "linear" and "constant".
type BackoffKind uint8

// The kinds of backoff.
const (
	// Exponential multiplies each wait with the Factor to get the next. The zero value.
	Exponential BackoffKind = iota
	// Linear adds the Base to each wait to get the next.
	Linear
	// Constant waits for the Base each time.
	Constant
)

// Jitter is how the waits of a [Backoff] are spread. In policy files it is one of
// the words "full", "none", "equal" and "decorrelated". The three that spread, and
// their names, are those of "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
type Jitter uint8

// The kinds of jitter.
const (
	// FullJitter waits for a uniform share of the wait, from none of it to all. The zero value.
	FullJitter Jitter = iota
	// NoJitter waits exactly. Callers that failed together come back together.
	NoJitter
	// EqualJitter waits for half of the wait, and a uniform share of the other half: never
	// almost at once, and half as spread.
	EqualJitter
	// DecorrelatedJitter waits for a uniform time from the Base to three times the wait
	// before, at most Max. The waits grow by chance; Kind and Factor have no effect.
	DecorrelatedJitter
)

var (
	backoffKindWords = [...]string{"exponential", "linear", "constant"}
	jitterWords      = [...]string{"full", "none", "equal", "decorrelated"}
)

// String returns the kind's word, or "unknown".
func (k BackoffKind) String() string { return plain.WordAt(backoffKindWords[:], int(k)) }

// MarshalText returns the kind's word; it is an error when there is none.
func (k BackoffKind) MarshalText() ([]byte, error) {
	return plain.MarshalWord("backoff kind", backoffKindWords[:], int(k))
}

// UnmarshalText reads the kind's word as [BackoffKind.MarshalText] writes it. An
// unknown word is an error that names the accepted ones, and k keeps its value.
func (k *BackoffKind) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("backoff kind", backoffKindWords[:], text)
	if err == nil {
		*k = BackoffKind(i)
	}
	return err
}

func (k BackoffKind) known() bool { return int(k) < len(backoffKindWords) }

// String returns the jitter's word, or "unknown".
func (j Jitter) String() string { return plain.WordAt(jitterWords[:], int(j)) }

// MarshalText returns the jitter's word; it is an error when there is none.
func (j Jitter) MarshalText() ([]byte, error) {
	return plain.MarshalWord("jitter", jitterWords[:], int(j))
}

// UnmarshalText reads the jitter's word as [Jitter.MarshalText] writes it. An
// unknown word is an error that names the accepted ones, and j keeps its value.
func (j *Jitter) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("jitter", jitterWords[:], text)
	if err == nil {
		*j = Jitter(i)
	}
	return err
}

func (j Jitter) known() bool { return int(j) < len(jitterWords) }

func wordProblem(path string, words []string, i int) fuseboard.Problem {
	return fuseboard.Problem{
		Path: path, Code: codeUnknownWord, Value: strconv.Itoa(i),
		Message: "has no word", Accepted: strings.Join(words, ", "),
	}
}
