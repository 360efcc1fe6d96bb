// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/cache"
)

// cached is a call whose answer may be kept under the key.
func (a *answers[Req, Resp]) cached(ctx context.Context, key string, req Req, into *Info) (Resp, error) {
	if v, ok, err := a.hit(ctx, key, req, into); ok {
		return v, err
	}
	return a.filled(ctx, key, req, into)
}

// hit is a call that is answered at once by what is kept; ok is false if it is not.
func (a *answers[Req, Resp]) hit(ctx context.Context, key string, req Req, into *Info) (v Resp, ok bool, err error) {
	v, info, ok, err := a.cache.Hit(key)
	if !ok {
		return v, false, nil
	}
	if info.From == cache.Stale {
		a.cache.Refresh(withoutInfo(ctx), key, (&loading[Req, Resp]{answers: a, req: req}).load)
	}
	if into != nil {
		into.cached(info, Info{}, err)
	}
	return v, true, a.owned(err)
}

// filled is a call whose answer is not kept. Calls of the same key at the same time share one
// load, unless the policy says otherwise.
func (a *answers[Req, Resp]) filled(ctx context.Context, key string, req Req, into *Info) (Resp, error) {
	l := &loading[Req, Resp]{answers: a, req: req, tells: into != nil}
	rescue := l.rescue
	if a.chain == nil {
		rescue = nil
	}
	v, info, err := a.cache.Fill(withoutInfo(ctx), key, l.load, rescue)
	if left, is := err.(*cache.LeftError); is && ctx.Err() != nil { //nolint:errorlint // Fill's own, never wrapped; one inside is of another cache
		return a.left(ctx, key, req, left, into)
	}
	if into != nil {
		var ours Info
		if !info.Shared && err != cache.ErrClosed { //nolint:errorlint // as it is. Else the load is another call's, or may not be over
			ours = l.info
		}
		into.cached(info, ours, err)
	}
	return v, a.owned(err)
}

// owned makes an error that is the cache's own one of the call's.
func (a *answers[Req, Resp]) owned(err error) error {
	switch {
	case err == nil:
		return nil
	case err == cache.ErrClosed: //nolint:errorlint // the cache's own, never wrapped
		return a.op.refusals().stopped
	case err == cache.ErrGoexit: //nolint:errorlint // as above
		return a.op.brokenBy(ErrGoexit)
	case err == cache.ErrRecursive: //nolint:errorlint // as above
		return &CallError{Dependency: a.op.guard.name, Op: a.op.name, Cause: err, class: fuseboard.ClassError, clock: a.op.guard.clock}
	}
	if e, is := err.(*cache.PanicError); is { //nolint:errorlint // as above
		return a.op.brokenBy(&PanicError{Value: e.Value, Stack: e.Stack})
	}
	return err
}

// cached tells a call whose answer the cache gave, or a load within it that knows ours.
func (i *Info) cached(from cache.Info, ours Info, err error) {
	*i = infoOf(from, ours)
	i.answeredWith(err)
}

func infoOf(from cache.Info, ours Info) Info {
	ours.Age = from.Age
	switch from.From {
	case cache.Hit, cache.NegativeHit:
		ours.Source = FromCache
	case cache.Stale:
		ours.Source = FromStale
	case cache.StaleOnError:
		ours.Source, ours.Degraded = FromStaleOnError, true
	case cache.Rescued:
		ours.Source, ours.Degraded = FromFallback, true
	case cache.Shared:
		ours.Source = FromOther
	case cache.FromLoad:
		ours.Source = FromDependency
	}
	return ours
}

// left is the answer of a call that could not wait for a load. One whose time was over is
// answered as if the load had failed.
func (a *answers[Req, Resp]) left(ctx context.Context, key string, req Req, left *cache.LeftError, into *Info) (resp Resp, err error) {
	e := &CallError{Dependency: a.op.guard.name, Op: a.op.name, Cause: left, class: fuseboard.ClassCancelled, clock: a.op.guard.clock}
	if !errors.Is(left.Err, context.DeadlineExceeded) {
		return resp, e
	}
	e.class = fuseboard.ClassTimeout
	if v, info, ok := a.cache.OnError(key, e.class, e); ok {
		if into != nil {
			*into = infoOf(info, Info{})
		}
		return v, nil
	}
	if a.chain == nil {
		return resp, e
	}
	resp, err, _ = a.instead(ctx, req, resp, e, e.outcome(), into)
	return resp, err
}

// loading is one load of one call. It may outlast its caller, and runs on a goroutine of the cache's.
type loading[Req, Resp any] struct {
	answers *answers[Req, Resp]
	req     Req
	tells   bool // somebody wants to know info
	info    Info
}

// load makes the protected call.
func (l *loading[Req, Resp]) load(ctx context.Context) cache.Loaded[Resp] {
	g := l.answers.op.guard
	g.posted.add() // so that a stop waits for it
	defer g.posted.done()
	if l.tells {
		ctx = l.answers.carry(ctx, &l.info, AroundProtection)
	}
	resp, err := l.answers.inner(ctx, l.req)
	out, kept := l.answers.judged(l.req, resp, err)
	loaded := cache.Loaded[Resp]{Value: resp, Err: err, Keep: cache.Drop, Class: out.Class}
	if err == nil && !kept && l.answers.with.Discard != nil { // what is kept may be given once more
		loaded.Replaced = func() { l.answers.with.discard(&call{op: l.answers.op, guard: g}, resp) }
	}
	switch {
	case needsFallback(out):
		loaded.Keep = cache.Failed
	case out.Kind == fuseboard.Success && err == nil:
		loaded.Keep = cache.Fresh
	case out.Kind == fuseboard.Success:
		loaded.Keep = cache.Negative
	}
	return loaded
}

// rescue asks the fallback, once for all who wait.
func (l *loading[Req, Resp]) rescue(ctx context.Context, failed cache.Loaded[Resp]) cache.Loaded[Resp] {
	g := l.answers.op.guard
	g.posted.add()
	defer g.posted.done()
	failed.Err = l.answers.owned(failed.Err)
	resp, err, ok := l.answers.instead(ctx, l.req, failed.Value, failed.Err, l.answers.meaning(failed.Value, failed.Err), &l.info)
	if !ok {
		return cache.Loaded[Resp]{Value: resp, Err: err, Keep: cache.Failed, Class: failed.Class}
	}
	return cache.Loaded[Resp]{Value: resp, Age: l.info.Age} // a last good answer has one
}
