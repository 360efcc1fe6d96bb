// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// readAll reads packets until one is bad, and returns them as they are written, and what is left.
func readAll(b []byte) (back, rest []byte) {
	r := bufio.NewReader(bytes.NewReader(b))
	var again bytes.Buffer
	w := bufio.NewWriter(&again)
	for {
		p, err := readFrame(r)
		if err != nil {
			return again.Bytes(), b[again.Len():]
		}
		_ = putFrame(w, p) // into memory
		_ = w.Flush()
	}
}

func TestProperty_PacketsAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var wire bytes.Buffer
		w := bufio.NewWriter(&wire)
		sent := rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 300)).Draw(t, "packets")
		for _, p := range sent {
			if err := putFrame(w, p); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		r := bufio.NewReader(bytes.NewReader(wire.Bytes()))
		for i, want := range sent {
			if got, err := readFrame(r); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("packet %d is %q (%v), want %q", i, got, err, want)
			}
		}
	})
}

func TestProperty_AnIdentityIsReadAsItWasWritten(t *testing.T) {
	part := rapid.StringMatching(`[a-zA-Z0-9_-][a-zA-Z0-9._-]{0,20}`)
	rapid.Check(t, func(t *rapid.T) {
		id := Identity{strings.ToLower(part.Draw(t, "domain")), part.Draw(t, "service"), part.Draw(t, "name")}
		got, err := ParseIdentity(id.String())
		if err != nil || got != id {
			t.Fatalf("%s is %+v, %v", id, got, err)
		}
	})
}

func TestWhatIsNoIdentityIsSaid(t *testing.T) {
	for _, text := range []string{
		"", "a", "https://example.org/fuseboard/checkout/a", "spiffe://example.org/checkout/a", "spiffe://example.org/fuseboard/checkout/a/b",
		"spiffe:///fuseboard/checkout/a", "spiffe://Example.org/fuseboard/checkout/a", "spiffe://example.org:1/fuseboard/checkout/a",
		"spiffe://me@example.org/fuseboard/checkout/a", "spiffe://example.org/fuseboard/checkout/a?b", "spiffe://example.org/fuseboard/checkout/a#1",
		"spiffe://example.org/fuseboard/checkout/%61", "spiffe://example.org/fuseboard/../a", "spiffe://example.org/fuseboard//a", "spiffe://x\x7f/",
		"spiffe://example.org/fuseboard/checkout/" + strings.Repeat("a", mostWord+1),
	} {
		if id, err := ParseIdentity(text); err == nil || !strings.Contains(err.Error(), "spiffe://<trust domain>/fuseboard/<service>/<name>") {
			t.Errorf("%q is %+v, %v", text, id, err)
		}
	}
}
