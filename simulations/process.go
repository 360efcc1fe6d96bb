// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/live"
	"github.com/fuseboard/fuseboard/config/watch"
	"github.com/fuseboard/fuseboard/simulations/world"
	"github.com/fuseboard/fuseboard/supervision"
)

// process is a replica of the service, or a dependency that calls others: a System with its guards and its policies.
type process struct {
	trial *trial
	node  int    // of the service, from 1; 0 for a dependency
	name  string // of the dependency; empty for the service

	system   *actors.System
	since    time.Duration // when the System started
	policies *live.Policies
	files    *shelf
	guards   map[string]*actors.Guard
	refs     map[opening]*actors.Ref[*ask, answer]
	circuits map[string]*circuitLog // of the guards
	reaches  map[string]reach
	caller   Caller                       // of the user's own service; nil: the refs are called
	heard    sync.WaitGroup               // the goroutine that hears events
	phases   map[string]actors.FleetPhase // of the circuits, as that goroutine knows them
	crashed  atomic.Int64                 // when it did, and 1; 0: it did not
	member   atomic.Pointer[membership]   // of the fleet; nil: it is in none
}

// opening is one operation of one dependency.
type opening struct{ dependency, operation string }

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

// startProcess starts the System of a process, with the policies that the trial has now.
func (t *trial) startProcess(node int, name string, openings []opening) (*process, error) {
	p := &process{
		trial: t, node: node, name: name,
		guards: map[string]*actors.Guard{}, refs: map[opening]*actors.Ref[*ask, answer]{}, circuits: map[string]*circuitLog{}, reaches: map[string]reach{},
		phases: map[string]actors.FleetPhase{},
	}
	for _, to := range t.guarded(node, openings) {
		p.circuits[to] = t.record.circuit(to, p.where(), t.now())
	}
	for _, d := range t.scenario.Dependencies {
		p.reaches[d.Name] = p.reach(d.Name)
	}
	p.since = t.now() // the System's clock begins at once
	sys, err := actors.Start(actors.Options{Seed: t.chance("system", node, name), Host: t.host.read})
	if err != nil {
		return nil, err
	}
	p.system = sys
	if err := p.begin(openings); err != nil {
		return nil, errors.Join(err, p.stop(true))
	}
	if node > 0 && t.fleet != nil {
		p.member.Store(t.fleet.join(p))
	}
	return p, nil
}

// guarded are the dependencies that a process has a guard for, as far as is known: one with code of its own may guard any.
func (t *trial) guarded(node int, openings []opening) (names []string) {
	if node > 0 && t.service != nil {
		return t.record.names
	}
	for _, o := range openings {
		if !slices.Contains(names, o.dependency) {
			names = append(names, o.dependency)
		}
	}
	return names
}

// begin gives the process its policies and its guards.
func (p *process) begin(openings []opening) error {
	sub := p.system.Subscribe(eventBuffer)
	p.heard.Go(func() { p.hear(sub) })
	if err := p.follow(); err != nil {
		return err
	}
	if p.node > 0 && p.trial.service != nil {
		return p.serve(p.trial.service)
	}
	for _, o := range openings {
		if err := p.open(o); err != nil {
			return err
		}
	}
	return nil
}

// eventBuffer is how many events a process may be ahead of who writes them down.
const eventBuffer = 1 << 14

// follow gives the process its policies, as a program gets them from its files.
func (p *process) follow() error {
	if p.trial.policies == nil {
		return nil
	}
	p.files = newShelf(p.trial.policies)
	policies, err := live.Start(context.Background(), p.system, live.Options{
		Source: p.files, Env: []string{}, Flags: p.trial.flags, Host: p.trial.host.read, Log: slog.New(slog.DiscardHandler),
	})
	p.policies = policies
	return err
}

// open makes the operation of a dependency, and its guard where there is none yet.
func (p *process) open(o opening) error {
	g, made := p.guards[o.dependency]
	if !made {
		var err error
		if g, err = actors.Protect(p.system, o.dependency, actors.Policy{}); err != nil {
			return err
		}
		p.guards[o.dependency] = g
	}
	ref, err := actors.Bind(g, o.operation, p.handler(o.dependency), actors.With[*ask, answer]{
		Safe: func(a *ask) bool { return a.safe },
		Key: func(a *ask) (string, bool) {
			return strconv.Itoa(a.Request.Key), a.Request.Key > 0
		},
	})
	p.refs[o] = ref
	return err
}

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

// stop ends the process: at once where now is true, else when calls under way have ended.
func (p *process) stop(now bool) error {
	var errs []error
	if p.policies != nil {
		errs = append(errs, p.policies.Close())
	}
	member := p.member.Swap(nil)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	if now {
		cancel()
	} else {
		errs = append(errs, member.leave(true))
	}
	defer cancel()
	if err := p.system.Shutdown(ctx); !now {
		errs = append(errs, err)
	}
	p.heard.Wait()
	_ = member.leave(false) // after the System, for one that crashed: it says no more
	return errors.Join(errs...)
}

// where says whose process it is.
func (p *process) where() string {
	if p.name != "" {
		return p.name
	}
	return fmt.Sprintf("node %d", p.node)
}

// shelf is where a process gets its policy files from.
type shelf struct {
	changes chan watch.Snapshot
}

func newShelf(first []watch.File) *shelf {
	s := &shelf{changes: make(chan watch.Snapshot, 64)}
	s.put(first)
	return s
}

// put gives the process other files.
func (s *shelf) put(files []watch.File) {
	s.changes <- watch.Snapshot{Files: files, Hash: hashOf(files)}
}

// Changes implements [live.Source].
func (s *shelf) Changes() <-chan watch.Snapshot { return s.changes }

// Close implements [live.Source].
func (*shelf) Close() error { return nil }
