// SPDX-License-Identifier: Apache-2.0

package httpserver

import (
	"context"
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/clients/internal/wire"
)

// arrive returns the context of a request with what its headers say, as far as they
// are believed, and what ends it; nil where there is nothing to end. A request that says
// nothing keeps its context. Who tells the number of his attempt is told in return how
// often it was repeated further in.
func (s *Server) arrive(e *exchange) (context.Context, context.CancelFunc) {
	r := e.request
	told, left, has := wire.Read(r.Header)
	ctx := r.Context()
	if told.Attempt > 0 {
		ctx = wire.Listen(ctx, &e.repeats)
	}
	if m := s.believed(r, told); !isZero(m) {
		ctx = fuseboard.WithMeta(ctx, m)
	}
	if !has {
		return ctx, nil
	}
	return context.WithDeadline(ctx, time.Now().Add(min(left, s.options.MaxDeadline)))
}

// believed is what counts of what the headers say.
func (s *Server) believed(r *http.Request, m fuseboard.Meta) fuseboard.Meta {
	o := &s.options
	if o.Trust == nil || !o.Trust(r) {
		m = fuseboard.Meta{Request: m.Request, Priority: min(m.Priority, fuseboard.Normal)}
	}
	if o.Priority != nil {
		m.Priority = o.Priority(r)
	}
	if o.Tenant != nil {
		m.Tenant = o.Tenant(r)
	}
	return m
}

func isZero(m fuseboard.Meta) bool {
	return m.Priority == fuseboard.Normal && m.Tenant == "" && m.Request == "" && m.Attempt == 0 && len(m.Chain) == 0
}
