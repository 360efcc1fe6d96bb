// SPDX-License-Identifier: Apache-2.0

package report

import (
	"slices"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
)

func TestANodesCircuitIsReadFromItsOwnTransitions(t *testing.T) {
	move := func(at int, node int, process, dependency, to string) simulations.Event {
		return simulations.Event{At: time.Duration(at) * time.Second, Kind: "transition", Node: node, Process: process, Dependency: dependency, To: to}
	}
	r := &simulations.Trial{Events: []simulations.Event{
		move(10, 1, "", "payments", "open"),
		move(11, 2, "", "payments", "open"),
		move(12, 1, "orders", "payments", "closed"), // of another process
		move(13, 1, "", "search", "closed"),         // of another dependency
		{At: 14 * time.Second, Kind: "command", Node: 1, Dependency: "payments", To: "closed"},
		move(20, 1, "", "payments", "half-open"),
		move(22, 1, "", "payments", "closed"),
		move(30, 1, "", "payments", "open"),
		{At: 35 * time.Second, Kind: "restart", Node: 2},
		{At: 40 * time.Second, Kind: "restart", Node: 1}, // which forgets
		move(50, 1, "", "payments", "open"),
	}}
	want := []segment{{"open", 10, 20}, {"half-open", 20, 22}, {"open", 30, 40}, {"open", 50, 60}}
	if have := life(r, 1, "payments", 60); !slices.Equal(have, want) {
		t.Errorf("have %v, want %v", have, want)
	}
	if have := life(r, 3, "payments", 60); len(have) > 0 {
		t.Errorf("a node without transitions has %v", have)
	}
}

func TestNodesAreDrawnOneByOneWhereTheyAreFew(t *testing.T) {
	for nodes, want := range map[int]int{1: 1, 5: 5, 6: 0} {
		s := usual
		s.nodes = nodes
		page := parse(t, reportOf(t, resultForTest(1, s)))
		rows := 0
		for _, c := range page.classed("lives") {
			rows += len(c.classed("y"))
		}
		if rows != want {
			t.Errorf("of %d nodes %d have a row of their own, want %d", nodes, rows, want)
		}
	}
}

func TestTheStripSaysWhenCircuitsOpenAndClose(t *testing.T) {
	page := parse(t, reportOf(t, resultForTest(1, usual)))
	words := spaced(page.figure(t, "payments: circuit").classed("finding")[0].text())
	if want := "Half of its circuits or more are open from 32 s; all closed again at 56 s."; words != want {
		t.Errorf("have %q, want %q", words, want)
	}
}

func TestTheStripIsOfAllCircuitsHoweverManyNodes(t *testing.T) {
	r := resultForTest(1, usual)
	for _, run := range r.Variants[0].Runs {
		payments := run.Tracks["payments"]
		for i := range payments.Closed { // one circuit, in the process of another dependency
			payments.Closed[i], payments.Open[i], payments.HalfOpen[i], payments.Ramping[i] = 0, 1, 0, 0
		}
	}
	for _, row := range parse(t, reportOf(t, r)).figure(t, "payments: circuit").classed("data")[0].cells() {
		if row[1] != share(1) {
			t.Fatalf("have %q, want 100 %% open", row)
		}
	}
}

func TestWhatNeverHappenedIsNotCalledUnmeasured(t *testing.T) {
	e := simulations.Judgement{Text: "payments open within 5s of outage", Unit: "s", Runs: 3}
	if words := spaced(spreadWords(e, nil, 3)); words != "In 3 runs it did not happen in time." {
		t.Errorf("have %q", words)
	}
}
