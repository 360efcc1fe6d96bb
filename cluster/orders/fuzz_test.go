// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"bytes"
	"testing"
	"time"
)

// Whatever comes, an order that can be read has these bytes and no others, and is valid.
func FuzzParseSigned(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{format})
	f.Add([]byte{2, 1, 2, 3})
	for _, o := range []Order{hold(noon), hold(noon, release), hold(noon, func(o *Order) { o.Verb, o.Policy = Policy, map[string]string{"a": "1", "b.c": "2"} })} {
		f.Add(signed(f, 1, o).Bytes())
	}
	trust := trusting(f, 1)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSigned(b)
		if err != nil {
			if _, is := reasonOf(err); !is {
				t.Fatalf("%T", err)
			}
			return
		}
		o := s.Claim()
		if err := o.Validate().Err(); err != nil {
			t.Fatal(err)
		}
		key := s.Key()
		again := appendOrder(append([]byte{format}, key[:]...), o)
		if again = append(again, b[len(b)-64:]...); !bytes.Equal(again, b) || !bytes.Equal(s.Bytes(), b) {
			t.Fatalf("%x\n%x", b, again)
		}
		_, _ = NewBook(trust).Apply(noon, s)
	})
}

func FuzzParseOperators(f *testing.F) {
	f.Add("# of the shop\n" + operator(f, 1).String() + "\n\n" + operator(f, 2).String())
	f.Add("fuseboard-ed25519 AAAA x")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := ParseOperators([]byte(text))
		if err != nil && len(all) > 0 {
			t.Fatal("operators and an error")
		}
		for _, o := range all {
			if again, err := ParseOperator(o.String()); err != nil || again.String() != o.String() {
				t.Fatal(err)
			}
		}
	})
}

// Whatever a file holds, only genuine orders are taken from it.
func FuzzLoad(f *testing.F) {
	book := NewBook(trusting(f, 1))
	apply(f, book, noon, signed(f, 1, hold(noon)))
	book.dir = f.TempDir()
	if err := book.Save(); err != nil {
		f.Fatal(err)
	}
	data, err := readBook(book.dir + "/" + bookFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
	f.Add([]byte(bookBegin))
	trust := trusting(f, 1)
	f.Fuzz(func(t *testing.T, data []byte) {
		b := NewBook(trust)
		l := b.load(data, noon)
		if l.Damaged == nil && checkBook(data) != nil {
			t.Fatal("nobody is told of the damage")
		}
		for _, e := range b.All() {
			if _, err := trust.signer(e.Signed()); err != nil {
				t.Fatal(err)
			}
		}
		b.Expire(noon.Add(time.Hour))
	})
}
