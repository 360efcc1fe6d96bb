// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/patterns/fallback"
	"github.com/fuseboard/fuseboard/supervision"
)

// Guard is the actor of one dependency and its untyped handle: life, policy,
// state, commands and numbers. Typed operations are bound to it with [Bind] and
// share its gate, windows and budget. Its methods are safe for concurrent use.
type Guard struct {
	way         atomic.Uint32 // of a call, in one look; see steer
	steering    sync.Mutex    // held by who looks and writes it
	sys         *System
	group       *Group           // nil directly under the System
	clock       *fuseboard.Clock // the System's
	name        string
	pid         atomic.Pointer[actor.PID] // nil while it has no actor; see address
	seed        uint64
	gate        *mailbox.Gate
	circuit     *supervision.Circuit
	plan        atomic.Pointer[plan]
	spent       *supervision.Spending // of the retry budget
	family      deadline.Family       // the contexts of handlers that run
	origin      deadline.Origin       // where these come from
	count       counters
	rush        rush
	born        fuseboard.Instant
	times       atomic.Pointer[times]        // of its calls; nil before the first
	draws       atomic.Uint64                // numbers the random draws, so that a seed repeats them
	posted      tally                        // calls that run without a caller of their own
	crew        atomic.Pointer[crew]         // handles what comes as messages; nil before the first
	alarm       alarm                        // when the circuit has something due
	told        atomic.Uint64                // epoch of the last transition published
	nudged      atomic.Bool                  // a nudge is on its way
	gone        bool                         // it has stopped; guarded by the System's lock
	begun       bool                         // its start was told before it had an actor; guarded by mu
	asleep      bool                         // it has stopped without an actor, and gets none; guarded by mu
	self        *operation                   // what Do runs as
	receiver    *receiver                    // its actor; nil before that is started
	story       supervision.Log              // what the actor has to tell that is started later; guarded by mu
	pool        atomic.Pointer[mailbox.Pool] // nil until a plan had workers
	generations *generations                 // of the handler of Rebuild; else nil
	halting     latch                        // shut when no call may begin any more; wakes those that back off
	done        latch                        // shut when the actor takes no messages any more
	halted      sync.Once                    // guards halt
	quitting    atomic.Bool                  // the actor was told to stop

	mu  sync.Mutex // set-up only, never on the way of a call
	ops *bound     // the last one; guarded by mu

	recent recent                // the last transitions, for Explain
	past   atomic.Pointer[past]  // what became of calls, for Explain; nil at first
	shade  atomic.Pointer[shade] // of a policy in shadow; nil before its first call
	load   atomic.Pointer[load]  // nil where no section follows how much is asked
	live   atomic.Pointer[live]  // nil where none goes by how long attempts take

	follows atomic.Pointer[following]      // nil where nobody gives it a share of its rate
	fleet   atomic.Pointer[heeded]         // nil where it does not listen to one
	slots   atomic.Pointer[fallback.Slots] // of the fallbacks of its operations; nil before the first
	turns   wakeup                         // those who wait for their turns
	key     *entry                         // set in the guard of a key: its place in a Keyring
	keys    *Keyring                       // set in the guard that stands for a whole Keyring
}

// Protect makes the guard of a dependency: its actor, gate and circuit. The
// name is what logs, events and errors call it: 1 to 63 of a-z 0-9 _ . -.
//
// Errors: [Problems] with everything wrong with the policy, a
// [fuseboard.Problem] for a name that cannot be used, a [*NameError] for one
// that is taken, a [*CallError] with ErrLimit where Limits.WindowBytes has no room,
// ErrStopped after Shutdown. A policy that has only warnings is
// used; they are logged and kept in [Guard.Warnings].
func Protect(under Parent, name string, p Policy) (*Guard, error) {
	given, src, err := sourced(under, name, p)
	if err != nil {
		return nil, err
	}
	g, err := protect(under, name, given, nil)
	if err != nil {
		return nil, err
	}
	g.sys.announce(src, name, p)
	return g, nil
}

// protect is Protect, with what builds the handler if that is one that is rebuilt.
func protect(under Parent, name string, p Policy, build func(context.Context) (any, error)) (*Guard, error) {
	sys, err := systemOf(under)
	if err != nil {
		return nil, err
	}
	if err := checkName("name", name); err != nil {
		return nil, err
	}
	first, problems := sys.firstPlan(p)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if err := sys.reserveFor(name, first); err != nil {
		return nil, err
	}
	g := newGuard(sys, name, first)
	if build != nil {
		g.generations = newGenerations(g, build)
	}
	_, g.group = under.under()
	g.heed(nil, first)
	if err := g.settle(); err != nil {
		return nil, err
	}
	if first.given.Fleet.On() {
		sys.fleet.look(g)
	}
	g.logWarnings(problems)
	sys.logMode(name, EnforcePolicy, p.Mode, "Protect")
	return g, nil
}

func newGuard(sys *System, name string, first *plan) *Guard {
	g := &Guard{}
	g.furnish(sys, name, sys.seed^hashOf(name), first, new(supervision.Causes))
	g.gate.OnClose(g.steer)
	g.story = *g.circuit.Log()
	return g
}

// furnish gives a guard all that protects: gate, circuit, budget and plan. Its
// life (actor, halting, done) is its own, or that of its Keyring: see living. The causes of
// repetitions are its own, or those of its Keyring, so that they can be added up.
func (g *Guard) furnish(sys *System, name string, seed uint64, first *plan, causes *supervision.Causes) {
	g.sys, g.clock, g.name, g.seed = sys, sys.clock, name, seed
	g.born = g.clock.Now()
	g.origin = deadline.NewOrigin(g.clock, &g.family)
	g.gate = mailbox.NewGateUnder(first.gateBulkhead(), sys.clock, &sys.limits.quotas)
	g.spent = supervision.NewSpendingBy(first.retry.Budget, causes)
	g.circuit = first.rules.Circuit(seed)
	g.told.Store(g.circuit.Epoch())
	g.man(first)
	if first.loaded {
		l, _ := g.loadFor(first, &sys.unladen)
		g.load.Store(l)
	}
	g.relearn(first)
	g.plan.Store(first)
	g.self = newOperation(g, "")
}

// hashOf makes the seeds of one System differ by name: FNV-1a, which hash/fnv would
// allocate for.
func hashOf(name string) uint64 {
	hash := uint64(14695981039346656037)
	for i := range len(name) {
		hash = (hash ^ uint64(name[i])) * 1099511628211
	}
	return hash
}

// made reports whether the guard came from Protect or Spawn.
func (g *Guard) made() bool { return g != nil && g.self != nil }

// Name returns the dependency's name.
func (g *Guard) Name() string {
	if !g.made() {
		return ""
	}
	return g.name
}

// PID returns the guard's address for messages made by [Ref.Message]. It starts the
// guard's actor where nothing has yet.
func (g *Guard) PID() *actor.PID {
	if !g.made() {
		return nil
	}
	return g.address()
}

// State returns the circuit's state now. It may change before the caller looks at it.
func (g *Guard) State() State {
	if !g.made() {
		return Closed
	}
	return g.circuit.State()
}

// Policy returns the policy as it was given to Protect or the last Update, or as the
// System's [PolicySource] has it. It is
// the caller's own: changing it changes nothing until it is given to Update.
func (g *Guard) Policy() Policy {
	if !g.made() {
		return Policy{}
	}
	return g.plan.Load().given.clone()
}

// Warnings returns what is probably not meant in the guard's policy and in the
// operations bound to it.
func (g *Guard) Warnings() Problems {
	if !g.made() {
		return nil
	}
	return g.warningsOf(g.plan.Load().given)
}

func (g *Guard) warningsOf(p Policy) Problems {
	warnings := p.Validate().Warnings()
	warnings = append(warnings, g.fits(p).Warnings()...)
	warnings = append(warnings, g.unbound(p)...)
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, op := range g.ops.list() {
		if !op.safe {
			warnings = append(warnings, g.unsafe(p, op.name)...)
		}
	}
	return warnings
}

// unsafeRetry warns of an operation whose retries can seldom happen.
func (g *Guard) unsafeRetry(op string) fuseboard.Problem {
	return fuseboard.Problem{
		Path: "retry", Code: codeRetrySafe, Value: title(g.name, op), Warning: true,
		Message: "has retries but no Safe hook, so only requests that never reached the dependency are repeated",
		Fix:     "give With{Safe: actors.Always[Request]} if repeating is harmless, Never[Request] if not, with your request's type",
	}
}

// Update gives the running guard a new policy. Windows, permits, the queue and
// the circuit's epoch survive where their shape allows; Change.Lost says what
// did not. Calls under way finish on the policy they began with. The policy is
// judged first: one with errors changes nothing.
//
// The guard of a key takes none: its policy is its [Keyring]'s.
//
// Errors: [Problems], and a [*CallError] with ErrLimit where Limits.WindowBytes has
// no room, and then nothing has changed; ErrStopped; the cause of ctx's end, and
// then the change may still happen; a [fuseboard.Problem] of the guard of a key.
func (g *Guard) Update(ctx context.Context, p Policy) (Change, error) {
	if !g.made() {
		return Change{}, errUnbound
	}
	if g.key != nil {
		return Change{}, g.key.policyIsShared()
	}
	p = p.clone() // the message may be read after ctx has ended
	if err := g.Judge(p).Err(); err != nil {
		return Change{}, err
	}
	change, err := g.change(ctx, p)
	if err == nil {
		g.logWarnings(g.warningsOf(p))
		g.sys.logMode(g.name, change.Before.Mode, p.Mode, "Update")
	}
	return change, err
}

// Command overrides the circuit: hold it open or closed, shadow it, turn it
// off, or end such an override (Mode Enforce). Every override names its author
// and reason and ends by itself after its TTL, at most 24 hours.
//
// Errors: [Problems]; ErrStopped; the cause of ctx's end, and then the command
// may still happen.
func (g *Guard) Command(ctx context.Context, c Command) error {
	if !g.made() {
		return errUnbound
	}
	if err := c.Validate().Err(); err != nil {
		return err
	}
	ask, err := g.order(c)
	if err != nil {
		return err
	}
	return g.obeyed(ctx, ask)
}

// order sends a command that has been judged.
func (g *Guard) order(c Command) (*command, error) {
	if g.key != nil && !g.key.keep() { // given back when the command is in force
		return nil, g.key.evictedError("")
	}
	ask := &command{command: c, answer: make(chan error, 1)}
	g.demand(ask)
	return ask, nil
}

// obeyed waits for the answer to an order.
func (g *Guard) obeyed(ctx context.Context, ask *command) error {
	refused, err := answerOf(ctx, g, ask.answer)
	if err != nil {
		return err
	}
	return refused
}

func (g *Guard) logWarnings(problems Problems) {
	if g.sys.journal == nil { // nobody reads what it costs some time to say
		return
	}
	for _, w := range problems.Warnings() {
		g.sys.log.Warn("policy", "dependency", g.name, "path", w.Path, "code", w.Code, "problem", w.Error())
	}
}

// random draws the guard's next number in [0,1).
func (g *Guard) random() float64 { return supervision.Uniform(g.seed, g.draws.Add(1)) }
