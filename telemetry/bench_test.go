// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/fuseboard/fuseboard/actors"
)

// equipped returns a full call without telemetry, and the same with it: metrics and a
// log at the level.
func equipped(t testing.TB, level zerolog.Level, o LogOptions) (bare, told *actors.Ref[int, int]) {
	p := full
	p.Bulkhead = actors.Bulkhead{Concurrency: 64, Queue: 64}
	bare = spawn(t, start(t, actors.Options{}), "payments", p, echo)
	sys := start(t, NewLog(zerolog.New(io.Discard).Level(level), o).Wire(actors.Options{}))
	telemetryOf(t, sys, Options{}).WritePrometheus(io.Discard)
	return bare, spawn(t, sys, "payments", p, echo)
}

func TestTelemetryAllocatesNothingOnTheWayOfACall_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	ctx := context.Background()
	for what, c := range map[string]struct {
		level zerolog.Level
		o     LogOptions
	}{
		"info": {zerolog.InfoLevel, LogOptions{}}, "debug": {zerolog.DebugLevel, LogOptions{}},
		"debug, a line for each call": {zerolog.DebugLevel, LogOptions{CallEvery: 1}},
	} {
		bare, told := equipped(t, c.level, c.o)
		without := testing.AllocsPerRun(500, func() { _, _ = bare.Call(ctx, 1) })
		with := testing.AllocsPerRun(500, func() { _, _ = told.Call(ctx, 1) })
		if with != without {
			t.Errorf("%s: %v allocations without, %v with telemetry", what, without, with)
		}
	}
}

// BenchmarkCall reports the ratio of the cost of a full call with telemetry and
// without, from rounds that alternate: its median over all pairs.
func BenchmarkCall(b *testing.B) {
	for _, level := range []zerolog.Level{zerolog.InfoLevel, zerolog.DebugLevel} {
		b.Run("telemetry-"+level.String(), func(b *testing.B) {
			bare, told := equipped(b, level, LogOptions{})
			ctx, n := context.Background(), 2000
			took := func(r *actors.Ref[int, int]) float64 {
				from := time.Now()
				for range n {
					_, _ = r.Call(ctx, 1)
				}
				return float64(time.Since(from))
			}
			var ratios []float64
			for b.Loop() {
				before := took(bare)
				with := took(told)
				after := took(bare)
				ratios = append(ratios, 2*with/(before+after))
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func BenchmarkScrape(b *testing.B) {
	sys := start(b, actors.Options{})
	for i := range 1000 {
		r := spawn(b, sys, fmt.Sprintf("dependency-%d", i), full, echo)
		for n := range 10 {
			_, _ = r.Call(b.Context(), n)
		}
	}
	tel := telemetryOf(b, sys, Options{})
	b.ReportAllocs()
	for b.Loop() {
		tel.WritePrometheus(io.Discard)
	}
	b.ReportMetric(float64(tel.bytes.Load())/1e6, "MB/page")
}

func BenchmarkScrapeOfKeys(b *testing.B) {
	sys := start(b, actors.Options{})
	k := spawnKeyed(b, sys, "tenants", actors.KeyLimits{Max: 10_000}, echo)
	for i := range 10_000 {
		_, _ = k.Call(b.Context(), fmt.Sprint(i), 1)
	}
	tel := telemetryOf(b, sys, Options{})
	b.ReportAllocs()
	for b.Loop() {
		tel.WritePrometheus(io.Discard)
	}
}

func BenchmarkLineOfACall(b *testing.B) {
	for kind, log := range map[string]*Log{
		"zerolog": NewLog(zerolog.New(io.Discard), LogOptions{CallEvery: 1}),
		"slog":    NewSlog(slog.New(slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug})), LogOptions{CallEvery: 1}),
	} {
		b.Run(kind, func(b *testing.B) {
			info := actors.CallInfo{Dependency: "payments", Op: "charge", Attempts: 1, Elapsed: time.Millisecond}
			b.ReportAllocs()
			for b.Loop() {
				log.Call(context.Background(), info)
			}
		})
	}
}
