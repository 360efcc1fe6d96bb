// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip"
)

// inFleet is Ref.Call of a guard that follows a fleet of three, which finds nothing wrong.
func inFleet(t *testing.T, n need) task {
	t.Helper()
	var first *cluster.Node
	var calls []func() error
	for _, name := range []string{"a", "b", "c"} {
		sys, finish, err := started()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(finish)
		p := fuseboardStack(n)
		p.Fleet.Mode = actors.FleetFollow
		ref, err := spawned(sys, "stub", n, p)
		if err != nil {
			t.Fatal(err)
		}
		o := cluster.Options{Service: "bench", Name: name, Keys: [][]byte{[]byte("a key of 16 byte")}, Trust: cluster.TrustGossipKey}
		if first != nil {
			o.Seeds = []gossip.Seeds{gossip.Static(first.Gossip().Self().Address)}
		}
		node, err := cluster.Join(t.Context(), sys, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = node.Close() })
		if first == nil {
			first = node
		}
		ctx := context.Background()
		calls = append(calls, func() error {
			_, err := ref.Call(ctx, 1)
			return err
		})
	}
	judged(t, first, calls)
	return task{do: calls[0]}
}

// judged calls with all until the first knows three callers, and judges.
func judged(t *testing.T, first *cluster.Node, calls []func() error) {
	t.Helper()
	tick, end := time.NewTicker(50*time.Millisecond), time.NewTimer(time.Minute)
	defer tick.Stop()
	defer end.Stop()
	for {
		for _, call := range calls {
			if err := call(); err != nil {
				t.Fatal(err)
			}
		}
		st, err := first.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(st.Dependencies) == 1 && st.Dependencies[0].Callers == 3 {
			return
		}
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("three callers are no fleet after a minute: %+v", st)
		}
	}
}

// TestAFleetCostsACallNothing compares a call of a guard that follows a fleet with one of a guard whose policy has no fleet
// section. Both run in one process, so that what the nodes do meanwhile costs both the same; rounds are short and in turn, and the
// median of many is taken, which a neighbour does not move. Two guards with one policy may differ by some hundredths, by where their
// memory lies: so there are several of each, and only what comes three times counts.
func TestAFleetCostsACallNothing(t *testing.T) {
	if underRace || os.Getenv("FUSEBOARD_RATIOS") == "" {
		t.Skip("costs are compared without -race, where FUSEBOARD_RATIOS is set: `make ratios`")
	}
	const most = 1.02
	var ratio, control float64
	for range 3 {
		ratio, control = fleetCosts(t)
		t.Logf("in a fleet: %.3f of a guard without one; bound %.3f; another guard without one: %.3f", ratio, most, control)
		if ratio <= most {
			return
		}
	}
	t.Errorf("a call in a fleet costs %.3f of one without, want at most %.3f; another guard without one costs %.3f", ratio, most, control)
}

// fleetCosts are medians of ratios to the cost of a guard without a fleet: of one with, and of another one without.
func fleetCosts(t *testing.T) (fleet, control float64) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var fleets, controls []float64
	for i := range 5 {
		t.Run(fmt.Sprintf("guards %d", i), func(t *testing.T) { // whose nodes end with it
			costs := inTurn(t, []task{inFleet(t, ok()), alone(t), alone(t)})
			for _, c := range costs {
				fleets, controls = append(fleets, c[0]/c[1]), append(controls, c[2]/c[1])
			}
		})
	}
	return middle(fleets), middle(controls)
}

// alone is the same call without a fleet.
func alone(t *testing.T) task {
	t.Helper()
	made, err := guarded(ok(), fuseboardStack(ok()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.end)
	return made
}

// inTurn is what each call costs, round by round.
func inTurn(t *testing.T, tasks []task) (rounds [21][]float64) {
	t.Helper()
	s := named(t, "stack")
	for round := range rounds {
		costs := make([]float64, len(tasks))
		for j := range tasks {
			which := (round + j) % len(tasks) // who begins takes turns
			f, err := s.timed(tasks[which], 5*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			if costs[which] = f.CPU; f.CPU == 0 {
				t.Skip("CPU time is not known on this system")
			}
		}
		rounds[round] = costs
	}
	return rounds
}
