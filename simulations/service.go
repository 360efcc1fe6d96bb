// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"fmt"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// Service is the program under test, in place of one that calls the dependency of each load through a guard with its policy. It is
// called once for each replica, and again where one restarts, before the first request; policies of
// the scenario are given to the guards that it makes by their names.
type Service func(p Process) (Caller, error)

// Caller does what a user asks for. Its error is what the user gets: a refusal, where it is a fuseboard.Rejection that says so. Info says
// more, where the caller knows: actors.WithInfo(ctx, &info) of its main call. It must be safe for concurrent use.
type Caller func(ctx context.Context, r *world.Request, info *actors.Info) error

// Process is one replica of the service under test.
type Process struct {
	// System is where its guards are to be made. It ends with the replica.
	System *actors.System
	// Node is its number, from 1.
	Node int

	process *process
}

// Reach is what a handler does: it reaches the dependency of the world, with the context that the guard gave to the handler, or one made
// of it. Its error has a class, as [world.Dependency.Serve] says.
func (p Process) Reach(ctx context.Context, dependency string) error {
	reach := p.process.reaches[dependency]
	if reach == nil {
		return fmt.Errorf("the scenario has no dependency %q", dependency)
	}
	root, _ := ctx.Value(askKey{}).(*ask)
	return reach(ctx, root)
}

// askKey is where the context of a Caller carries its request.
type askKey struct{}

// serve makes the service of the user's.
func (p *process) serve(begin Service) error {
	caller, err := begin(Process{System: p.system, Node: p.node, process: p})
	if err != nil {
		return fmt.Errorf("the service does not start: %w", err)
	}
	p.caller = caller
	for _, g := range p.system.Guards() {
		p.guards[g.Name()] = g
	}
	return nil
}
