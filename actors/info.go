// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Info is how a call came by its answer, for who asks with [WithInfo]. It is filled in
// when the call ends, before its caller has the answer; in [BypassPolicy], and where a [Stage]
// answers by itself, it is zero.
type Info struct {
	// Source says who gave the answer; empty where the call was answered with an error, and where a
	// [Stage] made the answer.
	Source Source
	// Degraded: the answer is not what the dependency says now, because that failed: it is
	// a fallback's, or a stale one of the cache. Show it as such.
	Degraded bool
	// Fallback says which step of the fallback gave the answer, as errors and metrics name it:
	// "value", "computed", "last-good" or "guard payments-eu". Empty for other sources, and where
	// it was asked on behalf of another call with the same key.
	Fallback string
	// Age is how long ago the dependency gave the answer; zero for one of now, and for one
	// that it never gave.
	Age time.Duration
	// Attempts is how many attempts the call has made, each with its copies ([Policy].Hedge) counted as one; 0 where the answer is of the cache,
	// and where another call's load was shared.
	Attempts int
	// Waited is how long of the call it stood at the gate, in all its attempts.
	Waited time.Duration
	// Outcome is that of the last attempt; zero without one.
	Outcome fuseboard.Outcome
}

// Source says who gave an answer.
type Source string

// The sources of an answer.
const (
	// FromDependency: the handler, for this call.
	FromDependency Source = "dependency"
	// FromCache: the cache, and the answer was fresh.
	FromCache Source = "cache"
	// FromStale: the cache; the answer was stale, and is being refreshed behind it.
	FromStale Source = "stale"
	// FromStaleOnError: the cache; the answer was stale, and the dependency failed. Degraded.
	FromStaleOnError Source = "stale-if-error"
	// FromOther: the handler, for another call with the same key at the same time.
	FromOther Source = "shared"
	// FromFallback: a step of the fallback. Degraded.
	FromFallback Source = "fallback"
)

// WithInfo returns a context whose call fills in into, in the manner of net/http/httptrace.
// It tells of the one call that is made with exactly this context, and not of those that
// a handler or a [Stage] makes in turn. A context can be used for one call at a time. A nil into is ignored.
//
//	var info actors.Info
//	rate, err := rates.Call(actors.WithInfo(ctx, &info), "EUR")
//	if info.Degraded { … }
func WithInfo(ctx context.Context, into *Info) context.Context {
	if ctx == nil || into == nil {
		return ctx
	}
	return &informed{Context: ctx, into: into}
}

// informed is a context that asks for an Info. Calls look for the type itself, which costs
// less than asking for a value.
type informed struct {
	context.Context
	into *Info
}

// passedOn is an informed context on its way through the stages of an operation, which may
// derive theirs from it. Only the operation itself takes the Info, not what its stages call.
type passedOn struct {
	context.Context
	op   *operation
	into *Info // nil: the operation has taken it, and it is not for the calls further in
}

type passedOnKey struct{ op *operation }

// Value answers for the Info.
func (c *passedOn) Value(key any) any {
	switch key {
	case passedOnKey{c.op}, infoKey{}:
		return c.into
	}
	return c.Context.Value(key)
}

// infoKey is what an informed context answers to, for who has only one derived from it: the
// transport of an HTTP client.
type infoKey struct{}

// Value answers for the Info.
func (i *informed) Value(key any) any {
	if key == (infoKey{}) {
		return i.into
	}
	return i.Context.Value(key)
}

// wantsInfo reports whether a call is to fill in an Info.
func wantsInfo(ctx context.Context) bool {
	_, is := ctx.(*informed)
	return is
}

// asksInfo takes the context of a call apart: for whom it is to be filled in, nil for nobody,
// and the context without it.
func asksInfo(ctx context.Context) (into *Info, rest context.Context) {
	if i, is := ctx.(*informed); is {
		return i.into, i.Context
	}
	return nil, ctx
}

// unasked is the context of a call that tells nothing of itself: its Info is zero.
func unasked(ctx context.Context) context.Context {
	if i, asks := ctx.(*informed); asks {
		*i.into = Info{}
		return i.Context
	}
	return ctx
}

// carry gives the context to what stands further in: through the stages at the seam, if there are any.
func (a *answers[Req, Resp]) carry(ctx context.Context, into *Info, through Seam) context.Context {
	if into != nil && a.with.has(through) {
		return &passedOn{Context: ctx, op: a.op, into: into}
	}
	return WithInfo(ctx, into)
}

// takesInfo is asksInfo behind stages. What an earlier passage has told is forgotten.
func (a *answers[Req, Resp]) takesInfo(ctx context.Context, behind Seam) (into *Info, rest context.Context) {
	into, rest = asksInfo(ctx) // also that of a stage, which wants to know by itself
	if a.with.has(behind) {
		if c, is := rest.(*passedOn); is && c.op == a.op {
			into, rest = cmp.Or(into, c.into), c.Context
		} else if theirs, _ := rest.Value(passedOnKey{a.op}).(*Info); theirs != nil {
			into, rest = cmp.Or(into, theirs), &passedOn{Context: rest, op: a.op}
		}
	}
	if into != nil {
		*into = Info{}
	}
	return into, rest
}

// InfoOf returns the Info that a context asks for, or one that it is derived from; nil if
// none. For who stands between a user's context and a call: a transport, a middleware. It gives
// the call a context of its own: WithInfo(ctx, InfoOf(ctx)). A [Stage] that gives next a context with
// an Info of its own fills in this one by itself. Within the load of a cache it is nil: that may outlast its caller.
func InfoOf(ctx context.Context) *Info {
	if ctx == nil {
		return nil
	}
	into, _ := ctx.Value(infoKey{}).(*Info)
	return into
}

// withoutInfo is the context of a load, which may outlast the call that has started it: who stands
// further in finds no Info to fill in by [InfoOf].
func withoutInfo(ctx context.Context) context.Context {
	if InfoOf(ctx) == nil {
		return ctx
	}
	return context.WithValue(ctx, infoKey{}, (*Info)(nil))
}

// answeredWith forgets where an answer came from that a stage has made an error of.
func (i *Info) answeredWith(err error) {
	if err != nil {
		i.Source, i.Degraded, i.Fallback, i.Age = "", false, "", 0
	}
}

// inform fills in what is known of a call that is over.
func (c *call) inform(err error) {
	*c.info = Info{Attempts: c.attempts, Waited: c.waited}
	if err == nil {
		c.info.Source = FromDependency
	}
	if c.attempts > 0 {
		c.info.Outcome = c.out
	}
}
