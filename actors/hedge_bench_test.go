// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"time"
)

// BenchmarkHedge is the same call with workers alone and with a copy armed and never sent, and
// with one sent each time.
func BenchmarkHedge(b *testing.B) {
	bg := context.Background()
	safe := With[int, int]{Safe: Always[int]}
	armed := workersPolicy
	armed.Hedge = Hedge{After: 100 * time.Millisecond}
	live := workersPolicy
	live.Hedge = Hedge{Quantile: 0.95, After: 100 * time.Millisecond, Min: 50 * time.Millisecond}
	for _, one := range []struct {
		name   string
		policy Policy
	}{{"workers", workersPolicy}, {"armed", armed}, {"armed-live", live}} {
		b.Run(one.name, func(b *testing.B) {
			r := spawn(b, start(b), one.policy, echo, safe)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = r.Call(bg, 1)
			}
		})
	}
}

// BenchmarkAdaptiveAttempt is the same call with an attempt limit that stands and one that
// moves.
func BenchmarkAdaptiveAttempt(b *testing.B) {
	bg := context.Background()
	fixed := Policy{Deadline: Deadline{Attempt: 800 * time.Millisecond}, Breaker: Breaker{FailureRate: 0.5}}
	moving := fixed
	moving.Deadline.Adaptive = AdaptiveAttempt{Quantile: 0.99}
	for _, one := range []struct {
		name   string
		policy Policy
	}{{"fixed", fixed}, {"adaptive", moving}} {
		b.Run(one.name, func(b *testing.B) {
			r := spawn(b, start(b), one.policy, echo)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = r.Call(bg, 1)
			}
		})
	}
}
