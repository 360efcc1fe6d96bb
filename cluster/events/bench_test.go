// SPDX-License-Identifier: Apache-2.0

package events

import "testing"

func BenchmarkMerge(b *testing.B) {
	src, s := NewSource("node-1", 1), NewStream(1, 0)
	b.ReportAllocs()
	for b.Loop() {
		e, err := src.Next(opened(1))
		if err != nil || s.Merge(0, e) != Merged {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	bytes := some(b, NewSource("node-1", 1_772_366_400_000), 1)[0].append(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(bytes); err != nil {
			b.Fatal(err)
		}
	}
}
