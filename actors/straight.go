// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/stripe"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

// straight is a call on which everything is as it mostly is: the circuit lets everybody
// in, nothing is due, a permit is free, and the handler returns an answer. It takes the
// steps of run in their order, and keeps less: what a refusal, a wait, a failure or a
// repetition would have to know. Where it meets one of these before its handler, it has
// taken nothing and run begins anew; where the handler ends otherwise, it becomes a call.
type straight struct {
	guard *Guard
	plan  *plan
	pass  supervision.Pass
	lazy  *deadline.Lazy    // its context, where it needs one of its own
	rest  *call             // what it has become, because its handler did not return; else nil
	began fuseboard.Instant // the call and its only attempt
	until fuseboard.Instant // the end of the attempt
	now   fuseboard.Instant // the last clock read
	lane  int32             // where it counts; see rush
	scope deadline.Scope    // of the attempt's end
	sound bool              // the handler has returned
	fine  bool              // and its answer is a success at a glance
	whole bool              // and all there; see [With].Glance
	lends bool              // it keeps its key, and may hand that over to a [Held]
}

// plain reports that no hook of w needs more than the straight way knows.
func (w *With[Req, Resp]) plain() bool { return !w.Meta && w.Cost == nil }

// glance looks at an answer that came without an error.
func (w *With[Req, Resp]) glance(resp Resp) (fine, whole bool) {
	if w.Glance == nil {
		return w.Classify == nil, w.Hold == nil
	}
	fine, whole = w.Glance(resp)
	return fine, whole || w.Hold == nil
}

// through is the whole of a call that has its caller's goroutine. e is the key whose
// guard the caller keeps, and which is released here; nil where there is none.
func through[Req, Resp any](ctx context.Context, e *entry, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	if e != nil {
		return throughKey(ctx, e, o, h, w, req)
	}
	if o.guard.circuit.RefusesAll() && ctx != nil {
		if refused := o.turnAway(ctx); refused != nil {
			return resp, refused
		}
	}
	s := straight{guard: o.guard}
	return anyWay(ctx, &s, o, h, w, req)
}

// throughKey is through with a key.
func throughKey[Req, Resp any](ctx context.Context, e *entry, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	s := straight{guard: o.guard, lends: true}
	defer func() {
		if s.lends {
			if s.rest != nil { // whose goroutine may be ending
				s.now = s.rest.now
			}
			e.release(s.now)
		}
	}()
	if o.guard.circuit.RefusesAll() && ctx != nil {
		if refused := o.turnAway(ctx); refused != nil {
			return resp, refused
		}
	}
	return anyWay(ctx, &s, o, h, w, req)
}

// anyWay chooses the way of a call.
func anyWay[Req, Resp any](ctx context.Context, s *straight, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	if w.plain() && ctx != nil && s.enter(ctx, o) {
		return straightly(ctx, s, o, h, w, req)
	}
	return winding(ctx, s, o, h, w, req)
}

// turnAway is the refusal of a circuit that refuses everybody, as [call.begin] has it. It is nil where
// more is to be thought about, or told.
func (o *operation) turnAway(ctx context.Context) error {
	if wantsInfo(ctx) {
		return nil
	}
	g := o.guard
	phase, refuses := g.circuit.Refuses()
	if !refuses || g.sys.observer != nil || g.overdue(phase) || g.hasHalted() {
		return nil
	}
	e := o.refusedOpen(phase)
	g.refused(refusedOpen, e)
	return e
}

// winding is the way of a call that may need anything. s has tried the straight one, and
// has read the clock or not.
func winding[Req, Resp any](ctx context.Context, s *straight, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	c := call{now: s.now, lends: handOver(&s.lends)}
	defer func() { s.now, s.lends = c.now, c.lends }()
	w.weigh(&c, o, req)
	if err = c.begin(ctx, o); err == nil {
		resp, err = run(&c, h, w, req)
	}
	c.over(err)
	return resp, err
}

// enter takes what the handler needs, in the order of [call.begin] and [call.enter], or
// nothing.
func (s *straight) enter(ctx context.Context, o *operation) bool {
	g := s.guard
	pass, admitted := g.circuit.Pass()
	if !admitted || pass.Epoch() != g.told.Load() || o.generations != nil {
		return false
	}
	s.plan, s.pass, s.lane = g.plan.Load(), pass, int32(g.rush.lane()) //nolint:gosec // a few
	if !s.planned(ctx, o) {
		return false
	}
	s.began = g.clock.Now()
	s.now = s.began
	if pass.Due(s.began) || ctx.Err() != nil || !s.bounded(ctx) {
		return false
	}
	if !s.permitted() {
		return false
	}
	if s.plan.deposits {
		g.spent.DepositAt(int(s.lane), s.began)
	}
	return true
}

// permitted takes a free permit, if what follows the load lets the call through, and the
// circuit still stands as it did.
func (s *straight) permitted() bool {
	g, lane := s.guard, int(s.lane)
	var asked *load
	if s.plan.loaded {
		if asked = g.loadOf(); !s.lets(asked) {
			return false
		}
	}
	if g.gate.TryEnterAt(lane) {
		if g.circuit.Stands(s.pass) {
			return true
		}
		g.gate.LeaveAt(lane)
	}
	s.untake(asked)
	return false
}

// bounded sets the end of the attempt. It is false where that has passed.
func (s *straight) bounded(ctx context.Context) bool {
	if _, dated := ctx.Deadline(); !dated {
		first := s.plan.first
		if s.plan.adapts {
			first = first.Within(s.guard.limitOf(s.plan))
		}
		s.until, s.scope = first.Until(s.began), first.Scope
		return true
	}
	span := s.plan.given.Deadline.Begin(ctx, s.guard.clock, s.began)
	try := s.guard.try(s.plan, span, s.began)
	s.until, s.scope = try.Until, try.Scope
	return !span.Passed(s.began)
}

// straightly runs the handler of a call that has entered.
func straightly[Req, Resp any](parent context.Context, s *straight, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	resp, err = tried(parent, s, o, h, w, req)
	switch {
	case s.rest != nil:
		resp, err = runOn(s.rest, h, w, req, resp, err)
		s.now = s.rest.now
		s.rest.over(err)
		return resp, err
	case !s.fine || (s.whole && !s.leave()):
		return turned(parent, s, o, h, w, req, resp, err)
	case !s.whole:
		resp = w.keepOn(parent, s, o, resp)
	}
	if s.guard.sys.observer != nil {
		s.tell(parent, o)
	}
	return resp, nil
}

// tried runs the handler. Its defer is for one that does not return, and for hooks.
func tried[Req, Resp any](parent context.Context, s *straight, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	defer func() {
		if s.sound {
			return
		}
		c := new(call)
		s.become(c, parent, o)
		s.rest = c
		if err = c.breaks(recover()); err == ErrGoexit { //nolint:errorlint // our own value, never wrapped
			defer c.vanished()
		}
		s.lazy.End()
		c.conclude(err)
	}()
	var ctx context.Context
	ctx, s.lazy = s.context(w.room(req), parent)
	resp, err = h.run(ctx, req)
	if err == nil {
		s.fine, s.whole = w.glance(resp)
	}
	s.sound = true
	return resp, err
}

// context is what the handler gets: its time begins with the call.
// It is made in place, if there is one.
func (s *straight) context(place *deadline.Lazy, parent context.Context) (context.Context, *deadline.Lazy) {
	return s.guard.origin.ContextIn(place, parent, deadline.Span{Start: s.began, Until: s.until, Scope: s.scope})
}

// leave ends a call whose handler has returned an answer, as [call.conclude] does. It is
// false, and nothing has happened but that its context has ended, where the circuit has to think about it.
func (s *straight) leave() bool {
	s.lazy.End()
	now := s.guard.clock.Now()
	if !s.passes(now, now.Sub(s.began)) {
		return false
	}
	s.now = now
	s.guard.gate.LeaveAt(int(s.lane))
	return true
}

// passes records and counts a success that took so long and ends now. It is false, and nothing
// has happened, where the circuit has to think about it.
func (s *straight) passes(now fuseboard.Instant, took time.Duration) bool {
	g, lane := s.guard, int(s.lane)
	if !g.circuit.Passed(s.pass, now, took, lane) {
		return false
	}
	if s.plan.loaded {
		g.learnSuccess(lane, now, took)
	}
	if s.plan.adapts {
		g.tookSuccess(now, took)
	}
	g.succeeded(lane, now)
	g.durations().plain.AddAt(lane, took)
	return true
}

// succeeded counts a success in its lane.
func (g *Guard) succeeded(lane int, now fuseboard.Instant) {
	switch successes := &g.count.first.successes; {
	case lane != stripe.Shared:
		successes.AddAt(lane, 1)
	case !successes.Try(1):
		g.clashed(now)
	}
}

// become fills in a call whose first attempt is over but for its outcome.
func (s *straight) become(c *call, parent context.Context, o *operation) {
	c.op, c.guard, c.plan, c.parent = o, s.guard, s.plan, parent
	c.span = s.plan.given.Deadline.Begin(parent, s.guard.clock, s.began)
	c.try = s.tried(c.span)
	c.permit = s.pass.Permit()
	c.now, c.came, c.began, c.attempts, c.learns = s.began, s.began, s.began, 1, s.plan.loaded
}

// tried is the span of its attempt, by the limit that held when it began.
func (s *straight) tried(of deadline.Span) deadline.Span {
	if s.scope == deadline.Adapted {
		return s.plan.given.Deadline.TryWithin(of, s.began, s.until.Sub(s.began))
	}
	return s.plan.given.Deadline.Try(of, s.began)
}

// turned is the rest of a call whose handler has returned, and which does not end straight.
func turned[Req, Resp any](parent context.Context, s *straight, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req, resp Resp, err error) (Resp, error) {
	c := call{lends: handOver(&s.lends)}
	defer func() { s.now, s.lends = c.now, c.lends }()
	s.become(&c, parent, o)
	err = judged(&c, s, w, resp, err)
	resp, err = runOn(&c, h, w, req, resp, err)
	c.over(err)
	return resp, err
}

// judged is the end of an attempt whose handler has returned, and at whose answer was glanced.
func judged[Req, Resp any](c *call, s *straight, w *With[Req, Resp], resp Resp, got error) (err error) {
	sound := false
	defer func() {
		if !sound { // a panic of Classify, or it is ending the goroutine
			if err = c.breaks(recover()); err == ErrGoexit { //nolint:errorlint // our own value, never wrapped
				defer c.vanished()
			}
		}
		w.close(c, s.lazy, err)
	}()
	err = got
	w.judgeFrom(c, s.fine, s.whole, resp, err)
	sound = true
	return err
}

// tell lets the observer choose the call.
func (s *straight) tell(parent context.Context, o *operation) {
	if !s.guard.sys.observer.chosen(s.now) {
		return
	}
	var c call
	s.become(&c, parent, o)
	c.now, c.out = s.now, fuseboard.Outcome{Kind: fuseboard.Success, Elapsed: s.now.Sub(s.began)}
	s.guard.sys.observer.report(&c, nil)
}
