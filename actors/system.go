// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
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
	log     *slog.Logger // never blocks: see journal
	journal *journal     // nil when silent
	seed    uint64
	actors  *actor.ActorSystem
	root    *actor.RootContext // spawns guards under the strategy
	strat   *strategy.Strategy
	streams streams
	spawns  atomic.Uint64 // numbers the guards' actors
	users   tally         // actors of SpawnActor that have not stopped
	watcher *actor.PID    // learns of their end

	mu      sync.RWMutex
	guards  map[string]*Guard     // nil entry: the name is taken by a Protect under way
	retired map[*Guard]struct{}   // stopped, but handlers of theirs still ran then
	spawned map[string]*actor.PID // by SpawnActor, by name, until they stop; nil until started
	down    *shutdown             // the Shutdown under way or done
}

// shutdown is what all callers of Shutdown wait for.
type shutdown struct {
	done chan struct{}
	err  error
}

// Parent is where guards are made: a *System.
type Parent interface{ under() *System }

func (s *System) under() *System { return s }

// Start makes a System. It opens nothing and, without a Logger, starts no
// goroutine; with one it has one goroutine that writes the log, so that a slow or
// broken handler cannot hold up a guard. An idle System costs about 3 MB, nearly
// all of it the actor library's registry.
// The error is nil today; it is there for options that can be wrong.
func Start(o Options) (*System, error) {
	s := &System{
		clock:   fuseboard.NewClock(),
		log:     slog.New(slog.DiscardHandler),
		seed:    o.Seed,
		guards:  make(map[string]*Guard),
		retired: make(map[*Guard]struct{}),
		spawned: make(map[string]*actor.PID),
	}
	if o.Logger != nil {
		s.journal = newJournal(o.Logger.Handler())
		s.log = s.journal.logger()
	}
	if s.seed == 0 {
		s.seed = rand.Uint64()
	}
	s.actors = actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return s.log }),
		// A dead letter is a guard that has just stopped, and our own callers were
		// answered. The throttle of this log keeps a goroutine for its interval.
		actor.WithDeadLetterRequestLogging(false),
		actor.WithDeadLetterThrottleCount(0),
		actor.WithDeadLetterThrottleInterval(throttleInterval),
	)
	s.strat = strategy.New(s.clock, strategy.Options{Root: true})
	s.root = s.actors.Root.Copy().WithGuardian(s.strat)
	s.watcher = s.actors.Root.Spawn(actor.PropsFromFunc(s.watch))
	return s, nil
}

// Now returns the present instant of the System's clock, to which the instants
// of events and transitions relate.
func (s *System) Now() fuseboard.Instant {
	if !s.made() {
		return 0
	}
	return s.clock.Now()
}

// made reports whether the System came from Start.
func (s *System) made() bool { return s != nil && s.actors != nil }

// Guards returns the guards that have not stopped, ordered by name.
func (s *System) Guards() []*Guard {
	if !s.made() {
		return nil
	}
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
	if !s.made() {
		return nil, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.guards[name]
	return g, g != nil
}

// Abandoned is a guard whose calls had not ended when its time to stop was over.
type Abandoned struct {
	// Dependency is the guard's name.
	Dependency string
	// Running is how many handlers still ran.
	Running int
}

// AbandonedError reports what a Stop or Shutdown had to leave behind. What it
// counts goes on running; only a later Shutdown looks for it once more.
type AbandonedError struct {
	// Guards lists every guard with handlers still running, ordered by name.
	Guards []Abandoned
	// Actors lists the actors of SpawnActor that had not stopped, ordered by name.
	Actors []string
	// Cause is why there was no more time: the cause of the context's end.
	Cause error
}

// Shutdown stops every guard as [Guard.Stop] does, all at once, then the actors
// of SpawnActor and the System. It returns nil when every call ended by itself or
// when told to, and an [*AbandonedError] that names what had not, also of guards
// that were stopped before. After it every call, Protect and SpawnActor gets
// ErrStopped, and subscriptions are closed. A second Shutdown waits for the first,
// as long as its own ctx lasts, and returns the same. Not from inside a handler,
// an actor of SpawnActor or the log handler: it would wait for itself.
func (s *System) Shutdown(ctx context.Context) error {
	if !s.made() {
		return nil
	}
	if ctx == nil {
		ctx = context.Background()
	}
	s.mu.Lock()
	first := s.down == nil
	if first {
		s.down = &shutdown{done: make(chan struct{})}
	}
	down := s.down
	s.mu.Unlock()
	if !first {
		if err := waitFor(ctx, down.done); err != nil {
			return fmt.Errorf("shutdown is still under way: %w", err)
		}
		return down.err
	}
	defer close(down.done)
	left := s.stopAll(ctx)
	left.Actors = s.stopUsers(ctx)
	s.strat.Stop()
	s.streams.close()
	s.actors.Root.Stop(s.watcher)
	s.actors.Shutdown()
	time.Sleep(2 * throttleInterval) // a dead letter's goroutine ends too, also in virtual time
	if s.journal != nil {
		s.journal.close(ctx)
	}
	if len(left.Guards)+len(left.Actors) > 0 {
		down.err = left
	}
	return down.err
}

func (s *System) stopAll(ctx context.Context) *AbandonedError {
	guards := s.unfinished()
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
	slices.SortFunc(left.Guards, func(a, b Abandoned) int { return cmp.Compare(a.Dependency, b.Dependency) })
	return left
}

// reserve takes the name for a Protect under way.
func (s *System) reserve(name string) error {
	if !s.made() {
		return errStopped(name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return errStopped(name)
	}
	if _, taken := s.guards[name]; taken {
		return &NameError{Name: name, Taken: true}
	}
	s.guards[name] = nil
	return nil
}

// enrol makes a guard findable. It reports false when a Shutdown came first.
func (s *System) enrol(g *Guard) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.guards[g.name] = g
	return s.down == nil
}

func (s *System) release(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.guards, name)
}

// retire frees the name of a guard that has stopped. If handlers of it still
// run, it is remembered until a Shutdown, or the next retirement, finds them ended.
func (s *System) retire(g *Guard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.guards, g.name)
	s.retired[g] = struct{}{}
	for old := range s.retired {
		if old.abandoned().Running == 0 {
			delete(s.retired, old)
		}
	}
}

// unfinished returns the guards that have not stopped, and those that have and
// left handlers behind.
func (s *System) unfinished() []*Guard {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := slices.Collect(maps.Keys(s.retired))
	for _, g := range s.guards {
		if g != nil {
			all = append(all, g)
		}
	}
	return all
}

// errStopped is the refusal of everything after a Shutdown.
func errStopped(name string) error {
	return &CallError{Dependency: name, Cause: ErrStopped, by: bySystem, detail: detailSystem}
}

// throttleInterval is how long the goroutine that the actor library starts for a
// dead letter lives.
const throttleInterval = time.Nanosecond

// cancelGrace is how long a stop waits, after it has cancelled what still
// runs, for handlers to notice.
const cancelGrace = 100 * time.Millisecond
