// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"fmt"
	"testing"
	"time"
)

func BenchmarkReceive(b *testing.B) {
	trust := trusting(b, 1)
	bytes := signed(b, 1, hold(noon)).Bytes()
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := NewBook(trust).Receive(noon, bytes); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("same", func(b *testing.B) {
		b.ReportAllocs()
		book := NewBook(trust)
		for b.Loop() {
			if _, err := book.Receive(noon, bytes); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// Of a full book: what a guard asks when something has changed.
func BenchmarkFor(b *testing.B) {
	book := full(b)
	b.ReportAllocs()
	for b.Loop() {
		if book.For("d7", noon).Circuit == nil {
			b.Fatal("nothing in force")
		}
	}
}

func BenchmarkSave(b *testing.B) {
	book := full(b)
	book.dir = b.TempDir()
	b.ReportAllocs()
	for b.Loop() {
		book.unsaved = true
		if err := book.Save(); err != nil {
			b.Fatal(err)
		}
	}
}

func full(b *testing.B) *Book {
	book := NewBook(trusting(b, 1))
	for i := range MostOrders {
		apply(b, book, noon, signed(b, 1, hold(noon, later(time.Duration(i)*time.Millisecond), of(fmt.Sprintf("d%d", i)))))
	}
	return book
}
