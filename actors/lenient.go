// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
)

// unsettled is Call where the guard's way does not tell all: the mode is looked up.
func (r *Ref[Req, Resp]) unsettled(ctx context.Context, req Req) (Resp, error) {
	if !r.made() {
		var none Resp
		return none, errUnbound
	}
	if r.goesAround(r.with.around) {
		return r.callAround(ctx, req)
	}
	if m := r.leniency(); m != EnforcePolicy {
		return r.letThrough(ctx, m, req)
	}
	return r.enforced(ctx, req)
}

// callAround is Call where something stands around calls.
func (r *Ref[Req, Resp]) callAround(ctx context.Context, req Req) (Resp, error) {
	if r.key == nil {
		return answered(ctx, r.op, r.handle, r.with, req)
	}
	if !r.key.keep() {
		var none Resp
		return none, r.key.goneFor(ctx, r.op.name)
	}
	return answeredKept(ctx, r.key, r.op, r.handle, r.with, req)
}

// doUnsettled is unsettled for [Do].
func doUnsettled[T any](ctx context.Context, g *Guard, f func(context.Context) (T, error)) (T, error) {
	if !g.made() || f == nil {
		var none T
		return none, errUnbound
	}
	if m := g.leniency(); m != EnforcePolicy {
		return letDoThrough(ctx, m, g, f)
	}
	return doEnforced(ctx, g, f)
}

// letThrough is Call under a policy that is not enforced. What has stopped refuses as
// where it is enforced.
func (r *Ref[Req, Resp]) letThrough(ctx context.Context, m PolicyMode, req Req) (Resp, error) {
	switch {
	case r.gate.Closed():
	case m == BypassPolicy:
		return bypassRebuilt(unasked(ctx), r.op, r.handle, req)
	case r.key == nil:
		var c call
		return runInShadow(ctx, &c, r.op, r.handle, r.with, req)
	case r.key.keep():
		return shadowKept(ctx, r.key, r.op, r.handle, r.with, req)
	}
	return r.enforced(ctx, req)
}

// letDoThrough is letThrough for [Do].
func letDoThrough[T any](ctx context.Context, m PolicyMode, g *Guard, f func(context.Context) (T, error)) (T, error) {
	var with With[func(context.Context) (T, error), T]
	switch {
	case g.gate.Closed():
	case m == BypassPolicy:
		return f(unasked(ctx))
	case g.key == nil:
		var c call
		return runInShadow(ctx, &c, g.self, nil, &with, f)
	case g.key.keep():
		return shadowKept(ctx, g.key, g.self, nil, &with, f)
	}
	return doEnforced(ctx, g, f)
}

// shadowKept is runInShadow for an operation of a key, which is kept already.
func shadowKept[Req, Resp any](ctx context.Context, e *entry, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (Resp, error) {
	var c call
	defer func() { e.release(c.now) }()
	return runInShadow(ctx, &c, o, h, w, req)
}

// errBroke is what broke a generation whose handler did not return, in bypass.
var errBroke = errors.New("its handler panicked or ended its goroutine")

// bypassRebuilt calls the handler of [Rebuild] as if there were no policy. That it
// breaks is looked at all the same: a connection that is gone must come back.
func bypassRebuilt[Req, Resp any](ctx context.Context, o *operation, h Handler[Req, Resp], req Req) (resp Resp, err error) {
	if o.generations == nil {
		return h(ctx, req)
	}
	on := o.generations.now.Load()
	if on.refusal != nil {
		c := call{op: o, guard: o.guard}
		return resp, c.restarting(on.refusal)
	}
	h, _ = on.handle.(Handler[Req, Resp])
	broke := errBroke
	defer func() { o.generations.judge(on, broke, err) }()
	resp, err = h(ctx, req)
	broke = nil
	return resp, err
}
