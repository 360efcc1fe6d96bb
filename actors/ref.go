// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// Handler reaches the dependency. It must honour ctx: its deadline is the
// attempt's, and it is cancelled when the guard stops. It may be run by many
// goroutines at once, up to the bulkhead's permits. A goroutine that is not its caller's is
// used again for other requests: what it locks with runtime.LockOSThread it must unlock.
type Handler[Req, Resp any] func(ctx context.Context, req Req) (Resp, error)

// Ref is one typed operation of a guard. All refs of a guard share its gate,
// windows, budget and epoch. Safe for concurrent use.
type Ref[Req, Resp any] struct {
	*Guard
	op      *operation
	settled *atomic.Uint32     // the guard's way; nil: look closer, there may be no handler here
	handle  Handler[Req, Resp] // nil: the generations of op have it
	with    *With[Req, Resp]
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
	given, src, err := sourced(under, name, p)
	if err != nil {
		return nil, err
	}
	if err := fitsHooks(name, given, with); err != nil {
		return nil, err
	}
	g, err := protect(under, name, given, nil)
	if err != nil {
		return nil, err
	}
	g.sys.announce(src, name, p)
	return bind(g, "", h, with)
}

// fitsHooks finds what is wrong with a policy for an operation whose guard is still to be made, so
// that none is left behind without its operation.
func fitsHooks[Req, Resp any](name string, p Policy, with []With[Req, Resp]) error {
	var w With[Req, Resp]
	if len(with) == 1 {
		w = with[0]
	}
	found := w.fits(name, "", p)
	if len(found.Errors()) == 0 {
		return nil
	}
	return append(slices.Clip(p.Validate()), found...).Err()
}

func bind[Req, Resp any](g *Guard, op string, h Handler[Req, Resp], with []With[Req, Resp]) (*Ref[Req, Resp], error) {
	if err := checkHooks(h, with); err != nil {
		return nil, err
	}
	return newRef(g, op, h, with).join()
}

func newRef[Req, Resp any](g *Guard, op string, h Handler[Req, Resp], with []With[Req, Resp]) *Ref[Req, Resp] {
	r := &Ref[Req, Resp]{Guard: g, op: g.operation(op), settled: &g.way, with: hooksOf(g.sys, with)}
	r.handle = r.with.staged(AroundHandler, h)
	if r.with.around {
		r.settled = nil
	}
	return r
}

// join makes the ref, which is whole, one of its guard's: others may find it from then on.
func (r *Ref[Req, Resp]) join() (*Ref[Req, Resp], error) {
	g, op := r.Guard, r.op.name
	if g.hasStopped() {
		return nil, g.self.refusals().stopped
	}
	warnings := r.fits(g.plan.Load().given)
	if err := warnings.Err(); err != nil {
		return nil, err
	}
	if r.with.Safe == nil {
		warnings = append(warnings, g.unsafe(g.plan.Load().given, op)...)
	}
	if !g.takeOp(r.op, r.with.Safe != nil, r) {
		return nil, &NameError{Name: g.name, Op: op, Taken: true}
	}
	g.logWarnings(warnings)
	return r, nil
}

// fits reports what is wrong with a policy for the operation.
func (r *Ref[Req, Resp]) fits(p Policy) Problems { return r.with.fits(r.Guard.name, r.op.name, p) }

func (r *Ref[Req, Resp]) stagesAt(at Seam) []string { return r.with.stagesAt(at) }

func checkHooks[Req, Resp any](h Handler[Req, Resp], with []With[Req, Resp]) error {
	if h == nil {
		return fuseboard.Problem{Path: "handler", Code: codeNil, Message: "must not be nil", Fix: "pass the function that reaches the dependency"}
	}
	if len(with) > 1 {
		return fuseboard.Problem{Path: "with", Code: "too-many", Message: "is given more than once", Accepted: "none or one", Fix: "put all hooks into one With"}
	}
	if len(with) == 1 {
		return with[0].check()
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
		return r.handle(unasked(ctx), req)
	case wayEnforce:
		return r.enforced(ctx, req)
	case wayAround:
		return answered(ctx, r.op, r.handle, r.with, req)
	}
	return r.unsettled(ctx, req)
}

// enforced is Call under a policy that is enforced.
func (r *Ref[Req, Resp]) enforced(ctx context.Context, req Req) (Resp, error) {
	if r.key != nil {
		return r.callKept(ctx, req)
	}
	return through(ctx, nil, r.op, r.handle, r.with, req)
}

// Do runs f under the guard's policy, for work that has no operation of its
// own. It is never taken as safe to repeat; see [With] for what is.
func Do[T any](ctx context.Context, g *Guard, f func(context.Context) (T, error)) (T, error) {
	if g == nil || f == nil {
		return doUnsettled(ctx, g, f)
	}
	switch g.way.Load() {
	case wayBypass:
		return f(unasked(ctx))
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

// errNoContext answers a call without a context.
var errNoContext = fuseboard.Problem{Path: "ctx", Code: codeNil, Message: "must not be nil", Fix: "pass context.Background()"}
