// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"fmt"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/verdict"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/supervision"
)

// exact is how often exact counts of what fails are brought up to date: they travel by the exchange of digests, which has
// the same period.
const exact = 2 * time.Second

// desk is one guard in the eyes of the fleet. The loop owns it.
type desk struct {
	name    string
	guard   *actors.Guard
	fleet   actors.Fleet // as its policy says, with defaults
	machine *verdict.Machine
	cells   map[string]heard // of the others, by stable name
	order   verdict.Order
	own     verdict.Own
	seen    verdict.Own // the guard's numbers as they were
	tried   tried       // attempts that went on through holds

	sent    verdict.Cell
	sentAt  fuseboard.Instant // when it was sent to all
	exactAt fuseboard.Instant // when it was last brought up to date
	told    bool              // there is a cell of this node
}

// heard is a cell, and when it came.
type heard struct {
	cell verdict.Cell
	boot uint64
	at   fuseboard.Instant
}

// newDesk makes the desk of a guard. The seed is the node's own, so that no two nodes probe at one time.
func newDesk(g *actors.Guard, f actors.Fleet, name, zone string, seed uint64) *desk {
	d := &desk{name: g.Name(), guard: g, cells: map[string]heard{}}
	d.reshape(f, name, zone, seed)
	return d
}

// reshape gives the desk the fleet section of a new policy. Other numbers are another rule, which begins anew.
func (d *desk) reshape(f actors.Fleet, name, zone string, seed uint64) {
	f = f.WithDefaults()
	before := d.fleet
	before.Mode = f.Mode
	d.fleet = f
	if d.machine != nil && before == f {
		return
	}
	d.machine = verdict.New(rulesOf(f), name, zone, seed)
}

// rulesOf are the numbers of a policy in the words of the rule.
func rulesOf(f actors.Fleet) verdict.Rules {
	return verdict.Rules{
		Window: f.Window, FailureRate: f.FailureRate, MinCalls: f.MinCalls, Hold: f.Hold, Ramp: f.Ramp, Probes: f.ProbesPerSecond,
	}
}

// tried are attempts.
type tried struct{ ok, fail uint64 }

// step judges once, and lets the guard obey.
func (d *desk) step(now fuseboard.Instant, view verdict.View, follows bool) {
	d.own = d.count(ownOf(d.guard.Evidence()), follows)
	d.order = d.machine.Step(now, d.own, view)
	_ = d.guard.Follow(orderOf(d.order, now, follows)) // one that stops needs no order
}

// count takes for probes what is attempted in a hold that the guard is only advised of: nothing else would tell the rule that the
// outage goes on, or ends.
func (d *desk) count(o verdict.Own, follows bool) verdict.Own {
	if o.OK < d.seen.OK || o.Fail < d.seen.Fail { // counting began anew
		d.tried = tried{}
	} else if !follows && d.order.Phase == verdict.Hold {
		d.tried.ok += o.OK - d.seen.OK
		d.tried.fail += o.Fail - d.seen.Fail
	}
	d.seen = o
	o.OK, o.ProbeOK = o.OK-d.tried.ok, o.ProbeOK+d.tried.ok
	o.Fail, o.ProbeFail = o.Fail-d.tried.fail, o.ProbeFail+d.tried.fail
	return o
}

// ownOf is a guard's evidence in the words of the rule. What an order or a command did to the circuit is no evidence.
func ownOf(e actors.Evidence) verdict.Own {
	itself := e.Phase == supervision.FleetClear && e.Mode == supervision.Enforce
	return verdict.Own{
		Wanted: e.Wanted, OK: e.OK, Fail: e.Fail, ProbeOK: e.ProbeOK, ProbeFail: e.ProbeFail,
		Open: itself && e.State != supervision.Closed,
	}
}

// orderOf is a verdict as the guard takes it; who does not follow is only advised.
func orderOf(o verdict.Order, now fuseboard.Instant, follows bool) actors.FleetOrder {
	out := actors.FleetOrder{Scope: o.Scope.String(), Why: explain(o)}
	if !follows {
		out.Tighten = o.Tighten
		return out
	}
	out.Reset = o.Reset || o.Phase == verdict.Ramp // for as long as the way back takes
	switch o.Phase {
	case verdict.Clear:
	case verdict.Hold:
		out.Phase, out.Probe = supervision.FleetHold, max(1, o.Probe)
	case verdict.Ramp:
		out.Phase, out.Share = supervision.FleetRamp, o.Share
	}
	if o.Until != fuseboard.Never {
		out.Until = max(o.Until, now)
	}
	return out
}

// explain says in words what a verdict rests on: "4 of 5 callers fail, quorum 3".
func explain(o verdict.Order) string {
	w := o.Why
	if w.Inactive != verdict.Active {
		return "inactive, " + inactive(w)
	}
	where := ""
	if w.Zone {
		where = " of this zone"
	}
	return fmt.Sprintf("%d of %d callers%s fail, quorum %d", w.Failing, w.Callers, where, w.Quorum)
}

// inactive is why nothing is judged: "2 callers".
func inactive(w verdict.Why) string {
	if w.Inactive == verdict.FewCallers {
		if w.Callers == 1 {
			return "1 caller"
		}
		return fmt.Sprintf("%d callers", w.Callers)
	}
	return w.Inactive.String()
}

// hear takes a cell of another node.
func (d *desk) hear(now fuseboard.Instant, owner string, boot uint64, c verdict.Cell) {
	if was, found := d.cells[owner]; found && boot < was.boot {
		return
	}
	d.cells[owner] = heard{cell: c, boot: boot, at: now}
}

// lasting is how long a node that is gone is remembered: longer than the longest partition that is promised to heal.
const lasting = 15 * time.Minute

// forget drops what was said by who is gone for long.
func (d *desk) forget(now fuseboard.Instant, r *roster) {
	for name, h := range d.cells {
		if p := r.peers[name]; (p == nil || !p.alive) && now.Sub(h.at) > lasting {
			delete(d.cells, name)
		}
	}
}

// cell returns what to tell the others of this dependency, and how urgently; false where there is nothing to tell.
func (d *desk) cell(now fuseboard.Instant) (c verdict.Cell, kind record.Kind, tell bool) {
	c = d.machine.Cell(now)
	switch {
	case !d.told && c == (verdict.Cell{}):
		return c, 0, false
	case !d.told, c.Phase != d.sent.Phase:
		kind = record.Transition
	case verdict.Publish(d.sent, c, now.Sub(d.sentAt)):
		kind = record.Vote
	case now.Sub(d.exactAt) >= exact && matters(c) && c != d.sent:
		kind = record.Counter
	default:
		return c, 0, false
	}
	if kind != record.Counter {
		d.sentAt = now
	}
	d.sent, d.exactAt, d.told = c, now, true
	return c, kind, true
}

// matters reports whether exact numbers of a cell are of use: what is healthy costs nothing.
func matters(c verdict.Cell) bool {
	return c.Vote == verdict.VoteFail || c.Phase != verdict.Clear
}

// The keys of records, by what they hold.
const (
	beaconKey = "beacon"
	cellKeys  = "cell/"
	orderKeys = "order/"
	eventKeys = "event/"
	// operators own the records of orders, whoever brought them: no node has that name.
	operators = gossip.Nobody + "operators"
)

func cellKey(dependency string) string { return cellKeys + dependency }

// dependencyOf is the dependency of a cell's key.
func dependencyOf(key string) (string, bool) { return strings.CutPrefix(key, cellKeys) }
