// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"runtime/debug"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/mailbox"
)

// groupReceiver is the group's actor: the one place that starts what is in the
// group, judges its breaker and publishes its events.
type groupReceiver struct {
	group    *Group
	seq      uint64 // of the last event
	stopping bool   // whoever was started now would not be stopped
}

// The messages of a group's control lane. None is logged when it finds a group
// that has just stopped: its sender learns that from Group.done.
type (
	// judge says that there may be something new about the members.
	judge struct{}
	// offspring is an actor to be started as a child of the group.
	offspring struct {
		props  *actor.Props
		id     string
		answer chan born // buffered
	}
	born struct {
		pid *actor.PID
		err error
	}
	reform struct {
		policy GroupPolicy
		answer chan GroupChange // buffered
	}
)

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (judge) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (*offspring) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (*reform) IgnoreDeadLetterLogging() {}

// props start the group's actor. A gate without bounds stands before its mailbox
// as before a guard's, so that nobody's message runs code in the group's turn.
func (r *groupReceiver) props() *actor.Props {
	g := r.group
	return actor.PropsFromProducer(
		func() actor.Actor { return r },
		actor.WithMailbox(mailbox.NewGate(mailbox.Bulkhead{}, g.sys.clock).Mailbox(g.deliver)),
		actor.WithSupervisor(g.strat),
	)
}

// deliver lets the group's own messages through and answers all others.
func (g *Group) deliver(message any, sender *actor.PID) bool {
	switch message.(type) {
	case judge, *offspring, *reform, *actor.Touch:
		return false
	}
	if sender != nil {
		g.sys.answer(sender, Reply[any, any]{Request: message, Err: &CallError{
			Dependency: "group " + g.name, Cause: ErrUnknownRequest, by: bySystem, clock: g.sys.clock,
			detail: fmt.Sprintf("got a %T; a group takes no requests, its guards do", message),
		}})
	}
	return true
}

// Receive handles the group's life and its control messages, one at a time.
func (r *groupReceiver) Receive(ctx actor.Context) {
	defer r.survive()
	g := r.group
	if r.stopping {
		endAgain(ctx)
	}
	switch m := ctx.Message().(type) {
	case judge:
		g.nudged.Store(false) // before the look: whoever moves from now on nudges again
		r.begin()
		r.judge()
	case *offspring:
		m.answer <- r.give(ctx, m)
	case *reform:
		r.begin()
		m.answer <- r.reform(m.policy)
	case *actor.Terminated:
		g.stir() // fewer members, also above
	case *actor.Stopping:
		r.stopping = true
		g.halt()
		g.alarm.stop()
		g.strat.Stop()
	case *actor.Stopped:
		r.begin()
		r.event(Event{Kind: EventStopped})
		g.sys.retireGroup(g)
		close(g.done)
	}
}

// survive keeps a panic in the group's turn from its supervisor: a restart of the
// group would stop every guard in it, for a fault that none of them has.
func (r *groupReceiver) survive() {
	if v := recover(); v != nil {
		r.group.sys.log.Error("group broke and went on", "group", r.group.path, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	}
}

// give starts a child. It answers whatever happens.
func (r *groupReceiver) give(ctx actor.Context, m *offspring) (b born) {
	if r.stopping {
		return born{err: r.group.stopped()}
	}
	defer func() {
		if v := recover(); v != nil {
			b.err = fmt.Errorf("start the actor %s: %v", m.id, v)
		}
	}()
	pid, err := ctx.SpawnNamed(m.props, m.id)
	if err != nil {
		err = fmt.Errorf("start the actor %s: %w", m.id, err)
	}
	return born{pid: pid, err: err}
}

// begin tells the start before anything else, once: not when the actor starts,
// but when its group can be found.
func (r *groupReceiver) begin() {
	if r.seq == 0 {
		r.event(Event{Kind: EventStarted})
	}
}

func (r *groupReceiver) event(e Event) {
	r.seq++
	e.Group, e.Seq, e.At = r.group.path, r.seq, r.group.sys.clock.Now()
	r.group.sys.streams.publish(e)
}
