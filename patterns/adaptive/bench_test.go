// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/lane"
)

// BenchmarkSample is what a call pays beside the clock and its permit. Run it with -cpu 1,2.
func BenchmarkSample(b *testing.B) {
	for name, hint := range map[string]func() int{"lane": lane.Here, "none": func() int { return -1 }} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			l := New(Policy{Min: 4})
			clock := fuseboard.NewClock()
			b.RunParallel(func(pb *testing.PB) {
				now := clock.Now()
				for pb.Next() {
					now += 50
					l.Sample(hint(), now, time.Millisecond, 12, false)
				}
			})
		})
	}
}

// BenchmarkWindow is what the one caller pays that ends a window.
func BenchmarkWindow(b *testing.B) {
	b.ReportAllocs()
	l := New(Policy{Min: 4, MinSamples: 1})
	now := fuseboard.Instant(0)
	for b.Loop() {
		now = now.Add(2 * time.Second)
		l.Sample(-1, now, 10*time.Millisecond, l.Limit(), false)
	}
}
