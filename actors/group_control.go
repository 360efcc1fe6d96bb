// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Command gives the command to every guard in the group and in the groups below, and
// to the guard of every key that its keyrings have now, all at once, as
// [Guard.Command] does, and waits for all of them. A guard made afterwards is not
// under it, and one that stops meanwhile is no error. The command is judged once,
// before any guard gets it. It ends a hold by a group's breaker as well, for its
// members are under somebody's command from then on.
//
// Errors: [Problems]; ErrStopped for a group that has stopped; else the guards'
// own errors, joined, each with its guard's name.
func (g *Group) Command(ctx context.Context, c Command) error {
	if !g.made() {
		return errNoGroup
	}
	if err := c.Validate().Err(); err != nil {
		return err
	}
	if g.hasStopped() {
		return g.stopped()
	}
	errs := orderAll(ctx, g.circuits(), c)
	if g.hasStopped() {
		return g.stopped()
	}
	return errors.Join(errs...)
}

// circuits returns the guards below, and those of the keys that there are.
func (g *Group) circuits() []*Guard {
	all := g.Guards()
	for _, k := range g.Keyrings() {
		for _, one := range k.All() {
			all = append(all, one)
		}
	}
	return all
}

// orderAll sends the command to all at once, and then waits for one after the other.
func orderAll(ctx context.Context, guards []*Guard, c Command) (errs []error) {
	asked := make([]*command, len(guards))
	for i, one := range guards {
		asked[i], _ = one.order(c) // or its key has been forgotten meanwhile
	}
	for i, one := range guards {
		if asked[i] == nil {
			continue
		}
		if err := one.obeyed(ctx, asked[i]); !errors.Is(err, ErrStopped) { // else it has left meanwhile
			errs = append(errs, err)
		}
	}
	return errs
}

// GroupChange says what an Update did to a group.
type GroupChange struct {
	// Version numbers the group's policies, the first one 1.
	Version uint64
	// Before and After are the policies as they were given.
	Before, After GroupPolicy
	// Changed lists the paths that differ, as in policy files: "breaker.share".
	Changed []string
}

// Update gives the group a new policy. Restarts that were counted stay counted. An
// opening under way keeps its time, unless the new policy turns the breaker off:
// then the members that the group holds are let go.
//
// Errors: [Problems], and then nothing has changed; ErrStopped; the cause of ctx's
// end, and then the change may still happen.
func (g *Group) Update(ctx context.Context, p GroupPolicy) (GroupChange, error) {
	if !g.made() {
		return GroupChange{}, errNoGroup
	}
	problems := p.Validate()
	if err := problems.Err(); err != nil {
		return GroupChange{}, err
	}
	if ctx == nil {
		ctx = context.Background()
	}
	ask := &reform{policy: p, answer: make(chan GroupChange, 1)}
	change, err := askGroup(ctx, g, ask, ask.answer)
	if err == nil {
		g.logWarnings(problems)
	}
	return change, err
}

func (r *groupReceiver) reform(p GroupPolicy) GroupChange {
	g := r.group
	before := g.plan.Load()
	after := compileGroup(p, before.version+1)
	change := GroupChange{
		Version: after.version, Before: before.given, After: after.given,
		Changed: plain.Diff(before.given.WithDefaults(), after.given.WithDefaults()),
	}
	g.plan.Store(after)
	g.strat.Reshape(p.Restart)
	r.event(Event{Kind: EventUpdated, Change: Change{Version: change.Version, Changed: append([]string(nil), change.Changed...)}})
	r.judge()
	return change
}
