// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"context"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func benchmark[Resp any](b *testing.B, step Step, s Sources[int, Resp]) {
	c := made(b, Policy{Concurrency: 1000, Steps: []Step{{On: []fuseboard.Class{"timeout"}}, step}}, s)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		ctx, f := context.Background(), Fault{Refused: "breaker", Err: errCall}
		for pb.Next() {
			_, _, _ = c.Answer(ctx, 1, f)
		}
	})
}

// BenchmarkAnswer is what a fallback costs by its use, behind a step that is for others.
func BenchmarkAnswer(b *testing.B) {
	b.Run("value", func(b *testing.B) { benchmark(b, Step{Value: `{"id": "a", "cents": 1}`}, Sources[int, receipt]{}) })
	b.Run("value with pointers", func(b *testing.B) { benchmark(b, Step{Value: `{"id": "a", "cents": 1}`}, Sources[int, *receipt]{}) })
	last := NewKept[receipt](10)
	last.Put(0, "a", receipt{})
	b.Run("last good", func(b *testing.B) {
		benchmark(b, Step{MaxAge: time.Minute}, Sources[int, receipt]{Kept: func(_ int, most time.Duration) (receipt, time.Duration, bool) { return last.Get(1, "a", most) }})
	})
	b.Run("computed", func(b *testing.B) {
		benchmark(b, Step{}, Sources[int, receipt]{Compute: func(context.Context, int, error) (receipt, error) { return receipt{}, nil }})
	})
	b.Run("none is meant", func(b *testing.B) { benchmark(b, Step{On: []fuseboard.Class{"timeout"}}, Sources[int, receipt]{}) })
	b.Run("none answers", func(b *testing.B) { benchmark(b, Step{}, Sources[int, receipt]{}) })
}
