// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync"
)

// Stop ends everything in the group: all guards below it as [Guard.Stop] does, all
// at once, then the groups below it and the group itself, whose names are free
// again. From its beginning on nothing is made in it any more (ErrStopped). The
// error is nil or one [*AbandonedError] that names every guard with handlers still
// running when ctx ended. A second Stop waits like the first.
//
// Not from inside a handler of a guard in it: it would wait for itself.
func (g *Group) Stop(ctx context.Context) error {
	if !g.made() {
		return errNoGroup
	}
	if ctx == nil {
		ctx = context.Background()
	}
	g.halt()
	left := stopGuards(ctx, g.everyone())
	g.end(ctx)
	if len(left.Guards) > 0 {
		return left
	}
	return nil
}

// halt makes the group and all below it refuse what is to be made in them.
func (g *Group) halt() {
	g.sys.mu.Lock()
	defer g.sys.mu.Unlock()
	g.halted = true
	for _, sub := range g.below(nil) {
		sub.halted = true
	}
}

// end stops the actor, and with it the actors below, and waits until they have
// stopped, or ctx and a grace are over.
func (g *Group) end(ctx context.Context) {
	if g.hasStopped() {
		return // a stop that finds nobody is a dead letter
	}
	g.quit()
	if waitFor(ctx, g.done) == nil {
		return
	}
	grace, over := context.WithTimeout(context.WithoutCancel(ctx), cancelGrace)
	defer over()
	_ = waitFor(grace, g.done)
}

// endGroups ends the groups of a System whose guards have stopped.
func (s *System) endGroups(ctx context.Context) {
	all := s.Groups()
	for _, g := range all { // all at once
		if g.parent == nil && !g.hasStopped() {
			g.quit()
		}
	}
	var wait sync.WaitGroup
	for _, g := range all { // whose handlers hang: one grace for all
		wait.Go(func() { g.end(ctx) })
	}
	wait.Wait()
}

// stopped is the refusal of a group that has stopped or is about to.
func (g *Group) stopped() error {
	return &CallError{
		Dependency: "group " + g.name, Cause: ErrStopped, by: bySystem, clock: g.sys.clock,
		detail: "the group was stopped; nothing is made or changed in it any more",
	}
}
