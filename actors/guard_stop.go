// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
)

// Stop ends the guard. New calls are refused with ErrStopped at once, calls
// that back off are answered with their last failure, queued and running calls
// may finish until ctx ends. Then the queued are answered with ErrStopped and
// the contexts of running handlers are cancelled; handlers that still run 100 ms
// later are left behind and counted in an [*AbandonedError]. A handler that runs
// on its caller's own context (because the caller's deadline is the earliest)
// cannot be cancelled by the guard. A second Stop waits like the first.
//
// Not from inside a handler of the same guard: it would wait for itself until
// ctx ends. The guard of a key cannot be stopped alone (a [fuseboard.Problem]): its
// [Keyring] is.
func (g *Guard) Stop(ctx context.Context) error {
	if !g.made() {
		return errUnbound
	}
	if ctx == nil {
		ctx = context.Background()
	}
	switch {
	case g.key != nil:
		return g.key.lifeIsShared()
	case g.keys != nil:
		return g.keys.stop(ctx)
	}
	g.gate.Close()
	g.halt()
	drained := g.idle(ctx)
	if drained != nil {
		g.gate.Stop()
		g.cancel()
		grace, over := context.WithTimeout(context.WithoutCancel(ctx), cancelGrace)
		defer over()
		if g.idle(grace) == nil {
			drained = nil
		}
	}
	left := g.abandoned()
	g.closeAnswers()
	g.disband(ctx, drained == nil)
	g.end(ctx)
	if drained == nil {
		return nil
	}
	return &AbandonedError{Guards: []Abandoned{left}, Cause: drained}
}

// stopIdle stops a guard on which nothing has to be waited for: it has no actor, no
// goroutine and no call. Else it reports false, and has done what Stop begins with.
func (g *Guard) stopIdle() bool {
	if g.keys != nil || g.pool.Load() != nil || g.pid.Load() != nil {
		return false
	}
	g.gate.Close()
	g.halt()
	at, over := context.WithCancel(context.Background())
	over()
	if g.idle(at) != nil || g.pid.Load() != nil {
		return false
	}
	g.closeAnswers()
	g.end(at)
	return true
}

// halt lets nothing begin any more, and nobody wait for a repetition. Whoever calls
// it finds it done.
func (g *Guard) halt() { g.halted.Do(g.halts) }

func (g *Guard) halts() {
	g.halting.shut()
	if g.generations != nil {
		g.generations.halt()
	}
	if c := g.crew.Load(); c != nil {
		c.strategy.Stop()
	}
}

func (g *Guard) abandoned() Abandoned {
	if g.keys != nil {
		return Abandoned{Dependency: g.name, Running: g.keys.running()}
	}
	build := 0 // what is posted, and has no permit
	if g.generations != nil && g.generations.busy.Load() {
		build = 1
	}
	return Abandoned{Dependency: g.name, Running: max(g.gate.Depth().InUse, g.posted.count()-build) + build}
}

// end stops the actor and waits until it has stopped, or ctx and a grace are over.
func (g *Guard) end(ctx context.Context) {
	if g.hasStopped() {
		return // a stop that finds nobody is a dead letter
	}
	if !g.quitting.Swap(true) {
		if r := g.sleep(); r != nil {
			r.stopping()
			return
		}
		g.sys.root.Stop(g.pid.Load())
	}
	linger(ctx, g.done.wait())
}

// linger waits until all are closed, or ctx and one grace for all of them are over.
func linger(ctx context.Context, all ...<-chan struct{}) {
	late := false
	for _, done := range all {
		late = waitFor(ctx, done) != nil || late
	}
	if !late {
		return
	}
	grace, over := context.WithTimeout(context.WithoutCancel(ctx), cancelGrace)
	defer over()
	for _, done := range all {
		_ = waitFor(grace, done)
	}
}

// idle waits until no handler runs, nobody queues and every posted call is answered.
func (g *Guard) idle(ctx context.Context) error {
	if err := g.gate.Idle(ctx); err != nil {
		return err
	}
	return g.posted.wait(ctx)
}
