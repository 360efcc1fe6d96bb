// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/quantile"
)

// BenchmarkContext measures what the context of one call costs, from Begin to
// End, beside the library's. "untouched" is a handler that never looks.
func BenchmarkContext(b *testing.B) {
	c, f := fuseboard.NewClock(), new(Family)
	p := Policy{Total: time.Hour}
	free, cancel := context.WithCancel(b.Context())
	defer cancel()
	bound := dated{free, time.Now().Add(time.Minute)}
	var kept context.Context // as a handler that is not inlined keeps it

	lazy := func(parent context.Context, look func(context.Context)) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ctx, l := Context(parent, c, p.Begin(parent, c, c.Now()), f)
				kept = ctx
				look(ctx)
				l.End()
			}
		}
	}
	library := func(look func(context.Context)) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ctx, cancel := context.WithTimeout(free, time.Hour)
				kept = ctx
				look(ctx)
				cancel()
			}
		}
	}
	nothing := func(context.Context) {}
	err := func(ctx context.Context) { _ = ctx.Err() }
	done := func(ctx context.Context) { ctx.Done() }
	b.Run("pass-through", lazy(bound, nothing))
	b.Run("untouched/lazy", lazy(free, nothing))
	b.Run("untouched/stdlib", library(nothing))
	b.Run("err/lazy", lazy(free, err))
	b.Run("err/stdlib", library(err))
	b.Run("done/lazy", lazy(free, done))
	b.Run("done/stdlib", library(done))
	_ = kept
}

// BenchmarkErr measures one look in a long loop of looks.
func BenchmarkErr(b *testing.B) {
	ctx, lazy := begun(b.Context(), time.Hour, nil)
	defer lazy.End()
	for b.Loop() {
		_ = ctx.Err()
	}
}

// BenchmarkHTTPRequest measures a whole exchange over loopback, the handler that
// looks at its context the hardest.
func BenchmarkHTTPRequest(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "paid")
	}))
	defer server.Close()
	client, c, f := server.Client(), fuseboard.NewClock(), new(Family)
	defer client.CloseIdleConnections()
	p := Policy{Total: time.Hour}
	get := func(b *testing.B, ctx context.Context) {
		b.Helper()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
		if err != nil {
			b.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
	b.Run("lazy", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ctx, lazy := Context(b.Context(), c, p.Begin(b.Context(), c, c.Now()), f)
			get(b, ctx)
			lazy.End()
		}
	})
	b.Run("stdlib", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
			get(b, ctx)
			cancel()
		}
	})
}

// BenchmarkAttemptLimit is what an attempt pays for a limit that follows latency, beside one that does not.
func BenchmarkAttemptLimit(b *testing.B) {
	p := Policy{Total: time.Minute, Attempt: time.Second, Adaptive: Adaptive{MinCalls: 1}}.WithDefaults()
	live, first := quantile.New(time.Minute, 1, 0.99), p.First()
	live.Record(0, time.Millisecond)
	var until fuseboard.Instant
	b.Run("fixed", func(b *testing.B) {
		for b.Loop() {
			until = first.Until(until & 1)
		}
	})
	limits := p.Limits()
	b.Run("adaptive", func(b *testing.B) {
		for b.Loop() {
			within := first
			if v, ok := live.Value(0); ok {
				within = first.Within(limits.Of(v))
			}
			until = within.Until(until & 1)
		}
	})
	b.Run("adaptive, from the policy", func(b *testing.B) {
		for b.Loop() {
			until = first.Within(p.AttemptLimit(live.Value(0))).Until(until & 1)
		}
	})
}
