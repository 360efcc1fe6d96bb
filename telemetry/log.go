// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/trace"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// DefaultCallEvery is how many calls have one line at level Debug.
const DefaultCallEvery = 100

// DefaultCallsPerSecond is how many lines of calls a second has at most.
const DefaultCallsPerSecond = 100

// LogOptions are the choices of a [Log]. The zero LogOptions are right for most services.
type LogOptions struct {
	// CallEvery writes a line for one call in so many. Default: 100. 1: for every call.
	CallEvery int
	// CallsPerSecond writes no more lines of calls a second, beside CallEvery: so many at
	// once after a quiet second, else evenly spread (see actors.Options.ObservePerSecond).
	// [Log.Wire] sets it. Default: 100 where CallEvery is left at its default, else as many
	// as there are. -1: as many as there are.
	CallsPerSecond int
	// Fields returns further attributes for the line of a call, from the context of its
	// request. It runs on the goroutine of the call. Nil: none.
	Fields func(context.Context) []slog.Attr
}

func (o LogOptions) withDefaults() LogOptions {
	if o.CallsPerSecond == 0 && o.CallEvery <= 0 {
		o.CallsPerSecond = DefaultCallsPerSecond
	}
	o.CallsPerSecond = max(o.CallsPerSecond, 0)
	if o.CallEvery <= 0 {
		o.CallEvery = DefaultCallEvery
	}
	return o
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
	to        *slog.Logger
	every     uint64
	perSecond int // 0: as many as there are
	fields    func(context.Context) []slog.Attr
	calls     atomic.Uint64
	here      uintptr   // what a line names as its source
	lists     sync.Pool // of the attributes of one line; nil where the handler may keep them
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
	o = o.withDefaults()
	var here [1]uintptr
	runtime.Callers(1, here[:])
	log := &Log{to: l, every: uint64(o.CallEvery), perSecond: o.CallsPerSecond, fields: o.Fields, here: here[0]}
	if _, zero := l.Handler().(*zerolog.SlogHandler); zero { // it has written all when it returns
		log.lists.New = func() any { return new(list) }
	}
	return log
}

// Wire returns the options with the Log in them: Logger, and Observe with
// ObserveEvery and ObservePerSecond where the logger takes lines of level Debug at this
// moment. Else calls are not observed, so that they cost nothing; who changes the level
// later sets Options.Observe to [Log.Call].
func (l *Log) Wire(o actors.Options) actors.Options {
	o.Logger = l.to
	if l.to.Enabled(context.Background(), slog.LevelDebug) {
		o.Observe, o.ObserveEvery, o.ObservePerSecond = l.line, int(min(l.every, 1<<30)), l.perSecond
	}
	return o
}

// Slog returns the logger that the Log writes to, for actors.Options.Logger.
func (l *Log) Slog() *slog.Logger { return l.to }

// Call writes the line of a call, if it is the one in LogOptions.CallEvery that has a
// line: for actors.Options.Observe, where it is not [Log.Wire] that sets it. Set
// actors.Options.ObservePerSecond beside it to bound the lines of a second.
func (l *Log) Call(ctx context.Context, c actors.CallInfo) {
	if l.to.Enabled(ctx, slog.LevelDebug) && l.calls.Add(1)%l.every == 1%l.every {
		l.line(ctx, c)
	}
}

// list is the attributes of one line.
type list struct{ attrs [16]slog.Attr }

// line writes a record that is made here and not by the Logger, which would walk the
// stack to name the source of each. A logger whose level changes is asked again.
func (l *Log) line(ctx context.Context, c actors.CallInfo) {
	to := l.to.Handler()
	if !to.Enabled(ctx, slog.LevelDebug) {
		return
	}
	record := slog.NewRecord(time.Now(), slog.LevelDebug, "call", l.here)
	if l.lists.New == nil {
		record.AddAttrs(l.attrs(ctx, c, make([]slog.Attr, 0, 20))...)
		_ = to.Handle(ctx, record) // as Logger does: there is nobody to tell
		return
	}
	used, _ := l.lists.Get().(*list)
	defer func() {
		clear(used.attrs[:])
		l.lists.Put(used)
	}()
	// A group without a name is its attributes, and takes no copy of them.
	record.AddAttrs(slog.Attr{Value: slog.GroupValue(l.attrs(ctx, c, used.attrs[:0])...)})
	_ = to.Handle(ctx, record)
}

// attrs appends what is known of a call.
func (l *Log) attrs(ctx context.Context, c actors.CallInfo, attrs []slog.Attr) []slog.Attr {
	attrs = append(attrs,
		slog.String("dependency", c.Dependency), slog.String("op", c.Op), slog.String("outcome", outcomeOf(c)),
		slog.Int("attempts", c.Attempts), slog.Duration("elapsed", c.Elapsed), slog.Duration("waited", c.Waited))
	attrs = appendString(attrs, "key", c.Key)
	attrs = appendString(attrs, "class", string(c.Outcome.Class))
	attrs = appendString(attrs, "rejected_by", c.RejectedBy)
	if c.Err != nil {
		attrs = append(attrs, slog.String("error", c.Err.Error()))
	}
	attrs = appendWhose(ctx, attrs)
	if l.fields != nil {
		attrs = append(attrs, l.fields(ctx)...)
	}
	return attrs
}

func appendString(attrs []slog.Attr, key, value string) []slog.Attr {
	if value == "" {
		return attrs
	}
	return append(attrs, slog.String(key, value))
}

// outcomeOf is the outcome of a call, as the metric calls_total names it.
func outcomeOf(c actors.CallInfo) string {
	if c.Attempts == 0 && c.RejectedBy == "" {
		return "left"
	}
	return c.Outcome.Kind.String()
}

// appendWhose tells the request that a line is about, as far as its context knows.
func appendWhose(ctx context.Context, attrs []slog.Attr) []slog.Attr {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		attrs = append(attrs, slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	m := fuseboard.MetaOf(ctx)
	attrs = appendString(attrs, "request", m.Request)
	attrs = appendString(attrs, "tenant", m.Tenant)
	if m.Priority != fuseboard.Normal {
		attrs = append(attrs, slog.String("priority", m.Priority.String()))
	}
	return attrs
}
