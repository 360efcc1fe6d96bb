// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"crypto/ed25519"
	"fmt"
	"strconv"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// domain begins everything that is signed here, so that no signature over something
// else is one over an order.
const domain = "fuseboard order v1\x00"

// Signer is an operator's private key. It does not print, whatever the verb.
// Any number of goroutines may use it. Make one with [GenerateSigner] or [ReadSigner]; the zero Signer signs nothing.
type Signer struct{ secret func() ed25519.PrivateKey } // a func, as fmt prints all that it can reach of a value that it cannot ask, but calls nothing

func newSigner(key ed25519.PrivateKey) Signer {
	return Signer{func() ed25519.PrivateKey { return key }}
}

// GenerateSigner makes a new key, from the system's source of secrets.
func GenerateSigner() (Signer, error) {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return Signer{}, err
	}
	return newSigner(private), nil
}

// Key returns what names the signer's key.
func (s Signer) Key() Key { return keyOf(s.public()) }

func errNoKey() error {
	return fuseboard.Problems{{Path: "signer", Code: codeMissing, Message: "has no key", Fix: "read one with ReadSigner, or make one with GenerateSigner"}}
}

// Operator returns the public half, under a name, for those who shall trust it. The error is
// a [fuseboard.Problems] where the name cannot be one, or the signer has no key.
func (s Signer) Operator(name string) (Operator, error) {
	if s.secret == nil {
		return Operator{}, errNoKey()
	}
	if err := nameProblems(name).Err(); err != nil {
		return Operator{}, err
	}
	return Operator{Name: name, public: s.public()}, nil
}

// Format writes the fingerprint, for every verb: a private key must not reach a log.
func (s Signer) Format(f fmt.State, _ rune) { fmt.Fprint(f, "signer "+s.Key().String()) }

func (s Signer) public() ed25519.PublicKey {
	if s.secret == nil {
		return nil
	}
	return ed25519.PublicKey(s.secret()[ed25519.PrivateKeySize-ed25519.PublicKeySize:])
}

// Sign signs an order. Its times are cut to milliseconds, in UTC. The error lists everything wrong with
// the order, as [fuseboard.Problems]; an order whose texts together are too long for [MostBytes] is one too.
func (s Signer) Sign(o Order) (Signed, error) {
	if s.secret == nil {
		return Signed{}, errNoKey()
	}
	o.Issued, o.Expires = cut(o.Issued), cut(o.Expires)
	if err := o.Validate().Err(); err != nil {
		return Signed{}, err
	}
	key := s.Key()
	b := appendOrder(append([]byte{format}, key[:]...), o)
	if n := len(b) + ed25519.SignatureSize; n > MostBytes {
		return Signed{}, fuseboard.Problems{{
			Path: "order", Code: plain.CodeRange, Value: plain.Count(n, "byte", "bytes"), Message: "is too long for one packet",
			Accepted: "at most " + strconv.Itoa(MostBytes) + " bytes with its signature", Fix: "shorten the reason, or give fewer values",
		}}
	}
	b = append(b, ed25519.Sign(s.secret(), signedBytes(b))...)
	return ParseSigned(b)
}

// cut makes a time one that the encoding can say.
func cut(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

// signedBytes is what is signed of an order's bytes up to its signature.
func signedBytes(b []byte) []byte { return append([]byte(domain), b...) }
