// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/world"
	"github.com/fuseboard/fuseboard/supervision"
)

// ask is what a guard is called with: a user's request, or one that a dependency makes for it.
type ask struct {
	*world.Request
	root *ask // the user's own
	safe bool
	seen [2]atomic.Uint64 // in the root: the dependencies that the user's request has reached, by their numbers
}

// reaches notes that the request reaches a dependency, and reports whether that is for the first time.
func (a *ask) reaches(index int) bool {
	bit := uint64(1) << (index % 64)
	return a.root.seen[index/64].Or(bit)&bit == 0
}

// attempt is the request's, at a dependency; a is nil for one that no user made.
func (a *ask) attempt(index int, at time.Duration) attempt {
	if a == nil {
		return attempt{dependency: index, at: at, first: true}
	}
	return attempt{
		load: a.Load, tenant: a.Tenant, operation: a.Operation, priority: a.Priority.String(),
		dependency: index, node: a.Node, at: at, first: a.reaches(index),
	}
}

// answer is what dependencies answer. Only whether there is one matters.
type answer struct{}

// handler reaches the dependency.
func (p *process) handler(name string) actors.Handler[*ask, answer] {
	reach := p.reaches[name]
	return func(ctx context.Context, a *ask) (answer, error) { return answer{}, reach(ctx, a) }
}

// reach is one attempt at a dependency, for a request; nil: for none that a user made.
type reach func(ctx context.Context, a *ask) error

// reach returns how the process reaches a dependency, which calls others in its turn.
func (p *process) reach(name string) reach {
	t := p.trial
	dependency, index := t.world[name], t.index[name]
	callees := t.scenario.Dependencies[index].Calls
	return func(ctx context.Context, a *ask) error {
		p.awake(ctx)
		made := a.attempt(index, t.now())
		made.held = p.held(name)
		t.record.ledger.attempt(made)
		if len(callees) == 0 {
			err := dependency.Serve(ctx)
			return p.answered(ctx, err)
		}
		deadline, limited := ctx.Deadline()
		return dependency.ServeThen(ctx, func(ctx context.Context) error {
			if limited && t.scenario.Deadlines == passed {
				var cancel context.CancelFunc
				ctx, cancel = context.WithDeadline(ctx, deadline)
				defer cancel()
			}
			return t.hop(ctx, name, callees, a)
		})
	}
}

// hop is what a dependency calls itself, through guards of its own process.
func (t *trial) hop(ctx context.Context, name string, callees []string, a *ask) error {
	p := t.inner[name]
	if a == nil {
		a = &ask{Request: &world.Request{}}
		a.root = a
	}
	for _, to := range callees {
		if err := p.call(ctx, opening{to, innerOperation}, &ask{Request: a.Request, root: a.root, safe: a.safe}); err != nil {
			return t.remote(to, err)
		}
	}
	return nil
}

// innerOperation is what dependencies call of others.
const innerOperation = "call"

// remote is the error of a dependency's own call, as its caller gets it over the network: a refusal there is one more answer that says no.
// How often the call was repeated is told where deadlines are, by the same clients.
func (t *trial) remote(to string, err error) error {
	e, ok := errors.AsType[*actors.CallError](err)
	if !ok {
		return &world.Error{Dependency: to, Class: fuseboard.ClassError}
	}
	class, after := e.Class(), e.RetryAfter()
	switch {
	case e.RejectedBy() == "":
	case after > 0:
		class = fuseboard.ClassThrottled
	default:
		class = fuseboard.ClassError
	}
	far := &world.Error{Dependency: to, Class: class, After: after}
	if t.scenario.Deadlines != passed {
		return far
	}
	return &repeatedError{farError: far, repeats: supervision.Classify(err, false).Repeats}
}

// farError is what a hop further in failed with.
type farError = world.Error

// repeatedError says how often that hop has repeated the call.
type repeatedError struct {
	*farError
	repeats int
}

// Repeats implements what [supervision.Classify] asks for.
func (e *repeatedError) Repeats() int { return e.repeats }

// call makes one call and writes down what became of it.
func (p *process) call(ctx context.Context, o opening, a *ask) error {
	t := p.trial
	var info actors.Info
	at := t.now()
	p.awake(ctx)
	err := p.ask(ctx, o, a, &info)
	p.awake(ctx)
	e := ended{
		load: a.Load, dependency: t.index[o.dependency], tenant: a.Tenant, operation: o.operation, priority: a.Priority.String(),
		at: at, took: t.now() - at, fate: fateOf(ctx, info, err), inner: a != a.root, node: a.Node,
	}
	if p.gone(t.now()) {
		err, e.fate = errCrashed, failed
	}
	t.record.ledger.end(e)
	return err
}

// errCrashed is what became of calls that were under way in a process that crashed.
var errCrashed = errors.New("the process has crashed")

// gone reports whether the process had crashed by a time.
func (p *process) gone(by time.Duration) bool {
	at := p.crashed.Load()
	return at > 0 && int64(by) >= at-1
}

func (p *process) ask(ctx context.Context, o opening, a *ask, info *actors.Info) error {
	if p.caller != nil {
		return p.caller(context.WithValue(ctx, askKey{}, a), a.Request, info)
	}
	_, err := p.refs[o].Call(actors.WithInfo(ctx, info), a)
	return err
}

// fateOf says what became of a call.
func fateOf(ctx context.Context, info actors.Info, err error) fate {
	switch {
	case err == nil && info.Degraded:
		return degraded
	case err == nil:
		return good
	case ctx.Err() != nil:
		return late
	}
	if r, ok := errors.AsType[fuseboard.Rejection](err); ok && r.RejectedBy() != "" {
		return refused
	}
	return failed
}
