// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// library is the log of the actor library, without its lines about what is nobody's
// concern: each request that failed in a worker (such a failure is the sender's, who
// is answered, and the circuit's, which tells when it matters), and each message of
// the library's own to an actor that has just gone, such as the Stop of one that was
// stopped from two sides.
type library struct{ slog.Handler }

// Handle passes all other lines on.
func (l library) Handle(ctx context.Context, r slog.Record) error {
	quiet := false
	r.Attrs(func(a slog.Attr) bool {
		if a.Value.Kind() == slog.KindAny {
			quiet = ofNoConcern(a.Value.Any())
		}
		return !quiet
	})
	if quiet {
		return nil
	}
	return l.Handler.Handle(ctx, r)
}

func ofNoConcern(what any) bool {
	switch what.(type) {
	case *strategy.Failed, *actor.Stop, *actor.Restart, *actor.ResumeMailbox, *actor.SuspendMailbox, *actor.Terminated, *actor.Watch, *actor.Unwatch:
		return true
	}
	return false
}

// WithAttrs keeps the filter.
func (l library) WithAttrs(attrs []slog.Attr) slog.Handler {
	return library{l.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the filter.
func (l library) WithGroup(name string) slog.Handler { return library{l.Handler.WithGroup(name)} }
