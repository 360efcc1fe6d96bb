// SPDX-License-Identifier: Apache-2.0

package record

import (
	"fmt"
	"testing"
	"time"
)

// fleet is what 100 nodes say of 20 dependencies each.
func fleet(seq uint64) []Record {
	var rs []Record
	for i := range 100 {
		for j := range 20 {
			rs = append(rs, Record{
				Owner: fmt.Sprintf("node-%02d", i), Key: fmt.Sprintf("dependency-%02d", j), Kind: Counter,
				Version: Version{1_764_000_000_000, seq}, Body: make([]byte, 40),
			})
		}
	}
	return rs
}

func BenchmarkPut(b *testing.B) {
	rs := fleet(1)
	for _, c := range []struct {
		name string
		step uint64
	}{{"newer", 1}, {"same", 0}} {
		b.Run(c.name, func(b *testing.B) {
			s := filled(Limits{}, rs...)
			b.ReportAllocs()
			for i := range b.N {
				r := rs[i%len(rs)]
				r.Version.Seq += uint64(i/len(rs)+1) * c.step
				s.Put(0, r)
			}
		})
	}
}

func BenchmarkDigest(b *testing.B) {
	d := filled(Limits{}, fleet(1)...).Digest()
	buffer := make([]byte, 0, DigestSize)
	b.ReportAllocs()
	for range b.N {
		if _, err := DecodeDigest(d.Append(buffer)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDiffering(b *testing.B) {
	s := filled(Limits{}, fleet(1)...)
	one := s.Digest()
	one[7]++
	for _, c := range []struct {
		name   string
		theirs Digest
	}{{"none", s.Digest()}, {"one", one}, {"all", Digest{}}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			n, size := 0, 0
			for range b.N {
				rs := s.Differing(c.theirs)
				n, size = len(rs), len(Append(nil, rs...))
			}
			b.ReportMetric(float64(n), "records")
			b.ReportMetric(float64(size), "bytes")
		})
	}
}

func BenchmarkExpire(b *testing.B) {
	s := filled(Limits{}, fleet(1)...)
	b.ReportAllocs()
	for range b.N {
		s.Expire(at(time.Second))
	}
}

func BenchmarkDecode(b *testing.B) {
	packet := Append(nil, fleet(1)[:12]...)
	b.SetBytes(int64(len(packet)))
	b.ReportAllocs()
	for range b.N {
		if _, err := Decode(packet); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTake(b *testing.B) {
	q := NewQueue(Limits{})
	q.SetMembers(1 << 40)
	for _, r := range fleet(1)[:200] {
		r.Kind = Transition
		q.Push(0, r)
	}
	again := uint64(1)
	b.ReportAllocs()
	for i := range b.N {
		if i%100 == 99 { // newer ones come
			again++
			for _, r := range fleet(again)[:200] {
				r.Kind = Transition
				q.Push(0, r)
			}
		}
		q.Take(0, 1150)
	}
}
