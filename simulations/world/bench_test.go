// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// BenchmarkCall is all that a call of a simulation costs but for the product's own code, in real time.
func BenchmarkCall(b *testing.B) {
	for name, m := range map[string]Model{
		"unlimited": {Latency: Latency{Median: 40 * time.Millisecond}},
		"queue":     {Latency: Latency{Kind: Exponential, Median: 40 * time.Millisecond}, Capacity: Capacity{Concurrency: 70, Queue: 1000}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			synctest.Test(new(testing.T), func(*testing.T) {
				d, err := NewDependency("payments", m, 1)
				if err != nil {
					panic(err)
				}
				defer d.Close()
				until := time.Duration(b.N) * time.Millisecond
				Play(context.Background(), Load{To: "payments", Rate: 1000, Until: until}, 1, 1, nil,
					func(ctx context.Context, _ *Request) bool { return d.Serve(ctx) == nil })
			})
		})
	}
}
