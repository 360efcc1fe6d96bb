// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func BenchmarkLevel(b *testing.B) {
	s := NewSampler(Policy{Memory: 0.9}, nil, nil)
	defer s.Stop()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if !s.Level().Admits(fuseboard.Normal) {
				b.Error("shed")
			}
		}
	})
}

// What a call of each priority pays where the sampler is on and nothing is shed.
func BenchmarkAdmit(b *testing.B) {
	s := NewSampler(Policy{Memory: 0.9}, nil, nil)
	defer s.Stop()
	b.ReportAllocs()
	for b.Loop() {
		if s.Admit(fuseboard.Normal) != nil {
			b.Fatal("shed")
		}
	}
}

func BenchmarkRefusal(b *testing.B) {
	s := NewSampler(Policy{Memory: 0.9}, nil, func(fuseboard.Instant) Signals { return Signals{Memory: 1} })
	s.Sample(0)
	b.ReportAllocs()
	for b.Loop() {
		if s.Admit(fuseboard.Normal) == nil {
			b.Fatal("admitted")
		}
	}
}

// One sample of this host: files, runtime, decision, view.
func BenchmarkSample(b *testing.B) {
	s := NewSampler(Policy{}.recommended(), nil, nil)
	defer s.Stop()
	now := fuseboard.Instant(0)
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(2 * time.Millisecond)
		s.Sample(now)
	}
}

// The decision alone.
func BenchmarkNext(b *testing.B) {
	p, now := Policy{}.recommended(), fuseboard.Instant(0)
	var s State
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(DefaultEvery)
		s = s.Next(now, Signals{CPU: 0.7, Memory: 0.5, GC: 0.1, RunQueue: time.Millisecond}, p)
	}
}

// recommended is what a policy without thresholds means.
func (p Policy) recommended() Policy {
	p.Every = DefaultEvery
	return p.WithDefaults()
}
