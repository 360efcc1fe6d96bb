// SPDX-License-Identifier: Apache-2.0

package quantile

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// times is what attempts take, without a random number in each round.
func times(i int) time.Duration {
	return 900*time.Microsecond + time.Duration(i*7919%1000)*700*time.Nanosecond
}

// BenchmarkRecord is what a success pays: a record a microsecond, values worked out now and then.
func BenchmarkRecord(b *testing.B) {
	b.ReportAllocs()
	l := New(30*time.Second, 100, 0.95, 0.99)
	now := fuseboard.Instant(0)
	for i := 0; b.Loop(); i++ {
		now += 1000
		l.Record(now, times(i))
	}
}

// BenchmarkRecordParallel is the same from all processors at once.
func BenchmarkRecordParallel(b *testing.B) {
	l := New(30*time.Second, 100, 0.95, 0.99)
	b.RunParallel(func(pb *testing.PB) {
		now := fuseboard.Instant(0)
		for i := 0; pb.Next(); i++ {
			now += 1000
			l.Record(now, times(i))
		}
	})
}

func BenchmarkValue(b *testing.B) {
	l := New(30*time.Second, 1, 0.95)
	l.Record(0, time.Millisecond)
	for b.Loop() {
		_, _ = l.Value(0)
	}
}

// BenchmarkWork is what one who records pays once in a fiftieth of the window.
func BenchmarkWork(b *testing.B) {
	l := New(30*time.Second, 100, 0.95, 0.99)
	for i := range 100_000 {
		l.Record(fuseboard.Instant(i)*fuseboard.Instant(300*time.Microsecond), times(i)*time.Duration(1+i%100))
	}
	b.ReportAllocs()
	for b.Loop() {
		l.work()
	}
}

func BenchmarkBucketOf(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		_, _ = bucketOf(times(i))
	}
}
