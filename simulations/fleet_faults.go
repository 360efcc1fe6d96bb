// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/simulations/network"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// onFleet lets what a fault does to nodes, and between them, begin.
func (t *trial) onFleet(f scenario.Fault, heal *healing) {
	if t.fleet != nil {
		t.fleet.begin(f, heal)
	}
	for _, node := range f.Fleet.Pause {
		t.pause(node, heal)
	}
	for _, node := range f.Fleet.Kill {
		t.halt(node, false, heal)
	}
	for _, node := range f.Fleet.Stop {
		t.halt(node, true, heal)
	}
	if t.fleet != nil {
		for _, node := range f.Fleet.Liar.Nodes {
			t.lie(node, f, heal)
		}
	}
}

// begin lays a fault over the network.
func (f *fleet) begin(fault scenario.Fault, heal *healing) {
	on := fault.Fleet
	if len(on.Partition)+len(on.Cut.From)+len(on.Cut.To) == 0 && on.Loss == 0 && on.Delay == 0 {
		return
	}
	f.faults.add(&fault)
	f.lay()
	heal.then(func() {
		f.faults.remove(&fault)
		f.lay()
	})
}

// lay makes the network what all faults in force make of it.
func (f *fleet) lay() {
	f.net.Heal()
	if groups := f.groups(); len(groups) > 1 {
		f.must(f.net.Part(groups...))
	}
	for from := range f.trial.scenario.Nodes {
		for to := range f.trial.scenario.Nodes {
			if from != to {
				f.layLink(from+1, to+1)
			}
		}
	}
}

// groups are nodes that hear of each other under all partitions in force.
func (f *fleet) groups() (groups [][]string) {
	where := map[string]int{}
	for node := 1; node <= f.trial.scenario.Nodes; node++ {
		var side strings.Builder
		for _, fault := range f.faults.all {
			fmt.Fprint(&side, slices.IndexFunc(fault.Fleet.Partition, func(g []int) bool { return slices.Contains(g, node) }), " ")
		}
		i, known := where[side.String()]
		if !known {
			i = len(groups)
			where[side.String()] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], nodeName(node))
	}
	return groups
}

// layLink makes one direction between two nodes what the faults make of it.
func (f *fleet) layLink(from, to int) {
	link, arrive, cut := network.Link{Latency: network.DefaultLatency}, 1.0, false
	for _, fault := range f.faults.all {
		on, nodes := fault.Fleet, fault.Effect.Nodes
		if on.Cut.Concerns(from, to) {
			cut = true
		}
		if len(nodes) == 0 || slices.Contains(nodes, from) || slices.Contains(nodes, to) {
			arrive *= 1 - on.Loss
			link.Latency += on.Delay
		}
	}
	link.Latency, link.Loss = min(link.Latency, time.Minute), 1-arrive
	f.must(f.net.SetLink(nodeName(from), nodeName(to), link))
	if cut {
		f.must(f.net.Cut(nodeName(from), nodeName(to)))
	}
}

// must tells of what cannot be: the names are those of the fleet, and the values were read before.
func (f *fleet) must(err error) {
	if err != nil {
		f.trial.record.event(Event{At: f.trial.now(), Kind: "fleet-failed", Text: firstLine(err)})
	}
}

// pause stops a node as SIGSTOP does, as far as that can be done to a part of a process.
func (t *trial) pause(node int, heal *healing) {
	t.slots[node-1].sleep()
	name := nodeName(node)
	if t.fleet != nil {
		_ = t.fleet.net.Pause(name) // one that does not live has nothing to pause
	}
	t.record.event(Event{At: t.now(), Kind: "pause", Node: node, Text: fmt.Sprintf("node %d is paused", node)})
	heal.then(func() {
		if !t.slots[node-1].wake() {
			return // another fault has paused it, too
		}
		if t.fleet != nil {
			_ = t.fleet.net.Resume(name)
		}
		t.record.event(Event{At: t.now(), Kind: "resume", Node: node, Text: fmt.Sprintf("node %d goes on", node)})
	})
}

// halt ends a node until the fault does: with a goodbye and an answer to what is under way, or at once.
func (t *trial) halt(node int, goodbye bool, heal *healing) {
	slot := &t.slots[node-1]
	slot.halted++
	if old := slot.process.Swap(nil); old != nil {
		kind, text := "kill", "node %d is killed"
		if goodbye {
			kind, text = "stop", "node %d says goodbye and stops"
		}
		t.record.event(Event{At: t.now(), Kind: kind, Node: node, Text: fmt.Sprintf(text, node)})
		t.endProcess(old, goodbye)
	}
	heal.then(func() {
		if slot.halted--; slot.halted > 0 {
			return // another fault has ended it, too
		}
		t.record.event(Event{At: t.now(), Kind: "start", Node: node, Text: fmt.Sprintf("node %d begins anew", node)})
		t.begins(node)
	})
}

// endProcess ends a process in the background, as what it has under way ends or is lost.
func (t *trial) endProcess(old *process, goodbye bool) {
	if !goodbye {
		old.crashed.Store(int64(t.now()) + 1)
		if t.fleet != nil {
			t.fleet.end(old.node)
		}
	}
	t.crashed.Go(func() { _ = old.stop(!goodbye) }) // what it left is what a crash leaves
}

// begins starts a node, where the one before has ended.
func (t *trial) begins(node int) {
	if t.fleet != nil {
		t.fleet.end(node) // one that is still about to say goodbye is not waited for
	}
	if err := t.startNode(node - 1); err != nil {
		t.record.event(Event{At: t.now(), Kind: "restart-failed", Node: node, Text: firstLine(err)})
	}
}
