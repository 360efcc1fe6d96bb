// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/events"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/supervision"
)

// The kinds of events of a fleet, beside those of guards ([actors.EventKind]).
const (
	// EventFleet: what the fleet asks of a node has changed, from a phase to another.
	EventFleet = "fleet"
	// EventMember: somebody came, left or failed, as the origin saw it.
	EventMember = "member"
	// EventIsolated: the origin cannot see half of the fleet any more, or can again.
	EventIsolated = "isolated"
	// EventOrder: an operator's order came into force at the origin, which others hear of by themselves.
	EventOrder = "order"
)

// How many events a node tells: what flaps must not fill the network. Those beyond it are counted, and stay in the node's own
// metrics and logs.
const (
	mostAtOnce  = 40.0
	aSecond     = 4.0
	localEvents = 1024 // that wait for the loop
)

// mayTell reports whether this node may tell one more event.
func (n *Node) mayTell() bool {
	now := n.sys.Now()
	n.breath = min(mostAtOnce, n.breath+aSecond*now.Sub(n.breathed).Seconds())
	n.breathed = now
	if n.breath < 1 {
		n.untold++
		return false
	}
	n.breath--
	return true
}

// tell puts an event of this node into the stream of the fleet.
func (n *Node) tell(e events.Event) {
	if !n.mayTell() {
		return
	}
	e.At = time.Now()
	if !n.recall.over {
		n.recall.own = append(n.recall.own, e) // few: mayTell bounds them
		return
	}
	n.number(e)
}

// number gives an event of this node its number, and tells it.
func (n *Node) number(e events.Event) {
	e, err := n.source.Next(e)
	if err != nil {
		n.untold++
		return
	}
	n.merge(e)
	if body, err := events.Append(nil, e); err == nil {
		_ = n.gossip.Put(record.Vote, e.Register(), body) // refused only by a node that is closed
	}
}

// merge takes an event, and wakes who waits for more.
func (n *Node) merge(e events.Event) {
	if v := n.stream.Merge(n.sys.Now(), e); v == events.Merged {
		n.wake()
	}
}

// wake lets go who waits for events.
func (n *Node) wake() {
	close(n.more)
	n.more = make(chan struct{})
}

// acceptEvent lets an event travel only under the name of who says it.
func acceptEvent(r record.Record) error {
	e, err := events.Decode(r.Body)
	switch {
	case err != nil:
		return err
	case e.Origin != r.Owner || e.Boot != r.Version.Epoch || e.Register() != r.Key:
		return errors.New("cluster: an event under another's name, boot or key")
	}
	return nil
}

// takeEvent takes an event of another node.
func (n *Node) takeEvent(r record.Record) {
	if acceptEvent(r) != nil {
		return
	}
	if e, err := events.Decode(r.Body); err == nil {
		n.merge(e)
	}
}

// Events returns what happened in the fleet after a cursor, at most as many events as asked for (0: all that are kept). Where there
// are none it waits for some until ctx ends, and then returns an empty page. The order is that of each origin; nothing
// comes twice, and what is missing is told. The error is [ErrLeft].
func (n *Node) Events(ctx context.Context, after events.Cursor, most int) (p events.Page, err error) {
	for {
		var more chan struct{}
		err = n.ask(context.WithoutCancel(ctx), func() { p, more = n.stream.Since(after, most), n.more })
		if err != nil || len(p.Items) > 0 || p.Lost > 0 {
			return p, err
		}
		select {
		case <-more:
		case <-ctx.Done():
			return p, nil
		case <-n.ended:
			return p, ErrLeft
		}
	}
}

// Latest returns the cursor behind the last event: for who wants news only.
func (n *Node) Latest(ctx context.Context) (c events.Cursor, err error) {
	err = n.ask(ctx, func() { c = n.stream.End() })
	return c, err
}

// told are the kinds of a guard's events that the others hear of: what moves a circuit or a policy, and not what comes with each
// call.
var told = map[actors.EventKind]bool{
	actors.EventStarted: true, actors.EventTransition: true, actors.EventUpdated: true, actors.EventMode: true, actors.EventStopped: true,
	actors.EventEscalated: true, actors.EventRebuilt: true, actors.EventShedding: true, actors.EventDrained: true,
}

// takeLocal tells the fleet what happened to a guard of this node.
func (n *Node) takeLocal(e actors.Event) {
	if !told[e.Kind] || e.Key != "" {
		return
	}
	out := events.Event{Kind: string(e.Kind), Dependency: e.Dependency, Text: e.Reason}
	switch e.Kind { //nolint:exhaustive // the other kinds have nothing more to tell
	case actors.EventUpdated:
		out.Text = changeText(e.Change)
	case actors.EventMode:
		out.To = e.PolicyMode.String()
	case actors.EventTransition:
		t := e.Transition
		if t.Cause == supervision.CauseFleet {
			return // tellPhase has told it: in an outage of all that is a third of what everybody would hear
		}
		out.From, out.To, out.Cause, out.Text = t.From.String(), t.To.String(), string(t.Cause), t.String()
	}
	n.tell(out)
}

// tellPhase tells that the fleet asks something else of this node.
func (n *Node) tellPhase(d *desk, was string) {
	n.tell(events.Event{Kind: EventFleet, Dependency: d.name, From: was, To: d.order.Phase.String(), Cause: d.order.Scope.String(), Text: explain(d.order)})
}

// tellMember tells that somebody came, left or failed.
func (n *Node) tellMember(m gossip.Member, was string) {
	n.tell(events.Event{Kind: EventMember, From: was, To: m.State.String(), Text: m.Name})
}

// tellIsolation tells that this node is cut off, or no more.
func (n *Node) tellIsolation(cut bool) {
	to := "reached"
	if cut {
		to = "isolated"
	}
	n.tell(events.Event{Kind: EventIsolated, To: to, Text: "sees " + plain.Count(n.peers.alive(), "member", "members")})
}

// tellOrder tells that an order has come into force.
func (n *Node) tellOrder(e orders.Entry) {
	n.tell(events.Event{Kind: EventOrder, Dependency: e.Dependency, To: e.Verb.String(), Cause: e.Operator, Text: orderText(&e)})
}

// keepEvents lets go what waited for events that will not come.
func (n *Node) keepEvents(now fuseboard.Instant) {
	if n.stream.Expire(now) > 0 {
		n.wake()
	}
}
