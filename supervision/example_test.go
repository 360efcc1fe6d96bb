// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// A circuit opens at its second failure in a row, refuses while it is open, and
// closes after one good probe.
func ExampleNewCircuit() {
	circuit := supervision.NewCircuit(supervision.Breaker{Consecutive: 2, OpenFor: 10 * time.Second, Probes: 1}, 1)
	failure := fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassTimeout}
	success := fuseboard.Outcome{Kind: fuseboard.Success}

	now := fuseboard.Instant(0)
	for range 3 {
		permit, ok := circuit.Admit(now)
		if !ok {
			fmt.Println("refused:", circuit.Refusal().Cause)
			break
		}
		circuit.Record(now, permit, failure)
	}

	now = circuit.Refusal().Until // the open time is over
	probe, ok := circuit.Admit(now)
	fmt.Println("admitted:", ok, "as a probe:", probe.Probe())
	circuit.Record(now, probe, success)
	fmt.Println(circuit.State())
	// Output:
	// refused: consecutive
	// admitted: true as a probe: true
	// closed
}

func ExampleBreaker_Validate() {
	breaker := supervision.Breaker{FailureRate: 1.5, MinCalls: 50, Window: supervision.Window{Calls: 20}}
	fmt.Println(breaker.Validate())
	// Output:
	// failure_rate = 150%: is out of range (accepted: 0% to 100%); write a share such as 50% or 0.5; 50% is usual [out-of-range]
	// min_calls = 50: is more than the window holds, so no rate would ever be judged (accepted: 1 to 20); raise window.calls or lower min_calls [conflict]
}

func ExampleBreaker_WithDefaults() {
	b := supervision.Breaker{Consecutive: 5}.WithDefaults()
	fmt.Println(b.OpenFor, b.MaxOpen, b.Probes, b.ProbeRate)
	// Output: 10s 5m0s 3 0.6
}

// A reader of the log sees every transition once, in order, with what was
// counted before it.
func ExampleCircuit_Log() {
	circuit := supervision.NewCircuit(supervision.Breaker{Consecutive: 1}, 1)
	log := circuit.Log()

	permit, _ := circuit.Admit(0)
	circuit.Record(0, permit, fuseboard.Outcome{Kind: fuseboard.Failure})
	circuit.Expire(circuit.Refusal().Until)

	for t, ok := log.Next(); ok; t, ok = log.Next() {
		fmt.Printf("%d: %v to %v, %s, calls: %d\n", t.Epoch, t.From, t.To, t.Cause, t.Before.Calls)
	}
	// Output:
	// 2: closed to open, consecutive, calls: 1
	// 3: open to half-open, open-elapsed, calls: 0
}

func ExampleCircuit_Command() {
	circuit := supervision.NewCircuit(supervision.Breaker{}, 1)
	_, _, err := circuit.Command(0, supervision.Command{Mode: supervision.HoldOpen, Reason: "migration", By: "ada"})
	fmt.Println(err)
	circuit.Command(0, supervision.Command{Mode: supervision.HoldOpen, Reason: "migration", By: "ada", TTL: 15 * time.Minute})
	r, refuses := circuit.Refuses()
	fmt.Println(refuses, r.Mode, "by", r.By)
	// Output:
	// ttl: is required: a command must end by itself (accepted: 1ns to 24h); take the time you need to look into it, such as 15m [missing]
	// true hold-open by ada
}

// The caller that waited in a queue asks once more before it runs.
func ExampleCircuit_Start() {
	circuit := supervision.NewCircuit(supervision.Breaker{Consecutive: 1}, 1)
	waiting, _ := circuit.Admit(0)
	running, _ := circuit.Admit(0)
	circuit.Record(1, running, fuseboard.Outcome{Kind: fuseboard.Failure})
	if !circuit.Start(2, &waiting) {
		circuit.Return(waiting)
		fmt.Println("must not run:", circuit.State())
	}
	// Output: must not run: open
}

// Circuits of one policy share its rules, and nothing else.
func ExampleNewRules() {
	rules := supervision.NewRules(supervision.Breaker{Consecutive: 1})
	eu, us := rules.Circuit(1), rules.Circuit(2)
	permit, _ := eu.Admit(0)
	eu.Record(0, permit, fuseboard.Outcome{Kind: fuseboard.Failure})
	fmt.Println(eu.State(), us.State())
	// Output: open closed
}

// The fleet holds a circuit open, and lets one probe through; a fleet that falls silent holds
// it for a few seconds only.
func ExampleCircuit_Follow() {
	circuit := supervision.NewCircuit(supervision.Breaker{Consecutive: 5, Probes: 1}, 1)
	circuit.Heed(0, true)
	now := fuseboard.Instant(time.Minute)
	moved, _ := circuit.Follow(now, supervision.FleetOrder{
		Phase: supervision.FleetHold, Probe: now.Add(time.Second), Scope: "all", Why: "4 of 5 callers fail",
	})
	fmt.Println(moved)
	_, admitted := circuit.Admit(now)
	fmt.Println("admitted:", admitted)
	probe, admitted := circuit.Admit(now.Add(time.Second))
	fmt.Println("admitted:", admitted, "as a probe:", probe.Probe())

	lost, _, _ := circuit.Expire(now.Add(supervision.FleetLease))
	fmt.Println(lost)
	// Output:
	// closed -> open: the fleet (all): 4 of 5 callers fail
	// admitted: false
	// admitted: true as a probe: true
	// open -> half-open: no word of the fleet any more
}
