// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const fleet = "shop/live"

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// fixed makes a key that is the same in each run.
func fixed(seed byte) Signer {
	s := make([]byte, ed25519.SeedSize)
	s[0] = seed
	return newSigner(ed25519.NewKeyFromSeed(s))
}

// operator is the public half of a signer, by the name of its number.
func operator(t testing.TB, seed byte) Operator {
	t.Helper()
	o, err := fixed(seed).Operator(string('a' + rune(seed)))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// trusting is a fleet's trust in the signers of some numbers.
func trusting(t testing.TB, seeds ...byte) Trust {
	t.Helper()
	var all []Operator
	for _, s := range seeds {
		all = append(all, operator(t, s))
	}
	trust, err := NewTrust(fleet, all...)
	if err != nil {
		t.Fatal(err)
	}
	return trust
}

// hold is an order that holds for ten minutes, which a test changes to what it needs.
func hold(at time.Time, change ...func(*Order)) Order {
	o := Order{
		Fleet: fleet, Dependency: "payments", Verb: HoldOpen, Author: "ada", Reason: "their disk is full",
		Issued: at, Expires: at.Add(10 * time.Minute), Version: Version{}.Next(at),
	}
	for _, c := range change {
		c(&o)
	}
	return o
}

func release(o *Order) { o.Verb, o.Expires = Release, time.Time{} }

func signed(t testing.TB, seed byte, o Order) Signed {
	t.Helper()
	s, err := fixed(seed).Sign(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reasonOf is why something was refused, and false where it was not.
func reasonOf(err error) (Reason, bool) {
	var why *RefusedError
	if errors.As(err, &why) {
		return why.Reason, true
	}
	return 0, false
}

func refuses(t *testing.T, err error, want Reason) {
	t.Helper()
	if got, is := reasonOf(err); !is || got != want {
		t.Errorf("want a refusal as %v, got %v", want, err)
	}
}

// apply applies what must not be refused.
func apply(t testing.TB, b *Book, now time.Time, s Signed) Change {
	t.Helper()
	c, err := b.Apply(now, s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signRaw signs bytes as they are.
func signRaw(s Signer, b []byte) []byte { return ed25519.Sign(s.secret(), b) }
