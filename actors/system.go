// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// Options are the choices of a System. The zero Options are right for most services.
type Options struct {
	// Logger receives the warnings of policies, the transitions of circuits and
	// the log of the actor library beneath. Nil: silent.
	Logger *slog.Logger
	// Seed feeds all jitter of the System, so that a test can repeat it. Zero: drawn at random.
	Seed uint64
}

// System holds the guards of one process: their clock, their actors and their
// subscribers. Most services have one. Its methods are safe for concurrent use.
type System struct {
	clock   *fuseboard.Clock
	log     *slog.Logger
	seed    uint64
	actors  *actor.ActorSystem
	root    *actor.RootContext // spawns guards under the strategy
	strat   *strategy.Strategy
	streams streams

	mu      sync.RWMutex
	guards  map[string]*Guard // nil entry: the name is taken by a Protect under way
	spawned []*actor.PID      // by SpawnActor
	stopped bool
}

// Parent is where guards are made: a *System.
type Parent interface{ under() *System }

func (s *System) under() *System { return s }

// Start makes a System. It starts no goroutine and opens nothing; an idle
// System costs about 3 MB, nearly all of it the actor library's registry.
// The error is nil today; it is there for options that can be wrong.
func Start(o Options) (*System, error) {
	s := &System{
		clock:  fuseboard.NewClock(),
		log:    o.Logger,
		seed:   o.Seed,
		guards: make(map[string]*Guard),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.seed == 0 {
		s.seed = rand.Uint64()
	}
	s.actors = actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return s.log }),
		// A dead letter is a guard that has just stopped: our own callers were
		// answered, and the throttle of this log would start a ticker.
		actor.WithDeadLetterRequestLogging(false),
		actor.WithDeadLetterThrottleCount(0),
	)
	s.strat = strategy.New(s.clock, strategy.Options{Root: true})
	s.root = s.actors.Root.Copy().WithGuardian(s.strat)
	return s, nil
}

// Now returns the present instant of the System's clock, to which the instants
// of events and transitions relate.
func (s *System) Now() fuseboard.Instant { return s.clock.Now() }

// Guards returns the guards that have not stopped, ordered by name.
func (s *System) Guards() []*Guard {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]*Guard, 0, len(s.guards))
	for _, g := range s.guards {
		if g != nil {
			all = append(all, g)
		}
	}
	slices.SortFunc(all, func(a, b *Guard) int { return cmp.Compare(a.name, b.name) })
	return all
}

// Guard returns the guard of that name.
func (s *System) Guard(name string) (*Guard, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.guards[name]
	return g, g != nil
}

// SpawnActor starts an actor of the user's own in this System, so that it can
// send requests (see [Ref.Message]) and receive each [Reply]. The name follows
// the rule of [Protect]. Shutdown stops these actors before the guards.
func (s *System) SpawnActor(name string, props *actor.Props) (*actor.PID, error) {
	if props == nil {
		return nil, fuseboard.Problem{Path: "props", Code: codeNil, Message: "must not be nil", Fix: "make it with actor.PropsFromFunc or PropsFromProducer"}
	}
	if err := checkName("name", name); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped || s.actors == nil {
		return nil, &CallError{Dependency: name, Cause: ErrStopped, by: bySystem, detail: detailSystem}
	}
	pid, err := s.actors.Root.SpawnNamed(props, "user/"+name)
	if err != nil {
		return nil, &NameError{Name: name, Taken: true}
	}
	s.spawned = append(s.spawned, pid)
	return pid, nil
}

// Abandoned is a guard whose calls had not ended when its time to stop was over.
type Abandoned struct {
	// Dependency is the guard's name.
	Dependency string
	// Running is how many handlers still ran.
	Running int
}

// AbandonedError reports what a Stop or Shutdown had to leave behind. The
// handlers it counts go on running; nothing waits for them any more.
type AbandonedError struct {
	// Guards lists every guard with handlers still running, ordered by name.
	Guards []Abandoned
	// Cause is why there was no more time: the cause of the context's end.
	Cause error
}

// Shutdown stops every guard as [Guard.Stop] does, all at once, then the
// System. It returns nil when every call ended by itself or when told to, and
// an [*AbandonedError] that names what had not. After it every call, Protect
// and SpawnActor gets ErrStopped, and subscriptions are closed. A second
// Shutdown returns nil.
func (s *System) Shutdown(ctx context.Context) error {
	if s == nil || s.actors == nil {
		return nil
	}
	if ctx == nil {
		ctx = context.Background()
	}
	s.mu.Lock()
	if s.stopped {
		s.mu.Unlock()
		return nil
	}
	s.stopped = true
	spawned := s.spawned
	s.mu.Unlock()

	for _, pid := range spawned {
		s.actors.Root.Stop(pid)
	}
	left := s.stopAll(ctx)
	s.strat.Stop()
	s.streams.close()
	s.actors.Shutdown()
	if len(left.Guards) > 0 {
		return left
	}
	return nil
}

func (s *System) stopAll(ctx context.Context) *AbandonedError {
	guards := s.Guards()
	errs := make([]error, len(guards))
	var wait sync.WaitGroup
	for i, g := range guards {
		wait.Go(func() { errs[i] = g.Stop(ctx) })
	}
	wait.Wait()
	left := &AbandonedError{}
	for _, err := range errs {
		if one, ok := errors.AsType[*AbandonedError](err); ok {
			left.Guards = append(left.Guards, one.Guards...)
			left.Cause = one.Cause
		}
	}
	return left
}

// reserve takes the name for a Protect under way.
func (s *System) reserve(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped || s.actors == nil {
		return &CallError{Dependency: name, Cause: ErrStopped, by: bySystem, detail: detailSystem}
	}
	if _, taken := s.guards[name]; taken {
		return &NameError{Name: name, Taken: true}
	}
	s.guards[name] = nil
	return nil
}

func (s *System) enrol(g *Guard) {
	s.mu.Lock()
	s.guards[g.name] = g
	s.mu.Unlock()
}

func (s *System) release(name string) {
	s.mu.Lock()
	delete(s.guards, name)
	s.mu.Unlock()
}

// cancelGrace is how long a stop waits, after it has cancelled what still
// runs, for handlers to notice.
const cancelGrace = 100 * time.Millisecond
