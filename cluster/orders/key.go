// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard"
)

const keyBytes = 10

// Key names an operator's key: the first 80 bits of a hash of its public half.
type Key [keyBytes]byte

// String returns the fingerprint that two people compare: "k3vq-7x2a-…", four groups of four.
func (k Key) String() string {
	s := strings.ToLower(base32.StdEncoding.EncodeToString(k[:]))
	return s[0:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:16]
}

// MarshalText returns the fingerprint.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// compare orders keys: it decides between two orders of one version.
func (k Key) compare(l Key) int { return bytes.Compare(k[:], l[:]) }

func keyOf(public ed25519.PublicKey) (k Key) {
	sum := sha256.Sum256(append([]byte("fuseboard operator key v1\x00"), public...))
	copy(k[:], sum[:])
	return k
}

// kind begins each line of a file of operators.
const kind = "fuseboard-ed25519"

// Operator is somebody whose orders a fleet obeys: a public key and whose it is.
type Operator struct {
	// Name is whose key it is, as the fleet knows him: 1 to 63 of a-z 0-9 _ . - @, a letter or digit first.
	Name   string
	public ed25519.PublicKey
}

// Key returns what names the operator's key.
func (o Operator) Key() Key { return keyOf(o.public) }

// String returns the operator as a line of a file: kind, public key and name. It holds nothing secret.
func (o Operator) String() string {
	return kind + " " + base64.StdEncoding.EncodeToString(o.public) + " " + o.Name
}

// ParseOperator reads an operator as [Operator.String] writes it.
// The error lists everything wrong with the line, as [fuseboard.Problems].
func ParseOperator(line string) (Operator, error) {
	const accepted = kind + " KEY NAME, as keygen wrote it"
	fields := strings.Fields(line)
	if len(fields) != 3 || fields[0] != kind {
		return Operator{}, fuseboard.Problems{{Path: "operator", Code: "form", Value: quote(line), Message: "is no operator's public key", Accepted: accepted, Fix: "copy the .pub file's line"}}
	}
	var problems fuseboard.Problems
	public, err := base64.StdEncoding.Strict().DecodeString(fields[1])
	if err != nil || len(public) != ed25519.PublicKeySize {
		problems = append(problems, fuseboard.Problem{Path: "operator.key", Code: "form", Value: quote(fields[1]), Message: "is no public key", Accepted: "44 letters of base64", Fix: "copy the .pub file's line"})
	}
	problems = append(problems, nameProblems(fields[2])...)
	if len(problems) > 0 {
		return Operator{}, problems
	}
	return Operator{Name: fields[2], public: public}, nil
}

func nameProblems(name string) fuseboard.Problems {
	if isName(name, "_.-@") {
		return nil
	}
	return fuseboard.Problems{{
		Path: "operator.name", Code: codeName, Value: quote(name), Message: "is no operator's name",
		Accepted: "1 to 63 of a-z 0-9 _ . - @, beginning with a letter or digit", Fix: "use the name that shall stand beside his orders",
	}}
}

// ParseOperators reads a file of operators: one a line, as in the .pub files; empty lines and
// those that begin with # are for people. Several keys of one name are usual while a key is being changed.
// The error lists everything wrong, with line numbers.
func ParseOperators(text []byte) ([]Operator, error) {
	var found []Operator
	var problems fuseboard.Problems
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		o, err := ParseOperator(line)
		var wrong fuseboard.Problems
		if errors.As(err, &wrong) {
			problems = append(problems, wrong.Under(fmt.Sprintf("line[%d]", number))...)
			continue
		}
		found = append(found, o)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return found, nil
}
