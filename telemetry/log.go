// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/trace"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// DefaultCallEvery is how many calls have one line at level Debug.
const DefaultCallEvery = 100

// LogOptions are the choices of a [Log]. The zero LogOptions are right for most services.
type LogOptions struct {
	// CallEvery writes a line for one call in so many. Default: 100. 1: for every call.
	CallEvery int
	// Fields returns further attributes for the line of a call, from the context of its
	// request. It runs on the goroutine of the call. Nil: none.
	Fields func(context.Context) []slog.Attr
}

// Log writes what a System tells: to zerolog, or to a slog.Logger. [Log.Wire] puts it in:
//
//	log := telemetry.NewLog(zerolog.New(os.Stderr), telemetry.LogOptions{})
//	sys, err := actors.Start(log.Wire(actors.Options{}))
//
// Lines of the System (transitions with their cause and numbers, policies in force,
// limits, restarts) come at levels Info to Error, on a goroutine of the System's, so that
// a slow logger holds nothing up. Lines of calls are at Debug and sampled; they are
// written on the goroutine of the call. Safe for concurrent use.
type Log struct {
	to     *slog.Logger
	every  uint64
	fields func(context.Context) []slog.Attr
	calls  atomic.Uint64
}

// NewLog returns a Log that writes to zerolog, with the level, fields, hooks and
// sampling of l. The writer of l must be safe for concurrent use: a file is, and
// zerolog.SyncWriter makes any other so.
func NewLog(l zerolog.Logger, o LogOptions) *Log {
	return NewSlog(slog.New(zerolog.NewSlogHandler(l)), o)
}

// NewSlog returns a Log that writes to l; nil: to nobody.
func NewSlog(l *slog.Logger, o LogOptions) *Log {
	if l == nil {
		l = slog.New(slog.DiscardHandler)
	}
	every := uint64(DefaultCallEvery)
	if o.CallEvery > 0 {
		every = uint64(o.CallEvery)
	}
	return &Log{to: l, every: every, fields: o.Fields}
}

// Wire returns the options with the Log in them: Logger, and Observe with
// ObserveEvery where the logger takes lines of level Debug at this moment. Else calls
// are not observed, so that they cost nothing; who changes the level later sets
// Options.Observe to [Log.Call].
func (l *Log) Wire(o actors.Options) actors.Options {
	o.Logger = l.to
	if l.to.Enabled(context.Background(), slog.LevelDebug) {
		o.Observe, o.ObserveEvery = l.line, int(min(l.every, 1<<30))
	}
	return o
}

// Slog returns the logger that the Log writes to, for actors.Options.Logger.
func (l *Log) Slog() *slog.Logger { return l.to }

// Call writes the line of a call, if it is one that has a line: for
// actors.Options.Observe, where it is not [Log.Wire] that sets it.
func (l *Log) Call(ctx context.Context, c actors.CallInfo) {
	if l.to.Enabled(ctx, slog.LevelDebug) && l.calls.Add(1)%l.every == 1%l.every {
		l.line(ctx, c)
	}
}

func (l *Log) line(ctx context.Context, c actors.CallInfo) {
	attrs := append(make([]slog.Attr, 0, 20),
		slog.String("dependency", c.Dependency), slog.String("op", c.Op), slog.String("outcome", outcomeOf(c)),
		slog.Int("attempts", c.Attempts), slog.Duration("elapsed", c.Elapsed), slog.Duration("waited", c.Waited))
	for _, a := range [...]slog.Attr{
		slog.String("key", c.Key), slog.String("class", string(c.Outcome.Class)), slog.String("rejected_by", c.RejectedBy),
	} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	if c.Err != nil {
		attrs = append(attrs, slog.String("error", c.Err.Error()))
	}
	attrs = append(attrs, whose(ctx)...)
	if l.fields != nil {
		attrs = append(attrs, l.fields(ctx)...)
	}
	l.to.LogAttrs(ctx, slog.LevelDebug, "call", attrs...)
}

// outcomeOf is the outcome of a call, as the metric calls_total names it.
func outcomeOf(c actors.CallInfo) string {
	if c.Attempts == 0 && c.RejectedBy == "" {
		return "left"
	}
	return c.Outcome.Kind.String()
}

// whose tells the request that a line is about, as far as its context knows.
func whose(ctx context.Context) (attrs []slog.Attr) {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		attrs = append(attrs, slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	m := fuseboard.MetaOf(ctx)
	if m.Request != "" {
		attrs = append(attrs, slog.String("request", m.Request))
	}
	if m.Tenant != "" {
		attrs = append(attrs, slog.String("tenant", m.Tenant))
	}
	if m.Priority != fuseboard.Normal {
		attrs = append(attrs, slog.String("priority", m.Priority.String()))
	}
	return attrs
}
