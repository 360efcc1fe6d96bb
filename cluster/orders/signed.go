// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
)

// Signed is an order as it travels: its bytes, with a signature that nobody has verified
// yet. It is a value that does not change.
type Signed struct {
	bytes string // format, key, order, signature
	claim Order
	key   Key
}

const overhead = 1 + keyBytes + ed25519.SignatureSize

var errNothing = errors.New("it is empty")

// ParseSigned reads what [Signed.Bytes] gave. The error is a *[RefusedError]: the bytes are
// no order, or of a format that this program does not know. Whether the signature holds, [Trust.Verify] says.
func ParseSigned(b []byte) (Signed, error) {
	switch {
	case len(b) == 0:
		return Signed{}, &RefusedError{Reason: Malformed, Cause: errNothing}
	case b[0] != format:
		return Signed{}, &RefusedError{Reason: OtherFormat, Cause: fmt.Errorf("its format is %d, and this program reads %d", b[0], format)}
	case len(b) > MostBytes:
		return Signed{}, &RefusedError{Reason: Malformed, Cause: fmt.Errorf("it has %d bytes, and an order has at most %d", len(b), MostBytes)}
	case len(b) < overhead:
		return Signed{}, &RefusedError{Reason: Malformed, Cause: errShort}
	}
	s := Signed{bytes: string(b), key: Key(b[1 : 1+keyBytes])}
	var err error
	s.claim, err = readOrder(b[1+keyBytes : len(b)-ed25519.SignatureSize])
	if err == nil {
		err = s.claim.Validate().Err()
	}
	if err != nil {
		return Signed{}, &RefusedError{Reason: Malformed, Key: s.key, Cause: err}
	}
	return s, nil
}

// Bytes returns what travels: at most [MostBytes].
func (s Signed) Bytes() []byte { return []byte(s.bytes) }

// Key returns whose signature it claims to have.
func (s Signed) Key() Key { return s.key }

// Claim returns what the order says, verified by nobody: it may be shown as what somebody said, and
// is no reason to do anything.
func (s Signed) Claim() Order {
	o := s.claim
	o.Policy = maps.Clone(o.Policy) // the caller's, to change as he likes
	return o
}

// MarshalText returns the bytes in base64, for where they travel as text.
func (s Signed) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, []byte(s.bytes)), nil
}

// UnmarshalText reads what MarshalText wrote. The error is a *[RefusedError], and then s keeps its value.
func (s *Signed) UnmarshalText(text []byte) error {
	if base64.StdEncoding.DecodedLen(len(text)) > MostBytes+2 {
		return &RefusedError{Reason: Malformed, Cause: fmt.Errorf("it is longer than %d bytes", MostBytes)}
	}
	b, err := base64.StdEncoding.Strict().AppendDecode(nil, text)
	if err != nil {
		return &RefusedError{Reason: Malformed, Cause: err}
	}
	parsed, err := ParseSigned(b)
	if err == nil {
		*s = parsed
	}
	return err
}

// compare orders the orders of one register: by version, then by key, then by bytes; so it is
// 0 for the same order only, and all nodes agree.
func (s Signed) compare(t Signed) int {
	return cmp.Or(s.claim.Version.Compare(t.claim.Version), s.key.compare(t.key), bytes.Compare([]byte(s.bytes), []byte(t.bytes)))
}

// genuine reports whether the signature is that of public.
func (s Signed) genuine(public ed25519.PublicKey) bool {
	b := []byte(s.bytes)
	end := len(b) - ed25519.SignatureSize
	return end > 0 && len(public) == ed25519.PublicKeySize && ed25519.Verify(public, signedBytes(b[:end:end]), b[end:])
}
