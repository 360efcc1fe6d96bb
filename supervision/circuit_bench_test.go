// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

var benchWindows = map[string]Breaker{
	"count":       {FailureRate: 0.5, Window: Window{Calls: 100}},
	"time":        {FailureRate: 0.5},
	"consecutive": {Consecutive: 5},
}

func BenchmarkAdmitClosed(b *testing.B) {
	c := NewCircuit(Breaker{FailureRate: 0.5}, 1)
	b.ReportAllocs()
	for b.Loop() {
		c.Admit(1)
	}
}

func openCircuit() *Circuit {
	c := NewCircuit(Breaker{Consecutive: 1}, 1)
	p, _ := c.Admit(0)
	c.Record(0, p, broken)
	return c
}

func BenchmarkAdmitOpen(b *testing.B) {
	c := openCircuit()
	b.ReportAllocs()
	for b.Loop() {
		c.Admit(1)
	}
}

func BenchmarkRefusesOpen(b *testing.B) {
	c := openCircuit()
	b.ReportAllocs()
	for b.Loop() {
		c.Refuses()
	}
}

func BenchmarkSuccess(b *testing.B) {
	for name, policy := range benchWindows {
		b.Run(name, func(b *testing.B) {
			c := NewCircuit(policy, 1)
			b.ReportAllocs()
			for b.Loop() {
				p, _ := c.Admit(1)
				c.Record(1, p, good)
			}
		})
	}
}

func BenchmarkFailure(b *testing.B) {
	for name, policy := range benchWindows {
		policy.MinCalls, policy.FailureRate, policy.Consecutive = 1, 1, 1<<40
		b.Run(name, func(b *testing.B) {
			c := NewCircuit(policy, 1)
			p, _ := c.Admit(1)
			c.Record(1, p, good)
			b.ReportAllocs()
			for b.Loop() {
				p, _ := c.Admit(1)
				c.Record(1, p, good)
				c.Record(1, p, broken)
			}
		})
	}
}

func BenchmarkSuccessParallel(b *testing.B) {
	for name, policy := range benchWindows {
		b.Run(name, func(b *testing.B) {
			c := NewCircuit(policy, 1)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					p, _ := c.Admit(1)
					c.Record(1, p, good)
				}
			})
		})
	}
}

func BenchmarkAdmitRamping(b *testing.B) {
	c := NewCircuit(Breaker{Consecutive: 1, Probes: 1, OpenFor: time.Second, Ramp: time.Hour}, 1)
	p, _ := c.Admit(0)
	opened, _ := c.Record(0, p, broken)
	p, _ = c.Admit(opened.Until)
	c.Record(opened.Until, p, good)
	now := opened.Until + fuseboard.Instant(time.Minute)
	b.ReportAllocs()
	for b.Loop() {
		c.Admit(now)
	}
}

// BenchmarkIdleCircuit reports what one circuit with its default window holds.
func BenchmarkIdleCircuit(b *testing.B) {
	for b.Loop() {
		const n = 10_000
		circuits := make([]*Circuit, n)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for i := range circuits {
			circuits[i] = NewCircuit(Breaker{FailureRate: 0.5}, uint64(i))
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/circuit")
		runtime.KeepAlive(circuits)
	}
}

func TestAllocationsOfTheHotPaths(t *testing.T) {
	for name, policy := range benchWindows {
		c := NewCircuit(policy, 1)
		call := func() {
			p, _ := c.Admit(1)
			c.Record(1, p, good)
		}
		call() // the time window makes its bucket
		equal(t, fmt.Sprint("allocations of a success, ", name), testing.AllocsPerRun(100, call), 0)
	}
	c := NewCircuit(Breaker{FailureRate: 0.9, MinCalls: 10_000}, 1)
	failure := func() {
		p, _ := c.Admit(1)
		c.Record(1, p, broken)
	}
	failure()
	equal(t, "allocations of a failure that moves nothing", testing.AllocsPerRun(100, failure), 0)
	open := openCircuit()
	equal(t, "allocations of a refusal", testing.AllocsPerRun(100, func() {
		open.Refuses()
		open.Admit(1)
		open.Refusal()
	}), 0)
}
