// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
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
	sys     *System
	name    string
	pid     *actor.PID
	seed    uint64
	gate    *mailbox.Gate
	circuit *supervision.Circuit
	plan    atomic.Pointer[plan]
	spent   *supervision.Spending // of the retry budget
	family  deadline.Family       // the contexts of handlers that run
	count   counters
	draws   atomic.Uint64 // numbers the random draws, so that a seed repeats them
	posted  tally         // calls that run without a caller of their own
	self    *operation    // what Do runs as
	halting chan struct{} // closed when no call may begin any more; wakes those that back off
	halt    func()        // closes halting, once
	done    chan struct{} // closed when the actor has stopped

	mu  sync.Mutex // set-up only, never on the way of a call
	ops []bound    // guarded by mu
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
// that is taken, ErrStopped after Shutdown. A policy that has only warnings is
// used; they are logged and kept in [Guard.Warnings].
func Protect(under Parent, name string, p Policy) (*Guard, error) {
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
	if err := sys.reserve(name); err != nil {
		return nil, err
	}
	g := newGuard(sys, name, p)
	g.logWarnings(problems)
	if err := g.spawn(); err != nil {
		sys.release(name)
		return nil, err
	}
	return g, nil
}

func newGuard(sys *System, name string, p Policy) *Guard {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(name)) // never fails
	first := compile(p, 1)
	g := &Guard{
		sys: sys, name: name,
		seed:    sys.seed ^ hash.Sum64(),
		gate:    mailbox.NewGate(p.Bulkhead, sys.clock),
		spent:   supervision.NewSpending(first.retry.Budget),
		halting: make(chan struct{}),
		done:    make(chan struct{}),
	}
	g.circuit = supervision.NewCircuit(p.Breaker, g.seed)
	g.halt = sync.OnceFunc(func() { close(g.halting) })
	g.plan.Store(first)
	g.self = newOperation(g, "")
	return g
}

func (g *Guard) spawn() error {
	receiver := &receiver{guard: g, history: g.circuit.Log()}
	props := actor.PropsFromProducer(
		func() actor.Actor { return receiver },
		actor.WithMailbox(g.gate.Mailbox(g.deliver)),
	)
	pid, err := g.sys.root.SpawnNamed(props, "guard/"+g.name)
	if err != nil {
		return &NameError{Name: g.name, Taken: true}
	}
	g.pid = pid
	g.sys.enrol(g)
	return nil
}

// Name returns the dependency's name.
func (g *Guard) Name() string { return g.name }

// PID returns the guard's address for messages made by [Ref.Message].
func (g *Guard) PID() *actor.PID { return g.pid }

// State returns the circuit's state now. It may change before the caller looks at it.
func (g *Guard) State() State { return g.circuit.State() }

// Policy returns the policy as it was given to Protect or the last Update.
func (g *Guard) Policy() Policy { return g.plan.Load().given }

// Warnings returns what is probably not meant in the guard's policy and in the
// operations bound to it.
func (g *Guard) Warnings() Problems {
	p := g.plan.Load()
	warnings := p.given.Validate().Warnings()
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, op := range g.ops {
		if p.repeats && !op.safe {
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
// Errors: [Problems]; ErrStopped; the cause of ctx's end, and then the change
// may still happen.
func (g *Guard) Update(ctx context.Context, p Policy) (Change, error) {
	problems := p.Validate()
	if err := problems.Err(); err != nil {
		return Change{}, err
	}
	ask := &update{policy: p, answer: make(chan Change, 1)}
	change, err := answerOf(ctx, g, ask, ask.answer)
	if err == nil {
		g.logWarnings(problems)
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
	if err := c.Validate().Err(); err != nil {
		return err
	}
	ask := &command{command: c, answer: make(chan error, 1)}
	refused, err := answerOf(ctx, g, ask, ask.answer)
	if err != nil {
		return err
	}
	return refused
}

// Stop ends the guard. New calls are refused with ErrStopped at once, calls
// that back off are answered with their last failure, queued and running calls
// may finish until ctx ends. Then the queued are answered with ErrStopped and
// the contexts of running handlers are cancelled; handlers that still run 100 ms
// later are left behind and counted in an [*AbandonedError]. A handler that runs
// on its caller's own context (because the caller's deadline is the earliest)
// cannot be cancelled by the guard. A second Stop waits like the first.
func (g *Guard) Stop(ctx context.Context) error {
	if ctx == nil {
		ctx = context.Background()
	}
	g.gate.Close()
	g.halt()
	drained := g.idle(ctx)
	if drained != nil {
		g.gate.Stop()
		g.family.Cancel()
		grace, end := context.WithTimeout(context.WithoutCancel(ctx), cancelGrace)
		defer end()
		if g.idle(grace) == nil {
			drained = nil
		}
	}
	running := g.gate.Depth().InUse
	g.end()
	if drained == nil {
		return nil
	}
	return &AbandonedError{Guards: []Abandoned{{Dependency: g.name, Running: running}}, Cause: drained}
}

// end stops the actor and waits until it has: nothing in the guard's Receive blocks.
func (g *Guard) end() {
	select {
	case <-g.done:
		return
	default:
	}
	g.sys.root.Stop(g.pid)
	<-g.done
}

// idle waits until no handler runs, nobody queues and every posted call is answered.
func (g *Guard) idle(ctx context.Context) error {
	if err := g.gate.Idle(ctx); err != nil {
		return err
	}
	return g.posted.wait(ctx)
}

func (g *Guard) logWarnings(problems Problems) {
	for _, w := range problems.Warnings() {
		g.sys.log.Warn("policy", "dependency", g.name, "path", w.Path, "code", w.Code, "problem", w.Error())
	}
}

// random draws the guard's next number in [0,1).
func (g *Guard) random() float64 { return supervision.Uniform(g.seed, g.draws.Add(1)) }

func (g *Guard) hasStopped() bool {
	select {
	case <-g.done:
		return true
	default:
		return false
	}
}
