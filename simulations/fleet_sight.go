// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// ofFleet is the kind of a measure of the fleet itself.
const ofFleet = "fleet"

// crowd is a look at the fleet: how many members its nodes see, the least and the most of any. Those that are paused, that lie or do not run
// are not asked.
type crowd struct {
	at          time.Duration
	least, most int
}

// gather returns how long after From all nodes that were asked saw so many members, and false where they did not by To.
func (r *record) gather(m scenario.Measure) (float64, bool) {
	want, _ := strconv.Atoi(m.State) // it was read before
	for _, c := range r.crowds {
		if c.at >= m.From && c.at <= m.To && c.least == want && c.most == want {
			return (c.at - m.From).Seconds(), true
		}
	}
	return 0, false
}

// scattered is the share of the looks at which some node saw more members, or fewer. Where nobody looked it is all of them.
func (r *record) scattered(m scenario.Measure) float64 {
	want, _ := strconv.Atoi(m.State) // it was read before
	all, other := 0, 0
	for _, c := range r.crowds {
		if c.at < m.From || c.at > m.To {
			continue
		}
		if all++; c.least != want || c.most != want {
			other++
		}
	}
	if all == 0 {
		return 1
	}
	return float64(other) / float64(all)
}

// sights is what was last seen of the fleet, by who looks at it.
type sights struct {
	missed   map[int]string // by the number of a node: who does not see it
	isolated map[int]bool   // by the number of a node: it is cut off
}

// lookAtFleet writes down who sees whom, and tells what has changed.
func (t *trial) lookAtFleet() {
	if t.fleet == nil {
		return
	}
	c := crowd{at: t.now(), least: t.scenario.Nodes + 1}
	unseen := map[int][]string{}
	for i := range t.slots {
		p := t.slots[i].process.Load()
		if p == nil || t.slots[i].asleep() != nil || t.fleet.lies(i+1) {
			continue
		}
		seen, cut := p.seen()
		c.least, c.most = min(c.least, len(seen)), max(c.most, len(seen))
		t.tellIsolation(i+1, cut)
		for node := range t.slots {
			if !slices.Contains(seen, node+1) {
				unseen[node+1] = append(unseen[node+1], strconv.Itoa(i+1))
			}
		}
	}
	t.record.crowds = append(t.record.crowds, c)
	t.tellMembers(unseen)
}

// seen are the numbers of the nodes that the process sees in its fleet, itself included, and whether it is cut off.
func (p *process) seen() (nodes []int, cut bool) {
	n := p.member.Load().joined()
	if n == nil {
		return []int{p.node}, false
	}
	for _, m := range n.Members() {
		if m.State.Here() && !m.Superseded {
			nodes = append(nodes, numberOf(m.Name))
		}
	}
	return nodes, n.Gossip().Isolated()
}

// tellIsolation tells that a node is cut off, or no more.
func (t *trial) tellIsolation(node int, cut bool) {
	if t.sights.isolated[node] == cut {
		return
	}
	t.sights.isolated[node] = cut
	e := Event{At: t.now(), Kind: "isolated", Node: node, Text: fmt.Sprintf("node %d is cut off from most of the fleet", node)}
	if !cut {
		e.Kind, e.Text = "reached", fmt.Sprintf("node %d sees most of the fleet again", node)
	}
	t.record.event(e)
}

// tellMembers tells who is seen by fewer than before, or by all again. While nodes come together for the first time nothing is told.
func (t *trial) tellMembers(unseen map[int][]string) {
	if t.sights.missed == nil {
		if len(unseen) == 0 {
			t.sights.missed = map[int]string{}
			t.record.event(Event{At: t.now(), Kind: "member", Text: fmt.Sprintf("all %d nodes see each other", len(t.slots))})
		}
		return
	}
	for i := range t.slots {
		node := i + 1
		by := named(unseen[node])
		if was := t.sights.missed[node]; was == by {
			continue
		}
		t.sights.missed[node] = by
		e := Event{At: t.now(), Kind: "member", Node: node, Text: fmt.Sprintf("node %d is not seen by %s", node, by)}
		if by == "" {
			e.Text = fmt.Sprintf("node %d is seen by all again", node)
		}
		t.record.event(e)
	}
}

// named are some numbers of nodes in words: their number where there are many.
func named(nodes []string) string {
	const most = 5
	if len(nodes) > most {
		return fmt.Sprintf("%d others", len(nodes))
	}
	if len(nodes) == 0 {
		return ""
	}
	return "node " + strings.Join(nodes, ", ")
}

// disband ends the fleet at the end of a run: the network first, so that nobody tells of who goes.
func (t *trial) disband() {
	if t.fleet == nil {
		return
	}
	_ = t.fleet.net.Close() // it never fails
	for _, l := range t.fleet.liars {
		l.cancel()
		t.crashed.Go(l.work.Wait)
	}
	for _, p := range t.running() {
		if p.node > 0 {
			t.crashed.Go(func() { t.ended(p.member.Swap(nil).leave(false)) })
		}
	}
}

// ended tells what a node that ended complains of, but for that it had ended.
func (t *trial) ended(err error) {
	if err != nil && !errors.Is(err, gossip.ErrClosed) {
		t.record.event(Event{At: t.now(), Kind: "fleet-failed", Text: firstLine(err)})
	}
}
