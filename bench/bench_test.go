// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime"
	"slices"
	"testing"
	"time"
)

// Benchmark runs every contender under every scenario: -bench '/stack$/' for one of
// them, -cpu 1,2 for one core and for two.
// The command measures in processes of their own and is the one to quote; this one is
// for benchstat and for profiles.
func Benchmark(b *testing.B) {
	for _, s := range scenarios {
		if s.memory {
			continue // what is idle has no calls: the command weighs it
		}
		b.Run(s.name, func(b *testing.B) {
			for _, c := range s.field() {
				b.Run(c.name, func(b *testing.B) { benchmark(b, c, s) })
			}
		})
	}
}

func benchmark(b *testing.B, c contender, s scenario) {
	t, err := s.begin(c)
	defer t.end()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	defer func(began time.Duration) {
		b.ReportMetric(float64(cpuTime()-began)/float64(b.N), "cpu-ns/op")
	}(cpuTime())
	b.ResetTimer()
	if s.callers == 0 && (runtime.GOMAXPROCS(0) == 1 || !slices.Contains(s.cores, 2)) {
		calls(b, t, s, b.Loop)
		return
	}
	b.SetParallelism(max(1, s.callers/runtime.GOMAXPROCS(0)))
	b.RunParallel(func(pb *testing.PB) { calls(b, t, s, pb.Next) })
}

func calls(b *testing.B, t task, s scenario, next func() bool) {
	call := t.one()
	for i := 0; next(); i++ {
		if i%max(t.each, 1) != 0 {
			continue // one do was several calls
		}
		if wrong := s.wants.check(call()); wrong != nil {
			b.Error(wrong)
			return
		}
	}
}
