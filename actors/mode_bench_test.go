// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
)

// some is a handler of 20 to 50 ns.
func some(_ context.Context, n int) (int, error) {
	for range 40 {
		n = n*31 + 7
	}
	return n, nil
}

// BenchmarkBypass compares a bypassed call with the same handler called through a
// function value, which is how a service without a guard calls it; and Do with the same
// work called so.
func BenchmarkBypass(b *testing.B) {
	bg := context.Background()
	for name, h := range map[string]Handler[int, int]{"noop": echo, "some": some} {
		p := fullPolicy
		p.Mode = BypassPolicy
		b.Run(name+"/plain", func(b *testing.B) {
			plain := plainly(h)
			for b.Loop() {
				_, _ = plain(bg, 1)
			}
		})
		b.Run(name+"/plainwork", func(b *testing.B) {
			work := plainly(func(ctx context.Context) (int, error) { return h(ctx, 1) })
			for b.Loop() {
				_, _ = work(bg)
			}
		})
		b.Run(name+"/call", func(b *testing.B) {
			r := spawn(b, start(b), p, h)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = r.Call(bg, 1)
			}
		})
		b.Run(name+"/keyed", func(b *testing.B) {
			k, err := SpawnKeyed(start(b), "k", h, p, KeyLimits{})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = k.Call(bg, "a", 1)
			}
		})
		b.Run(name+"/do", func(b *testing.B) {
			r := spawn(b, start(b), p, h)
			work := func(ctx context.Context) (int, error) { return h(ctx, 1) }
			b.ReportAllocs()
			for b.Loop() {
				_, _ = Do(bg, r.Guard, work)
			}
		})
	}
	b.Run("shadow", func(b *testing.B) {
		p := fullPolicy
		p.Mode = ShadowPolicy
		r := spawn(b, start(b), p, echo)
		b.ReportAllocs()
		for b.Loop() {
			_, _ = r.Call(bg, 1)
		}
	})
}

//go:noinline
func plainly[F any](f F) F { return f }
