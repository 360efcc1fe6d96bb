// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"log/slog"

	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// library is the log of the actor library, without its line for each request that
// failed in a worker: such a failure is the sender's, who is answered, and the
// circuit's, which tells when it matters.
type library struct{ slog.Handler }

// Handle passes all other lines on.
func (l library) Handle(ctx context.Context, r slog.Record) error {
	request := false
	r.Attrs(func(a slog.Attr) bool {
		if a.Value.Kind() == slog.KindAny {
			_, request = a.Value.Any().(*strategy.Failed)
		}
		return !request
	})
	if request {
		return nil
	}
	return l.Handler.Handle(ctx, r)
}

// WithAttrs keeps the filter.
func (l library) WithAttrs(attrs []slog.Attr) slog.Handler {
	return library{l.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the filter.
func (l library) WithGroup(name string) slog.Handler { return library{l.Handler.WithGroup(name)} }
