// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// Handler reaches the dependency. It must honour ctx: its deadline is the
// attempt's, and it is cancelled when the guard stops. It may be run by many
// goroutines at once, up to the bulkhead's permits. A goroutine that is not its caller's is
// used again for other requests: what it locks with runtime.LockOSThread it must unlock.
type Handler[Req, Resp any] func(ctx context.Context, req Req) (Resp, error)

// With holds what cannot be data about an operation. Every field may be nil.
// The hooks run on the goroutine of the call and must be safe for concurrent use.
type With[Req, Resp any] struct {
	// Safe reports whether the request may be repeated although the dependency may
	// have done it already. Nil: never, except where it surely was not reached.
	Safe func(Req) bool
	// Classify says what an answer means, where the default classifier (see
	// [supervision.Classify]) does not know: a response that is a failure, an
	// error that is not. An Outcome without a Kind leaves the decision to the default; its
	// Final and Repeats count then, too. It is not asked about an attempt whose caller left it behind (see [Workers]).
	Classify func(Resp, error) fuseboard.Outcome
	// Discard disposes of an answer that nobody gets, because the attempt was
	// repeated, or its caller has left it behind (see [Workers]).
	Discard func(Resp)
	// Hold keeps the attempt going for an answer that is not all there when the handler
	// returns: an HTTP body, rows, a stream. Permit, context and deadline last until
	// [Held.End] is called, and so does the outcome: it is recorded then. Hold is given
	// the answer that the caller gets, without an error, and returns what the caller gets
	// in its place; it must see to it that End is called once, or the permit is lost
	// until the guard stops. Of a request that came as a message, and in [ShadowPolicy],
	// only successes and voids are held; there the context is the caller's own and is not
	// cancelled. In [BypassPolicy] it is not called.
	Hold func(Resp, Held) Resp
	// Glance is a first look at an answer that came without an error, so that the dearer hooks
	// are asked only where they have something to say: fine says that it is a success, and
	// Classify is not asked; whole that nothing of it is still to come, and a success or
	// void is not given to Hold. Nil says neither.
	Glance func(Resp) (fine, whole bool)
	// Room returns the room that a request brings for what its call needs, which is then
	// not allocated. See [Room]; nil where this one brings none.
	Room func(Req) *Room
	// Cost is what a request takes of the rate limit ([Policy].Rate): 1 for an ordinary one,
	// more for one that costs the dependency more. Less than 1 counts as 1, and so does what one
	// says that panics, which is logged. It is asked once a call. Nil: 1.
	Cost func(Req) int
	// Meta gives the handler's context the number of its attempt and the chain of
	// dependencies, this one included: see [fuseboard.MetaOf]. It costs two allocations an
	// attempt. False: the context carries what the caller's does.
	Meta bool
}

// Always is a Safe hook for operations that may always be repeated: reads, and
// writes that the dependency recognises when they come twice.
func Always[Req any](Req) bool { return true }

// Never is a Safe hook for operations that must not be repeated once they may
// have been done. Nil means the same; Never says that it was thought of, and
// keeps the warning about it away.
func Never[Req any](Req) bool { return false }

// Ref is one typed operation of a guard. All refs of a guard share its gate,
// windows, budget and epoch. Safe for concurrent use.
type Ref[Req, Resp any] struct {
	*Guard
	op      *operation
	settled *atomic.Uint32     // the guard's way; nil: look closer, there may be no handler here
	handle  Handler[Req, Resp] // nil: the generations of op have it
	with    With[Req, Resp]
}

// Bind gives the guard a typed operation. The op's name, of the same form as a
// dependency's, appears in errors beside it; each guard has it once. At most
// one With is accepted.
//
// Errors: a [fuseboard.Problem] for a nil guard or handler, a bad name or a
// second With; a [*NameError] for a name that is taken; ErrStopped.
func Bind[Req, Resp any](g *Guard, op string, h Handler[Req, Resp], with ...With[Req, Resp]) (*Ref[Req, Resp], error) {
	if !g.made() {
		return nil, fuseboard.Problem{Path: "guard", Code: codeNil, Message: "must not be nil", Fix: "make it with Protect, and look at its error"}
	}
	if err := checkName("op", op); err != nil {
		return nil, err
	}
	return bind(g, op, h, with)
}

// Spawn makes a guard with one operation, unnamed: Protect and Bind in one.
func Spawn[Req, Resp any](under Parent, name string, h Handler[Req, Resp], p Policy, with ...With[Req, Resp]) (*Ref[Req, Resp], error) {
	if err := checkHooks(h, with); err != nil {
		return nil, err
	}
	g, err := Protect(under, name, p)
	if err != nil {
		return nil, err
	}
	return bind(g, "", h, with)
}

func bind[Req, Resp any](g *Guard, op string, h Handler[Req, Resp], with []With[Req, Resp]) (*Ref[Req, Resp], error) {
	if err := checkHooks(h, with); err != nil {
		return nil, err
	}
	if g.hasStopped() {
		return nil, g.self.refusals().stopped
	}
	r := &Ref[Req, Resp]{Guard: g, op: g.operation(op), settled: &g.way, handle: h}
	if len(with) == 1 {
		r.with = with[0]
	}
	if !g.takeOp(op, r.with.Safe != nil) {
		return nil, &NameError{Name: g.name, Op: op, Taken: true}
	}
	if r.with.Safe == nil && g.plan.Load().given.repeats() {
		g.logWarnings(Problems{g.unsafeRetry(op)})
	}
	return r, nil
}

func checkHooks[Req, Resp any](h Handler[Req, Resp], with []With[Req, Resp]) error {
	if h == nil {
		return fuseboard.Problem{Path: "handler", Code: codeNil, Message: "must not be nil", Fix: "pass the function that reaches the dependency"}
	}
	if len(with) > 1 {
		return fuseboard.Problem{Path: "with", Code: "too-many", Message: "is given more than once", Accepted: "none or one", Fix: "put all hooks into one With"}
	}
	return nil
}

// Call runs the operation on the caller's goroutine, or on one of [Workers], under
// the guard's policy
// and returns its answer, or a [*CallError]: refused, failed, or left. What
// Classify called a success or a void is returned as the handler returned it.
// The caller's context is the request's: its end ends the call, its deadline
// counts where it is the earliest, and its priority ([fuseboard.WithPriority])
// where the call has to wait for a permit. A panic of the handler is returned as a
// [*PanicError] inside. A nil context or a Ref that no constructor made is a
// [fuseboard.Problem].
//
// That is what a policy does that is enforced. In another mode the answer is the
// handler's own, whatever it is, a panic included: see [PolicyMode].
func (r *Ref[Req, Resp]) Call(ctx context.Context, req Req) (Resp, error) {
	if r == nil || r.settled == nil {
		return r.unsettled(ctx, req)
	}
	switch r.settled.Load() {
	case wayBypass:
		return r.handle(ctx, req)
	case wayEnforce:
		return r.enforced(ctx, req)
	}
	return r.unsettled(ctx, req)
}

// enforced is Call under a policy that is enforced.
func (r *Ref[Req, Resp]) enforced(ctx context.Context, req Req) (Resp, error) {
	if r.key != nil {
		return r.callKept(ctx, req)
	}
	return through(ctx, nil, r.op, r.handle, &r.with, req)
}

// Do runs f under the guard's policy, for work that has no operation of its
// own. It is never taken as safe to repeat; see [With] for what is.
func Do[T any](ctx context.Context, g *Guard, f func(context.Context) (T, error)) (T, error) {
	if g == nil || f == nil {
		return doUnsettled(ctx, g, f)
	}
	switch g.way.Load() {
	case wayBypass:
		return f(ctx)
	case wayEnforce:
		return doEnforced(ctx, g, f)
	}
	return doUnsettled(ctx, g, f)
}

// doEnforced is Do under a policy that is enforced.
func doEnforced[T any](ctx context.Context, g *Guard, f func(context.Context) (T, error)) (resp T, err error) {
	var with With[func(context.Context) (T, error), T]
	if g.key == nil {
		return through(ctx, nil, g.self, nil, &with, f)
	}
	if !g.key.keep() {
		return resp, g.key.goneFor(ctx, "")
	}
	return through(ctx, g.key, g.self, nil, &with, f)
}

// run runs the handler. One that is nil is that of [Do]: the request is the work.
func (h Handler[Req, Resp]) run(ctx context.Context, req Req) (Resp, error) {
	if h == nil {
		work, _ := any(req).(func(context.Context) (Resp, error))
		return work(ctx)
	}
	return h(ctx, req)
}

// made reports whether the ref came from a constructor.
func (r *Ref[Req, Resp]) made() bool { return r != nil && r.op != nil && r.Guard != nil }

// errUnbound answers a call on a Ref or Guard that no constructor made.
var errUnbound = fuseboard.Problem{
	Path: "ref", Code: codeNil, Message: "is nil: it was not made, or the error of Bind, Spawn or Protect was not looked at",
	Fix: "use the ref only when its constructor returned no error",
}

// safe asks the Safe hook. One that panics, or ends its goroutine, has not said yes.
func (w *With[Req, Resp]) safe(c *call, req Req) (safe bool, broke error) {
	if w.Safe == nil {
		return false, nil
	}
	sound := false
	defer func() {
		if sound {
			return
		}
		if v := recover(); v != nil {
			broke = &PanicError{Value: v, Stack: debug.Stack()}
			return
		}
		if c.pending.on {
			c.shutOpen()
		}
		c.vanished()
	}()
	safe = w.Safe(req)
	sound = true
	return safe, nil
}

// discard disposes of an answer that nobody gets. A Discard that panics is a
// fault of the service, not of the dependency: it is logged, and the call goes on.
func (w *With[Req, Resp]) discard(c *call, resp Resp) {
	if w.Discard == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			c.guard.sys.log.Error("Discard panicked", "operation", title(c.guard.name, c.op.name), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	w.Discard(resp)
}

// judge says how the attempt has ended. It writes to the call what it finds: an Outcome is
// large, and this is the way of every call.
func (w *With[Req, Resp]) judge(c *call, resp Resp, err error) {
	fine, whole := false, false
	if err == nil && w.Glance != nil {
		fine, whole = w.Glance(resp)
	}
	w.judgeFrom(c, fine, whole, resp, err)
}

// judgeFrom is judge after the glance.
func (w *With[Req, Resp]) judgeFrom(c *call, fine, whole bool, resp Resp, err error) {
	if fine {
		c.pending.whole, c.out = whole, fuseboard.Outcome{Kind: fuseboard.Success}
		return
	}
	w.classify(c, resp, err)
	c.pending.whole = whole && c.out.Kind != fuseboard.Failure // that may be discarded yet
}

// classify asks the hook, or the default classifier.
func (w *With[Req, Resp]) classify(c *call, resp Resp, err error) {
	if w.Classify == nil {
		c.out = c.classified(err)
		return
	}
	said := w.Classify(resp, err)
	switch said.Kind {
	case fuseboard.Success, fuseboard.Failure, fuseboard.Void:
		copyOutcome(&c.out, &said)
	case fuseboard.Rejected: // a rejection is never the dependency's doing
		copyOutcome(&c.out, &said)
		c.out.Kind = fuseboard.Void
	default:
		c.out = c.classified(err)
		c.out.Final, c.out.Repeats = said.Final, max(said.Repeats, c.out.Repeats)
	}
}

// copyOutcome is *to = *from, field by field. What was just written in pieces is
// read in the same pieces: as a whole it has to wait until all of them have arrived.
func copyOutcome(to, from *fuseboard.Outcome) {
	to.Kind, to.Class, to.Elapsed = from.Kind, from.Class, from.Elapsed
	to.RetryAfter, to.Repeats, to.Final = from.RetryAfter, from.Repeats, from.Final
}

// classified is what the default classifier says.
func (c *call) classified(err error) fuseboard.Outcome {
	if err == nil {
		return fuseboard.Outcome{Kind: fuseboard.Success}
	}
	if c.halted = c.guard.family.Cancelled(); c.halted {
		return fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
	}
	return supervision.Classify(err, c.parent.Err() == context.Canceled)
}
