// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/supervision"
)

// CauseMembersOpen is why a group opened; see [supervision.CauseMembersOpen].
const CauseMembersOpen = supervision.CauseMembersOpen

// stir tells the group, and those it is in, that something about a member has
// moved. It may be nil.
func (g *Group) stir() {
	for ; g != nil; g = g.parent {
		if g.plan.Load().breaker.On() {
			g.nudge()
		}
	}
}

// nudge asks for a look at the members. One on its way is enough.
func (g *Group) nudge() {
	if !g.hasStopped() && g.nudged.CompareAndSwap(false, true) {
		g.sys.root.Send(g.pid, judge{})
	}
}

// ring is nudge, for the alarm.
func (g *Group) ring() { g.nudge() }

// judge ends an opening whose time is over and opens the group when enough of its
// members are open by themselves.
func (r *groupReceiver) judge() {
	g := r.group
	b, was, now := g.plan.Load().breaker, g.stand.Load(), g.sys.clock.Now()
	over := was.state == Open && (now >= was.until || !b.On())
	if r.stopping || (was.state == Open && !over) {
		return
	}
	members := g.guardsOnly()
	numbers := census(members, now)
	reached := b.reached(int(numbers.Failures), numbers.Calls)
	if over {
		r.close(now, was, numbers, members)
	}
	if reached {
		r.open(now, numbers, members)
	} else if opens := g.stand.Load(); opens.opens > 0 {
		calm := *opens
		calm.opens = 0
		g.stand.Store(&calm)
	}
}

// census counts the members that are open by themselves: not overdue, and under a
// mode in which their own evidence moves them. One whose own policy is not enforced
// refuses nobody, and is not to have others refused.
func census(members []*Guard, now fuseboard.Instant) Numbers {
	n := Numbers{Calls: len(members)}
	for _, one := range members {
		if one.plan.Load().given.Mode != EnforcePolicy {
			continue
		}
		phase := one.circuit.Refusal()
		if phase.State == Open && now < phase.Until && (phase.Mode == Enforce || phase.Mode == Shadow) {
			n.Failures++
		}
	}
	if n.Calls > 0 {
		n.FailureRate = n.Failures / float64(n.Calls)
	}
	return n
}

func (r *groupReceiver) open(now fuseboard.Instant, n Numbers, members []*Guard) {
	g := r.group
	was := g.stand.Load()
	next := standing{state: Open, epoch: was.epoch + 1, opens: was.opens + 1}
	open := g.plan.Load().breaker.openTime(next.opens, supervision.Uniform(g.seed, next.epoch))
	next.until, next.why = now.Add(open), fmt.Sprintf("%d of %s open", int(n.Failures), plain.Count(n.Calls, "member", "members"))
	ask := &hold{group: g, until: next.until, reason: next.why}
	r.move(&next, Transition{
		From: Closed, Cause: CauseMembersOpen, Reason: ask.reason, By: "group " + g.name,
		At: now, Until: next.until, OpenFor: open, Before: n,
	}, slog.LevelWarn)
	g.alarm.set(next.until, g.sys.clock, g)
	for _, one := range members {
		g.sys.root.Send(one.address(), ask)
	}
}

func (r *groupReceiver) close(now fuseboard.Instant, was *standing, n Numbers, members []*Guard) {
	g := r.group
	next := standing{state: Closed, epoch: was.epoch + 1, opens: was.opens, until: fuseboard.Never}
	t := Transition{From: Open, Cause: supervision.CauseOpenElapsed, At: now, Until: fuseboard.Never, Before: n}
	if now < was.until {
		t.Cause = supervision.CausePolicy
		for _, one := range members {
			g.sys.root.Send(one.address(), &hold{group: g, release: true, reason: "the group's breaker is off now"})
		}
	}
	g.alarm.set(fuseboard.Never, g.sys.clock, g)
	r.move(&next, t, slog.LevelInfo)
}

// move takes the new standing and tells it.
func (r *groupReceiver) move(next *standing, t Transition, level slog.Level) {
	g := r.group
	g.stand.Store(next)
	t.Epoch, t.To = next.epoch, next.state
	r.event(Event{Kind: EventTransition, Transition: t})
	g.sys.log.LogAttrs(context.Background(), level, "group",
		slog.String("group", g.path), slog.String("transition", t.String()), slog.String("from", t.From.String()),
		slog.String("to", t.To.String()), slog.String("cause", string(t.Cause)), slog.Uint64("epoch", t.Epoch))
}
