// SPDX-License-Identifier: Apache-2.0

package fuseboard

import (
	"context"
	"slices"
)

// Meta is what a request carries from hop to hop beside its deadline. It lives in
// the context, so it crosses goroutines, messages to actors and, where a client
// and a server pass it on (clients/httpclient, clients/httpserver), processes. The
// zero Meta is that of a request of which nothing was said.
type Meta struct {
	// Priority says whose work goes first; see [WithPriority].
	Priority Priority
	// Tenant names for whom the work is done; empty when nobody said. It is taken as it
	// comes: who lets tenants name themselves bounds it.
	Tenant string
	// Request identifies the request in logs, the same in every hop; empty when nobody said.
	Request string
	// Attempt numbers the attempt, from 1, of the hop that the context belongs to: in a
	// handler its own, in a server the caller's. Zero outside of any attempt.
	Attempt int
	// Chain names the dependencies on the way here, outermost first: whose handler
	// calls whom. Do not change it.
	Chain []string
}

type metaKey struct{}

// metaContext holds a Meta without a second object for the value.
type metaContext struct {
	context.Context
	meta Meta
}

// Value returns the Meta for its own key, and else what the context beneath knows.
func (c *metaContext) Value(key any) any {
	if key == (metaKey{}) {
		return &c.meta
	}
	return c.Context.Value(key)
}

// String names the context without reading what may change.
func (c *metaContext) String() string { return "fuseboard.WithMeta" }

// WithMeta returns a context that carries m in place of what ctx carries. A priority
// out of range counts as the nearest; Chain is copied. A nil ctx is returned as it is:
// the call it is given to says what is wrong.
func WithMeta(ctx context.Context, m Meta) context.Context {
	if ctx == nil {
		return ctx
	}
	m.Priority, m.Chain = m.Priority.usable(), slices.Clone(m.Chain)
	return &metaContext{Context: ctx, meta: m}
}

// MetaOf returns what the context carries, or the zero Meta. It allocates nothing
// and costs as much as the context is deep.
func MetaOf(ctx context.Context) Meta {
	if m := metaIn(ctx); m != nil {
		return *m
	}
	return Meta{}
}

func metaIn(ctx context.Context) *Meta {
	if ctx == nil {
		return nil
	}
	m, _ := ctx.Value(metaKey{}).(*Meta)
	return m
}

// WithPriority returns a context with the priority, and else what ctx carries; every
// call made with it, or with one derived from it, has that. One out of range counts
// as the nearest. A context that has the priority already is returned as it is, and
// so is a nil one.
func WithPriority(ctx context.Context, p Priority) context.Context {
	m := MetaOf(ctx)
	if m.Priority == p {
		return ctx
	}
	m.Priority = p
	return WithMeta(ctx, m)
}

// PriorityOf returns the priority that the context carries: the innermost that was
// given, or Normal. It allocates nothing and costs as much as the context is deep.
func PriorityOf(ctx context.Context) Priority {
	if m := metaIn(ctx); m != nil {
		return m.Priority
	}
	return Normal
}
