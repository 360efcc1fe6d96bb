// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// Escalation tells of a guard whose actor, or whose handler of [Rebuild], broke more
// often than a restart budget allows. The guard stays: until what broke is restarted
// its calls wait or are refused, with ErrSuspended or ErrRestarting. The event is the
// guard's own, or that of the innermost group where the guard's actor broke in one.
type Escalation struct {
	// Dependency is the guard whose actor failed.
	Dependency string
	// Handler: it is the guard's handler that broke, not its actor.
	Handler bool
	// Why is what it failed with.
	Why string
	// Spent names the groups whose restart budgets had no room, the innermost first.
	// Empty for a guard directly under the System.
	Spent []string
	// AnsweredBy names the group by whose rules the actor is restarted. Empty: the System.
	AnsweredBy string
	// Kept: the System's own budget had no room either. It keeps the guard all the
	// same, at the slowest of its backoff.
	Kept bool
	// After is how long it takes until the actor is restarted.
	After time.Duration
}

// climbed tells of a failure that went up from the group. It runs in the group's turn.
func (r *groupReceiver) climbed(c strategy.Climb) {
	g := r.group
	e := escalation(c)
	at := g
	for range c.Spent {
		if at != nil {
			e.Spent = append(e.Spent, at.name)
			at = at.parent
		}
	}
	if at != nil {
		e.AnsweredBy = at.name
	}
	e.Kept = c.Spent > len(e.Spent)
	if one := g.sys.guardOf(c.Child); one != nil {
		e.Dependency = one.name
	}
	r.begin()
	r.event(Event{Kind: EventEscalated, Escalation: e})
	g.sys.logEscalation(g.path, e)
}

// climbed tells of a handler whose restart budget is spent, in the guard's turn.
func (r *receiver) climbed(c strategy.Climb) {
	g := r.guard
	e := escalation(c)
	e.Dependency, e.Handler = g.name, true
	at := g.group
	for range c.Spent - 1 { // the first was the guard's own
		if at != nil {
			e.Spent = append(e.Spent, at.name)
			at = at.parent
		}
	}
	if at != nil {
		e.AnsweredBy = at.name
	}
	e.Kept = c.Spent-1 > len(e.Spent)
	r.tell(Event{Kind: EventEscalated, Escalation: e})
	g.sys.logEscalation(g.group.Path(), e)
}

// climbed tells of a guard directly under the System whose budget is spent. It runs
// in that guard's turn, which is broken and about to end.
func (s *System) climbed(c strategy.Climb) {
	e := escalation(c)
	e.Kept = true
	if one := s.guardOf(c.Child); one != nil {
		e.Dependency = one.name
		one.receiver.tell(Event{Kind: EventEscalated, Escalation: e})
	}
	s.logEscalation("", e)
}

func escalation(c strategy.Climb) Escalation {
	return Escalation{Dependency: c.Child.GetId(), Why: fmt.Sprint(c.Reason), After: c.After}
}

// tell publishes an event of the guard's. Only in its turn.
func (r *receiver) tell(e Event) {
	r.begin()
	r.event(e)
}

// guardOf returns the guard, or the one that stands for a keyring, whose actor that
// is, or nil. It is rarely asked.
func (s *System) guardOf(pid *actor.PID) *Guard {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, g := range s.guards {
		if g == nil {
			continue
		}
		if own := g.pid.Load(); own != nil && own.Equal(pid) {
			return g
		}
	}
	return nil
}

func (s *System) logEscalation(group string, e Escalation) {
	answered := "group " + e.AnsweredBy
	if e.AnsweredBy == "" {
		answered = "system"
	}
	s.log.LogAttrs(context.Background(), slog.LevelError, "escalated",
		slog.String("dependency", e.Dependency), slog.Bool("handler", e.Handler), slog.String("group", group), slog.String("why", e.Why),
		slog.String("spent", strings.Join(e.Spent, ", ")), slog.String("answered_by", answered),
		slog.Bool("kept", e.Kept), slog.Duration("restart_after", e.After))
}
