// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"hash/fnv"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

// Guard is the actor of one dependency and its untyped handle: life, policy,
// state, commands and numbers. Typed operations are bound to it with [Bind] and
// share its gate, windows and budget. Its methods are safe for concurrent use.
type Guard struct {
	way         atomic.Uint32 // of a call, in one look; see steer
	sys         *System
	group       *Group           // nil directly under the System
	clock       *fuseboard.Clock // the System's
	name        string
	pid         *actor.PID
	seed        uint64
	gate        *mailbox.Gate
	circuit     *supervision.Circuit
	plan        atomic.Pointer[plan]
	spent       *supervision.Spending // of the retry budget
	family      deadline.Family       // the contexts of handlers that run
	count       counters
	born        fuseboard.Instant
	times       atomic.Pointer[times]        // of its calls; nil before the first
	draws       atomic.Uint64                // numbers the random draws, so that a seed repeats them
	posted      tally                        // calls that run without a caller of their own
	crew        atomic.Pointer[crew]         // handles what comes as messages; nil before the first
	alarm       alarm                        // when the circuit has something due
	told        atomic.Uint64                // epoch of the last transition published
	nudged      atomic.Bool                  // a nudge is on its way
	gone        bool                         // it has stopped; guarded by the System's lock
	self        *operation                   // what Do runs as
	receiver    *receiver                    // its actor
	pool        atomic.Pointer[mailbox.Pool] // nil until a plan had workers
	generations *generations                 // of the handler of Rebuild; else nil
	breaks      atomic.Pointer[breaks]       // the handlers' last panics; nil before the first
	halting     chan struct{}                // closed when no call may begin any more; wakes those that back off
	halted      sync.Once                    // guards halt
	quitting    atomic.Bool                  // the actor was told to stop
	ring        func()                       // stir, for the alarm: made once
	done        chan struct{}                // closed when the actor takes no messages any more

	mu  sync.Mutex // set-up only, never on the way of a call
	ops []bound    // guarded by mu

	recent recent                // the last transitions, for Explain
	past   atomic.Pointer[past]  // what became of calls, for Explain; nil at first
	shade  atomic.Pointer[shade] // of a policy in shadow; nil before its first call
	key    *entry                // set in the guard of a key: its place in a Keyring
	keys   *Keyring              // set in the guard that stands for a whole Keyring
}

// bound is what a guard remembers of an operation.
type bound struct {
	name string
	safe bool // has a Safe hook
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
	return protect(under, name, p, nil)
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
	problems := p.Validate()
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if err := sys.reserveFor(name, p); err != nil {
		return nil, err
	}
	g := newGuard(sys, name, p)
	if build != nil {
		g.generations = newGenerations(g, build)
	}
	_, g.group = under.under()
	if err := g.spawn(&receiver{guard: g, history: g.circuit.Log()}); err != nil {
		return nil, err
	}
	g.logWarnings(problems)
	sys.logMode(name, EnforcePolicy, p.Mode, "Protect")
	return g, nil
}

func newGuard(sys *System, name string, p Policy) *Guard {
	g := &Guard{halting: make(chan struct{}), done: make(chan struct{})}
	g.furnish(sys, name, sys.seed^hashOf(name), compile(p, 1))
	return g
}

// furnish gives a guard all that protects: gate, circuit, budget and plan. Its
// life (actor, halting, done) is its own, or that of its Keyring.
func (g *Guard) furnish(sys *System, name string, seed uint64, first *plan) {
	g.sys, g.clock, g.name, g.seed = sys, sys.clock, name, seed
	g.born = g.clock.Now()
	g.gate = mailbox.NewGateUnder(first.bulkhead(), sys.clock, &sys.limits.quotas)
	g.spent = supervision.NewSpending(first.retry.Budget)
	g.circuit = supervision.NewCircuit(first.given.Breaker, seed)
	g.told.Store(g.circuit.Epoch())
	g.ring = g.stir
	g.man(first)
	g.plan.Store(first)
	g.self = newOperation(g, "")
}

// hashOf makes the seeds of one System differ by name.
func hashOf(name string) uint64 {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(name)) // never fails
	return hash.Sum64()
}

// spawn starts the actor and makes the guard findable.
func (g *Guard) spawn(r turns) error {
	if err := g.start(r); err != nil {
		return err
	}
	return g.open()
}

// start starts the actor. Its id is the guard's alone, also after a stop and
// under the same name: what is meant for a stopped guard must not find the next.
func (g *Guard) start(r turns) error {
	g.receiver = r.own()
	g.gate.OnClose(g.steer)
	props := actor.PropsFromProducer(
		func() actor.Actor { return r },
		actor.WithMailbox(g.gate.Mailbox(g.deliver)),
	)
	id := fmt.Sprintf("guard/%s$%d", g.name, g.sys.spawns.Add(1))
	pid, err := g.sys.spawnIn(g.group, props, id)
	if err != nil {
		g.sys.unreserve(g)
		return err
	}
	g.pid = pid
	return nil
}

// open lets the guard be found, and its story begin.
func (g *Guard) open() error {
	if !g.sys.enrol(g) { // a stop came meanwhile and has not seen it
		g.gate.Stop()
		g.end(context.Background())
		return g.self.refusals().stopped
	}
	g.nudge()
	g.group.stir() // one member more
	return nil
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

// PID returns the guard's address for messages made by [Ref.Message].
func (g *Guard) PID() *actor.PID {
	if !g.made() {
		return nil
	}
	return g.pid
}

// State returns the circuit's state now. It may change before the caller looks at it.
func (g *Guard) State() State {
	if !g.made() {
		return Closed
	}
	return g.circuit.State()
}

// Policy returns the policy as it was given to Protect or the last Update. It is
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
	repeats := p.Retry.WithDefaults().Attempts > 1
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, op := range g.ops {
		if repeats && !op.safe {
			warnings = append(warnings, g.unsafeRetry(op.name))
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
	if err := p.Validate().Err(); err != nil {
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
	for _, w := range problems.Warnings() {
		g.sys.log.Warn("policy", "dependency", g.name, "path", w.Path, "code", w.Code, "problem", w.Error())
	}
}

// random draws the guard's next number in [0,1).
func (g *Guard) random() float64 { return supervision.Uniform(g.seed, g.draws.Add(1)) }

func (g *Guard) hasStopped() bool { return isClosed(g.done) || g.evicted() }

func (g *Guard) hasHalted() bool { return isClosed(g.halting) || g.evicted() }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
