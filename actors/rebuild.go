// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

// Rebuild makes a guard whose handler has a life of its own: a connection, a
// session, a driver. build makes it, and makes the next one when it broke. It
// broke when it panics, ends its goroutine, or returns an error marked by [Broken],
// also after its caller has left it (see [Workers]).
//
// Each handler that build returns is a generation. The context that build is given
// lasts as long as the generation; what build opens should end with it. The first
// fault of a generation ends it: its context is cancelled, calls under way finish
// on it as they can, with their permits, and new ones get [ErrRestarting] with its
// retry-after. Builds follow [Policy.Restart]: backoff, a timeout for each, and a
// budget; when that is spent the failure escalates. The first generation is built at
// once, in the background: see [Guard.Ready].
//
// build runs on one goroutine at a time and must honour its context. An error, a
// panic and a nil handler are failed builds. Other operations may be bound to the
// guard; their handlers are plain.
func Rebuild[Req, Resp any](under Parent, name string, build func(context.Context) (Handler[Req, Resp], error), p Policy, with ...With[Req, Resp]) (*Ref[Req, Resp], error) {
	if build == nil {
		return nil, fuseboard.Problem{Path: "build", Code: codeNil, Message: "must not be nil", Fix: "pass the function that makes a handler"}
	}
	if err := checkHooks(unbuilt[Req, Resp], with); err != nil {
		return nil, err
	}
	given, src, err := sourced(under, name, p)
	if err != nil {
		return nil, err
	}
	if err := fitsHooks(name, given, with); err != nil {
		return nil, err
	}
	g, err := protect(under, name, given, func(ctx context.Context) (any, error) {
		h, err := build(ctx)
		if err == nil && h == nil {
			return h, errNoHandler
		}
		if len(with) == 1 {
			h = with[0].staged(AroundHandler, h)
		}
		return h, err
	})
	if err != nil {
		return nil, err
	}
	g.sys.announce(src, name, p)
	r := newRef(g, "", unbuilt[Req, Resp], with)
	r.op.generations, r.handle, r.settled = g.generations, nil, nil
	return r.join()
}

var errNoHandler = errors.New("build returned neither a handler nor an error")

// unbuilt stands for the handler of a ref whose generations have it.
func unbuilt[Req, Resp any](context.Context, Req) (none Resp, err error) { return none, errNoHandler }

// Broken marks an error of a handler of [Rebuild]: what the handler holds is of no
// use any more, and must be built anew. Everywhere else it changes nothing: the
// error is classified, printed and found by errors.Is as before. Broken of nil is nil.
func Broken(err error) error {
	if err == nil {
		return nil
	}
	return &brokenError{err}
}

type brokenError struct{ error }

func (b *brokenError) Unwrap() error { return b.error }

// judge looks for a fault of the generation that an attempt ran on. broke is what
// its handler did instead of returning.
func (all *generations) judge(on *generation, broke, err error) {
	if broke != nil {
		all.fault(on, broke)
	} else if marked(err) {
		all.fault(on, err)
	}
}

// marked reports whether the error is marked by Broken. One whose own methods panic
// when they are asked is not.
func marked(err error) (found bool) {
	defer func() { _ = recover() }()
	_, found = errors.AsType[*brokenError](err)
	return found
}

// builder is the child of the guard's actor that builds generations: one in each
// incarnation, when it starts.
type builder struct {
	all  *generations
	gone bool // it has stopped; a Restart that came too late changes nothing
}

// fault tells the builder that its generation broke.
type fault struct{ cause error }

// IgnoreDeadLetterLogging: a builder that is gone has a successor, or no guard.
func (*fault) IgnoreDeadLetterLogging() {}

// worded is a failure as a supervisor hears it. Its words were asked for where it
// happened: an error's methods are anybody's code, which may panic or hang, and
// must not run in the guard's turn.
type worded struct {
	error
	words string
}

func (w *worded) Error() string { return w.words }
func (w *worded) Unwrap() error { return w.error }

func inWords(err error, prefix string) error {
	return &worded{error: err, words: fmt.Sprintf("%s%v", prefix, err)}
}

// keepBuilder starts the builder where a handler is rebuilt and there is none: when
// the guard's start has been told, and when somebody has stopped the last one.
func (r *receiver) keepBuilder(ctx actor.Context) {
	all := r.guard.generations
	if all == nil || r.builder != nil || r.between || r.seq == 0 || r.guard.hasHalted() {
		return
	}
	b := &builder{all: all} // of every incarnation: it knows that it has stopped
	all.builders++
	props := actor.PropsFromProducer(func() actor.Actor { return b }, atDesk(&desk{hands: &r.guard.sys.hands}))
	// Its name is its alone. A fault, or a restart whose backoff is over, that is meant
	// for a builder before it may come at any time, and the actor library breaks whoever
	// sends to an actor that is being made (docs/adr/0002-protoactor.md).
	pid, err := ctx.SpawnNamed(props, fmt.Sprintf("builder-%d", all.builders))
	if err != nil { // the number is the guard's own, so nobody has the name
		r.guard.sys.log.Error("builder did not start", "dependency", r.guard.name, "problem", err.Error())
		return
	}
	r.builder = pid
}

// Receive builds when the builder starts, and escalates what fails.
func (b *builder) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Stopped:
		b.gone = true
	case *actor.Started:
		if b.gone { // the library restarts even who has stopped, and the next one builds already
			return
		}
		b.all.pid.Store(ctx.Self()) // before there is a generation that can break
		b.build(ctx)
	case *fault:
		if b.all.refusal() != nil { // else it was meant for a builder before this one
			escalate(ctx, m.cause)
		}
	}
}

func escalate(ctx actor.Context, why error) {
	if supervisor, ok := ctx.(actor.Supervisor); ok { // it is: the context is the builder's own
		supervisor.EscalateFailure(why, ctx.Message())
	}
}

// build makes one generation. The user's function may do anything in it.
func (b *builder) build(ctx actor.Context) {
	g := b.all.guard
	life, end := context.WithCancelCause(context.Background())
	gap := b.all.begin(end)
	if gap == nil {
		end(ErrStopped)
		return
	}
	g.posted.add()
	b.all.busy.Store(true)
	defer func() {
		b.all.busy.Store(false)
		g.posted.done()
	}()
	limit := g.plan.Load().given.Restart.WithDefaults().Timeout
	alarm := time.AfterFunc(limit, func() { end(fmt.Errorf("restart.timeout of %s is over: %w", limit, context.DeadlineExceeded)) })
	var handle any
	err := ErrGoexit
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
		if !alarm.Stop() && err == nil {
			err = context.Cause(life)
		}
		b.built(ctx, gap, handle, err)
	}()
	handle, err = b.all.build(life)
	if err == nil && life.Err() != nil {
		err = context.Cause(life)
	}
}

// built publishes what was built, or has the next build decided.
func (b *builder) built(ctx actor.Context, gap *generation, handle any, err error) {
	g := b.all.guard
	switch {
	case err == nil && b.all.ready(gap, handle):
		ctx.Send(ctx.Parent(), rebuilt{number: gap.number})
	case err == nil || g.hasHalted():
		gap.end(ErrStopped) // nobody wants it any more
	default:
		gap.end(err)
		escalate(ctx, inWords(err, "build failed: "))
	}
}
