// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard/mailbox"
)

// Stats are a guard's numbers since it was made. Each is exact; together they
// are read one after the other, so under load their sums may be a few calls apart.
type Stats struct {
	// Calls that have ended, however: sum of successes and failures of the last
	// attempts, voids and refusals.
	Calls uint64
	// Attempts is how often a handler was run to its end.
	Attempts uint64
	// Retries is how many of the attempts were repetitions.
	Retries uint64
	// Successes, Failures and Voids count attempts by their outcome.
	Successes, Failures, Voids uint64
	// Rejected counts calls that a policy refused before their first attempt.
	Rejected Rejected
	// Left counts calls whose caller went away before the first attempt.
	Left uint64
	// State, Mode and Epoch are the circuit's now.
	State State
	Mode  Mode
	Epoch uint64
	// Window is the evidence that the circuit judges now.
	Window Numbers
	// Gate is how full the bulkhead is now.
	Gate mailbox.Depth
	// PolicyVersion numbers the policy in force, the first one 1.
	PolicyVersion uint64
}

// Rejected counts refused calls by the section of the policy that refused.
type Rejected struct {
	// Breaker: the circuit refused.
	Breaker uint64
	// Bulkhead: the gate was full, the wait too long, or the guard suspended.
	Bulkhead uint64
	// Deadline: the deadline had passed before the dependency was touched.
	Deadline uint64
	// Stopped: the guard or its System had stopped.
	Stopped uint64
}

// counters are what a call adds to. A successful first attempt adds to one.
type counters struct {
	successes, failures, voids, retries atomic.Uint64
	open, full, late, stopped, left     atomic.Uint64
}

// Stats returns the guard's numbers. Not for the way of a call: it sums a window.
func (g *Guard) Stats() Stats {
	n := &g.count
	s := Stats{
		Successes: n.successes.Load(), Failures: n.failures.Load(), Voids: n.voids.Load(),
		Retries: n.retries.Load(), Left: n.left.Load(),
		Rejected: Rejected{Breaker: n.open.Load(), Bulkhead: n.full.Load(), Deadline: n.late.Load(), Stopped: n.stopped.Load()},
		State:    g.circuit.State(), Mode: g.circuit.Mode(), Epoch: g.circuit.Epoch(),
		Window: g.circuit.Numbers(g.sys.clock.Now()),
		Gate:   g.gate.Depth(), PolicyVersion: g.plan.Load().version,
	}
	s.Attempts = s.Successes + s.Failures + s.Voids
	r := s.Rejected
	s.Calls = s.Attempts - s.Retries + s.Left + r.Breaker + r.Bulkhead + r.Deadline + r.Stopped
	return s
}
