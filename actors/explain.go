// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/patterns/throttle"
	"github.com/fuseboard/fuseboard/supervision"
)

// Explanation tells what a guard would do with a call, what it did with those
// before, and why. Its String is
// for people, its JSON for tools. It is the reader's own: nothing changes it.
type Explanation struct {
	// Dependency is the guard's name; empty for a guard that no constructor made.
	Dependency string
	// At is when it was made, on the System's clock.
	At fuseboard.Instant
	// PolicyVersion numbers the policy that the stages describe, the first one 1.
	PolicyVersion uint64
	// PolicyMode is how far the policy is obeyed now, SystemMode what the System says
	// about it: the weaker of that and the policy's own is in force. The stages say what
	// each does where it is enforced.
	PolicyMode, SystemMode PolicyMode
	// Would is what the policy would have done while it was in [ShadowPolicy].
	Would Would
	// State, Mode and Epoch are the circuit's.
	State State
	Mode  Mode
	Epoch uint64
	// Verdict is what a call now would get.
	Verdict Verdict
	// Stages are what a call meets, in that order: cache, fallback, total
	// deadline, retry, hedge, shedding, breaker, workers, throttle, rate, bulkhead with the adaptive
	// limit, attempt deadline; for a guard of [Rebuild] its handler, too. Workers are looked at
	// before throttle and rate. Your own, where operations have some (see [Stage]), stand at their
	// seams: first of all, behind the fallback, and last.
	Stages []PolicyStage
	// Cases is the table of what is otherwise for some calls. In the Explanation of
	// [Guard.Explain] the stages tell of calls that none of them matches.
	Cases []Row
	// Call says of which calls an Explanation of [Guard.ExplainCall] tells: "operation charge,
	// priority high, tenant acme, attempt 1". Otherwise empty.
	Call string
	// Operations are those bound to the guard, in the order of their binding. Each is told of as the
	// cases have it that name it; see [Operation].
	Operations []Operation
	// Happened is what became of calls up to now: why they were refused, repeated, or not.
	Happened []Happening
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
// speaks of a call of normal priority without a tenant, or of that which [Guard.ExplainCall]
// was asked about, whose own deadline has not passed.
type Verdict struct {
	// Admitted: the first attempt would be made, at once or after a wait.
	Admitted bool
	// Waits: it would wait first, as WaitsFor says, and be refused if that does not come in time.
	Waits bool
	// WaitsFor is what a call that Waits would wait for: "a permit", in the queue of the
	// bulkhead, or "its turn", by the rate limit; after that it may have to wait for a permit, too.
	WaitsFor string
	// PolicyMode is weaker than EnforcePolicy where the call runs at once whatever the
	// policy says: then the call is Admitted, and the fields below tell what would be if
	// the policy were enforced. Only what has stopped, or has no handler, refuses in any mode.
	PolicyMode PolicyMode
	// RefusedBy is who would refuse, as [CallError.RejectedBy] names it: "shedding", "breaker",
	// "restart", "workers", "rate", "bulkhead", "limits", or "system" after a stop, which is named
	// before everything else. A throttle refuses by chance: such a call is Admitted, and Why
	// names the chance.
	RefusedBy string
	// Why says it in words with the numbers of the decision.
	Why string
	// RetryAfter is how long the refusal lasts at most, if nobody intervenes; zero
	// when that is not known.
	RetryAfter time.Duration
	// Instead says in words what answers a call that would be refused: the cache, if it holds the
	// answer, and which steps of the fallback are for it. Only of a value it is known beforehand that
	// it answers. Empty where the refusal is the answer.
	Instead string
}

// PolicyStage is one policy of the guard, or one [Stage] of operations of it, as [Explanation] tells of it.
type PolicyStage struct {
	// Name is "cache", "fallback", "total deadline", "retry", "hedge", "shedding", "breaker", "workers",
	// "throttle", "rate", "bulkhead", "attempt deadline" or "handler"; of your own, "stage " and its name.
	Name string
	// Kind says whose it is.
	Kind StageKind
	// Seam and Operations say, of your own, where it stands and in the way of which operations, as
	// errors name them. Zero for others.
	Seam       Seam
	Operations []string
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

// Origin says where a value of a policy comes from: [Given], [Default], or the path of the
// case that is laid over it, "cases[0]".
type Origin string

// The origins of a value.
const (
	// Given: the policy says so.
	Given Origin = "given"
	// Default: the policy leaves it out.
	Default Origin = "default"
	// OfSystem: the policy leaves the section out, and Options.Shedding says so.
	OfSystem Origin = "system"
)

// Explain tells from the guard's own numbers what would happen to a call now,
// what happened to those before, and why. It costs calls nothing. A circuit that is overdue is moved on first,
// as a call would do. The numbers are read one after the other, so under load
// they may be a few calls apart. For a guard that no constructor made it is zero.
func (g *Guard) Explain() Explanation {
	if !g.made() {
		return Explanation{}
	}
	return g.sight().explanation()
}

// explanation is made from what was seen.
func (s sight) explanation() Explanation {
	g := s.guard
	return Explanation{
		Dependency: g.name, At: s.now, PolicyVersion: s.plan.version,
		PolicyMode: s.mode, SystemMode: g.sys.Mode(), Would: g.would(),
		State: s.circuit.State, Mode: s.circuit.Mode, Epoch: s.circuit.Epoch,
		Verdict: s.verdictInMode(), Stages: s.stages(), Cases: s.rows(), Operations: s.operations(),
		Happened: s.happened(), Warnings: g.Warnings(), Overdue: s.overdue(), Recent: g.recent.list(),
	}
}

// sight is what an explanation is made from: the guard's numbers as they were read.
type sight struct {
	guard   *Guard
	plan    *plan
	now     fuseboard.Instant
	circuit supervision.Snapshot
	gate    mailbox.Depth
	waits   bool  // what the gate would say to a newcomer
	noEntry error // then: why it would refuse it; nil if it would not
	crew    mailbox.Crew
	mode    PolicyMode // in force
	stopped bool       // nothing may begin any more
	gap     *CallError // why the handler of Rebuild is not there; nil if it is
	shut    bool       // the circuit refuses everybody

	around answerStats
	hedge  HedgeStats

	load     *load              // never nil
	host     *shedding.View     // nil where nobody is shed
	throttle throttle.View      // zero where there is none
	rate     ratelimit.View     // zero where there is none
	priority fuseboard.Priority // of the call that the verdict speaks of
	tenant   string             // likewise
	asked    *inquiry           // what is asked about; nil in that of Explain
}

func (g *Guard) sight() sight {
	if !g.hasStopped() {
		g.wind()
		if g.circuit.Epoch() != g.told.Load() {
			g.nudge()
		}
	}
	s := sight{guard: g, plan: g.plan.Load(), now: g.clock.Now(), gate: g.gate.Depth()}
	s.waits, s.noEntry = g.gate.Foresee(fuseboard.Normal)
	s.circuit, s.mode = g.circuit.Snapshot(s.now), g.leniency()
	_, s.shut = g.circuit.Refuses()
	s.crew = s.guard.pool.Load().Crew()
	s.stopped = s.gate.Closed || g.hasHalted()
	if g.generations != nil {
		s.gap = g.generations.refusal()
	}
	s.around, s.hedge = g.answers(), g.hedgeStats(g.count.look())
	return s.withLoad()
}
