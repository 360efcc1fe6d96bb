// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/supervision"
)

// Explanation tells what a guard would do with a call, and why. Its String is
// for people, its JSON for tools. It is the reader's own: nothing changes it.
type Explanation struct {
	// Dependency is the guard's name; empty for a guard that no constructor made.
	Dependency string
	// At is when it was made, on the System's clock.
	At fuseboard.Instant
	// PolicyVersion numbers the policy that the stages describe, the first one 1.
	PolicyVersion uint64
	// State, Mode and Epoch are the circuit's.
	State State
	Mode  Mode
	Epoch uint64
	// Verdict is what a call now would get.
	Verdict Verdict
	// Stages are the policies in the order in which a call meets them: total
	// deadline, retry, breaker, workers, bulkhead, attempt deadline.
	Stages []Stage
	// Operations are those bound to the guard, in the order of their binding.
	Operations []Operation
	// Warnings is what is probably not meant, as [Guard.Warnings] has it.
	Warnings Problems
	// Overdue are the handlers that still run after their callers left, the longest
	// left first, at most 8; [Stats] has their number.
	Overdue []Overdue
	// Recent are the last transitions, at most 8, oldest first: those that the
	// guard has told its subscribers of.
	Recent []Transition
}

// Verdict is what one more call would get at the moment of its Explanation. It
// speaks of a call whose own deadline has not passed.
type Verdict struct {
	// Admitted: the first attempt would be made, at once or after a wait.
	Admitted bool
	// Waits: it would wait in the queue first, and be refused if no permit comes free in time.
	Waits bool
	// RefusedBy is who would refuse, as [CallError.RejectedBy] names it: "breaker",
	// "workers", "bulkhead", or "system" after a stop, which is named before everything else.
	RefusedBy string
	// Why says it in words with the numbers of the decision.
	Why string
	// RetryAfter is how long the refusal lasts at most, if nobody intervenes; zero
	// when that is not known.
	RetryAfter time.Duration
}

// Stage is one policy of the guard.
type Stage struct {
	// Name is "total deadline", "retry", "breaker", "workers", "bulkhead" or "attempt deadline".
	Name string
	// On reports whether the policy turns the stage on.
	On bool
	// Now says what the stage does with calls at this moment, with its numbers.
	Now string
	// Settings are the values in force, in the order of the policy's fields. What
	// is not there is zero.
	Settings []Setting
}

// Setting is one value of a policy that is in force.
type Setting struct {
	// Path is the field's, as in policy files: "breaker.open_for".
	Path string
	// Value is in natural units: "10s", "50%".
	Value string
	// Origin says where it comes from.
	Origin Origin
}

// Origin says where a value of a policy comes from.
type Origin string

// The origins of a value.
const (
	// Given: the policy says so.
	Given Origin = "given"
	// Default: the policy leaves it out.
	Default Origin = "default"
)

// Operation is what an Explanation tells of a bound operation.
type Operation struct {
	// Name is the operation's; empty for that of [Spawn].
	Name string
	// Safe reports whether it has a Safe hook, which is asked about each failed request.
	Safe bool
	// Repeated says in words when a failed request is repeated.
	Repeated string
}

// Explain tells from the guard's own numbers what would happen to a call now
// and why. It costs calls nothing. A circuit that is overdue is moved on first,
// as a call would do. The numbers are read one after the other, so under load
// they may be a few calls apart. For a guard that no constructor made it is zero.
func (g *Guard) Explain() Explanation {
	if !g.made() {
		return Explanation{}
	}
	s := g.sight()
	return Explanation{
		Dependency: g.name, At: s.now, PolicyVersion: s.plan.version,
		State: s.circuit.State, Mode: s.circuit.Mode, Epoch: s.circuit.Epoch,
		Verdict: s.verdict(), Stages: s.stages(), Operations: s.operations(),
		Warnings: g.Warnings(), Overdue: s.overdue(), Recent: g.recent.list(),
	}
}

// sight is what an explanation is made from: the guard's numbers as they were read.
type sight struct {
	guard   *Guard
	plan    *plan
	now     fuseboard.Instant
	circuit supervision.Snapshot
	gate    mailbox.Depth
	crew    mailbox.Crew
	stopped bool // nothing may begin any more
}

func (g *Guard) sight() sight {
	if !g.hasStopped() {
		g.wind()
		if g.circuit.Epoch() != g.told.Load() {
			g.nudge()
		}
	}
	s := sight{guard: g, plan: g.plan.Load(), now: g.clock.Now(), gate: g.gate.Depth()}
	s.circuit = g.circuit.Snapshot(s.now)
	s.crew = s.plan.pool.Crew()
	s.stopped = s.gate.Closed || g.hasHalted()
	return s
}

func (s sight) operations() []Operation {
	s.guard.mu.Lock()
	defer s.guard.mu.Unlock()
	ops := make([]Operation, len(s.guard.ops))
	for i, op := range s.guard.ops {
		words := "repeated only if it surely did not reach the dependency"
		switch {
		case !s.plan.repeats:
			words = "not repeated: the policy makes one attempt"
		case op.safe:
			words = "repeated if its Safe hook says so, or it did not reach the dependency"
		}
		ops[i] = Operation{Name: op.name, Safe: op.safe, Repeated: words}
	}
	return ops
}
