// SPDX-License-Identifier: Apache-2.0

package main

import "testing"

// Benchmark runs every contender under every scenario: -bench '/get/' for one of them.
// The command measures in processes of their own and is the one to quote; this one is
// for benchstat and for profiles.
func Benchmark(b *testing.B) {
	for _, s := range scenarios {
		b.Run(s.name, func(b *testing.B) {
			for _, c := range ranked() {
				b.Run(c.name, func(b *testing.B) { benchmark(b, c, s) })
			}
		})
	}
}

func benchmark(b *testing.B, c contender, s scenario) {
	protected, finish, err := c.protect(s.stub())
	if err != nil {
		b.Fatal(err)
	}
	defer finish()
	b.ReportAllocs()
	if s.parallel {
		b.RunParallel(func(pb *testing.PB) {
			next, buf := s.request(), make([]byte, 2*answerSize)
			for pb.Next() {
				if err := call(protected, next(), buf); err != nil {
					b.Error(err)
					return
				}
			}
		})
		return
	}
	next, buf := s.request(), make([]byte, 2*answerSize)
	for b.Loop() {
		if err := call(protected, next(), buf); err != nil {
			b.Fatal(err)
		}
	}
}
