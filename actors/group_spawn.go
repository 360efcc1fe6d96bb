// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
)

// spawnIn starts an actor under the group, in the group's turn, or directly under
// the System when group is nil.
func (s *System) spawnIn(group *Group, props *actor.Props, id string) (*actor.PID, error) {
	if group == nil {
		pid, err := s.root.SpawnNamed(props, id)
		if err != nil {
			err = fmt.Errorf("start the actor %s: %w", id, err)
		}
		return pid, err
	}
	ask := &offspring{props: props, id: id, answer: make(chan born, 1)}
	b, err := askGroup(context.Background(), group, ask, ask.answer)
	if err != nil {
		return nil, err
	}
	return b.pid, b.err
}

// spawn starts the group's actor, with an id that no other group ever has.
func (g *Group) spawn(r *groupReceiver) error {
	pid, err := g.sys.spawnIn(g.parent, r.props(), fmt.Sprintf("group/%s$%d", g.name, g.sys.spawns.Add(1)))
	if err != nil {
		g.sys.releaseGroup(g.name)
		return err
	}
	g.pid = pid
	if !g.sys.enrolGroup(g) { // a stop came meanwhile and has not seen it
		g.end(context.Background())
		return g.stopped()
	}
	g.nudge()
	return nil
}

// askGroup sends a control message and waits for its answer.
func askGroup[T any](ctx context.Context, g *Group, message any, answer <-chan T) (T, error) {
	if !g.hasStopped() {
		g.sys.root.Send(g.pid, message)
	}
	return await(ctx, "group "+g.name, answer, g.done, g.stopped)
}
