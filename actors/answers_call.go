// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// answered is a call of an operation that has something around it, in whatever mode. The
// guard of a key has been kept for it.
func answered[Req, Resp any](ctx context.Context, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (Resp, error) {
	a := answersOf(o, h, w)
	into, rest := asksInfo(ctx)
	if into != nil {
		*into = Info{}
		ctx = a.carry(rest, into, AroundCall)
	}
	resp, err := a.first(ctx, rest, req, into)
	if into != nil {
		into.answeredWith(err)
	}
	return resp, err
}

// first begins at the cache, where nothing stands around that. ctx asks for the Info, rest is without it.
func (a *answers[Req, Resp]) first(ctx, rest context.Context, req Req, into *Info) (Resp, error) {
	g := a.op.guard
	if !a.direct || rest == nil || g.leniency() != EnforcePolicy || g.gate.Closed() {
		return a.outer(ctx, req)
	}
	key, ok := a.key(req)
	if !ok {
		return a.uncached(rest, req, into)
	}
	if into == nil {
		if v, fresh := a.cache.Fresh(key); fresh { // what a cache is for
			return v, nil
		}
	}
	return a.cached(rest, key, req, into)
}

// answeredKept is answered for the guard of a key that was kept for it, which ends here.
func answeredKept[Req, Resp any](ctx context.Context, e *entry, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (Resp, error) {
	defer func() { e.release(o.guard.clock.Now()) }()
	return answered(ctx, o, h, w, req)
}

// answer is a call, within the stages around it.
func (a *answers[Req, Resp]) answer(ctx context.Context, req Req) (resp Resp, err error) {
	if ctx == nil {
		return resp, errNoContext
	}
	into, ctx := a.takesInfo(ctx, AroundCall)
	if a.op.guard.leniency() != EnforcePolicy || a.op.guard.gate.Closed() { // what has stopped only refuses
		return a.inner(a.carry(ctx, into, AroundProtection), req)
	}
	if a.cache != nil {
		if key, ok := a.key(req); ok {
			return a.cached(ctx, key, req, into)
		}
	}
	return a.uncached(ctx, req, into)
}

// uncached is a call whose answer is not kept.
func (a *answers[Req, Resp]) uncached(ctx context.Context, req Req, into *Info) (Resp, error) {
	resp, err := a.inner(a.carry(ctx, into, AroundProtection), req)
	out, _ := a.judged(req, resp, err)
	if a.chain == nil || !needsFallback(out) {
		return resp, err
	}
	resp, err, _ = a.instead(ctx, req, resp, err, out, into)
	return resp, err
}

// protect is the protected call, within its stages, in whatever mode.
func (a *answers[Req, Resp]) protect(ctx context.Context, req Req) (resp Resp, err error) {
	if ctx == nil {
		return resp, errNoContext
	}
	into, ctx := a.takesInfo(ctx, AroundProtection)
	g, m := a.op.guard, a.op.guard.leniency()
	if m == BypassPolicy && !g.gate.Closed() {
		return bypassRebuilt(ctx, a.op, a.handle, req)
	}
	ctx = WithInfo(ctx, into)
	if g.key != nil && !g.key.keep() {
		return resp, g.key.goneFor(ctx, a.op.name)
	}
	if m == EnforcePolicy || g.gate.Closed() {
		return through(ctx, g.key, a.op, a.handle, a.with, req)
	}
	if g.key != nil {
		return shadowKept(ctx, g.key, a.op, a.handle, a.with, req)
	}
	var c call
	return runInShadow(ctx, &c, a.op, a.handle, a.with, req)
}

// judged says what an answer of the protected call is, and keeps a good one.
func (a *answers[Req, Resp]) judged(req Req, resp Resp, err error) (out fuseboard.Outcome, kept bool) {
	out = a.meaning(resp, err)
	if a.keeps && err == nil && out.Kind == fuseboard.Success {
		key, ok := a.key(req)
		if kept = ok; ok {
			a.kept.Put(a.op.guard.clock.Now(), key, resp)
		}
	}
	return out, kept
}

// instead asks the fallback. Where that has nothing, it returns what it was given, and the
// error says why. resp is disposed of where another answer takes its place.
func (a *answers[Req, Resp]) instead(ctx context.Context, req Req, resp Resp, err error, out fuseboard.Outcome, into *Info) (Resp, error, bool) {
	f := fallback.Fault{Class: out.Class, Err: err}
	if out.Kind == fuseboard.Rejected {
		f.Refused = string(out.Class)
	}
	if err == nil {
		f.Err = &lostAnswer{class: out.Class}
	}
	got, given, none := a.chain.Answer(ctx, req, f)
	if none != nil {
		return resp, withoutFallback(err, none), false
	}
	if err == nil {
		a.with.discard(&call{op: a.op, guard: a.op.guard}, resp)
	}
	if into != nil {
		into.Source, into.Degraded, into.Age, into.Fallback = FromFallback, true, given.Age, given.String()
	}
	return got, nil, true
}

// withoutFallback is the error of a call with what became of its fallback.
func withoutFallback(err, none error) error {
	missed, tried := none.(*fallback.Error)  //nolint:errorlint // as the chain makes it; one inside is of another
	if err == nil || !tried || none == err { //nolint:errorlint // the very value: it was there before
		return err
	}
	if e, ours := err.(*CallError); ours { //nolint:errorlint // as it is answered; it may be shared
		told := *e
		told.none = missed
		return &told
	}
	return fmt.Errorf("%w (%s)", err, missed.Tried())
}
