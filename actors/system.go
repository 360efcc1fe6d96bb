// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// Options are the choices of a System. The zero Options are right for most services.
type Options struct {
	// Logger receives the warnings of policies, the transitions of circuits and
	// the log of the actor library beneath. Nil: silent.
	Logger *slog.Logger
	// Seed feeds all jitter of the System, so that a test can repeat it. Zero: drawn at random.
	Seed uint64
	// Limits bound what all guards hold together. Zero: the defaults.
	Limits Limits
	// Observe is told of every call when it ends: answered, failed, refused or left, whichever
	// way it came. It runs on the call's goroutine, before the answer is given, with the
	// context of the request: so it must be quick and safe for concurrent use. Of calls in
	// [BypassPolicy] it is not told. One that
	// panics is logged, and the call is answered. Nil: nobody is told, at no cost.
	Observe func(context.Context, CallInfo)
	// ObserveEvery tells Observe of one call in so many, the first one among them. 0 and
	// 1: of every call.
	ObserveEvery int
	// ObservePerSecond tells Observe of no more calls a second, beside ObserveEvery: of
	// so many at once after a quiet second, else evenly spread. A call that comes while the
	// second's are used up is not counted for ObserveEvery either, so that it costs next
	// to nothing where calls are many. 0: as many as there are.
	ObservePerSecond int
	// Shedding is what every guard obeys whose policy has no section of its own: whose work
	// is refused while this host is under pressure. Zero: none.
	Shedding Shedding
	// Host reads the signals that shedding goes by. Nil: this host's; a test gives its own.
	Host shedding.Source
	// Clock is where the System takes its time from. Zero: [StandardClock].
	Clock ClockSource
	// Mode says how far the policies of all guards are obeyed; see [System.SetMode].
	// Zero: as each policy says. The environment variable [ModeVariable] comes before it.
	Mode PolicyMode
}

// System holds the guards of one process: their clock, their actors and their
// subscribers. Most services have one. Its methods are safe for concurrent use.
type System struct {
	clock    *fuseboard.Clock
	unwind   func()       // ends the clock
	log      *slog.Logger // never blocks: see journal
	journal  *journal     // nil when silent
	seed     uint64
	actors   *actor.ActorSystem
	root     *actor.RootContext // spawns guards under the strategy
	strat    *strategy.Strategy
	streams  streams
	observer *observer // nil unless Options.Observe is set
	limits   *limits
	plans    plans         // that guards of equal policies share
	shedding Shedding      // what guards obey that have none of their own
	pressure pressure      // of the host, for those who shed
	unladen  load          // of guards that need none
	spawns   atomic.Uint64 // numbers the actors of guards, groups and users
	mode     atomic.Uint32 // PolicyMode
	spares   sync.Map      // of each types of a request: typesOf to *spares
	lone     spawned       // of guards that have no other operation
	hookless sync.Map      // of each type of With without hooks: reflect.Type to that
	hands    hands         // run what has no goroutine of its own
	users    tally         // actors of SpawnActor that have not stopped
	desks    sync.Map      // of these, where they have one: *actor.PID to *desk
	watcher  *actor.PID    // learns of their end

	policies atomic.Pointer[policySource] // gives guards their policies; nil where the program alone does

	fleet roll // of the guards that listen to one

	switches switches // of the mode
	voice    voice    // tells its own events

	mu      sync.RWMutex
	guards  map[string]*Guard     // nil entry: the name is taken by a Protect under way
	groups  map[string]*Group     // likewise
	retired map[*Guard]struct{}   // stopped, but handlers of theirs still ran then
	spawned map[string]*actor.PID // by SpawnActor, by name, until they stop; nil until started
	down    *shutdown             // the Shutdown under way or done
}

// Parent is where guards are made: a *System or a *Group.
type Parent interface {
	under() (*System, *Group)
}

func (s *System) under() (*System, *Group) { return s, nil }

func (o Options) problems() Problems {
	problems := append(o.Limits.Validate().Under("limits"), o.Clock.problems()...)
	problems = append(problems, o.Shedding.Validate().Under("shedding")...)
	if o.ObservePerSecond < 0 {
		problems = append(problems, fuseboard.Problem{
			Path: "observe_per_second", Code: "range", Value: fmt.Sprint(o.ObservePerSecond), Message: "must not be negative",
			Accepted: "0 and more", Fix: "0 tells of as many as there are, n of at most n in a second",
		})
	}
	if o.ObserveEvery < 0 {
		problems = append(problems, fuseboard.Problem{
			Path: "observe_every", Code: "range", Value: fmt.Sprint(o.ObserveEvery), Message: "must not be negative",
			Accepted: "0 and more", Fix: "0 or 1 tells of every call, n of one in n",
		})
	}
	return problems
}

// Start makes a System. It opens nothing and, without a Logger, has no
// goroutine before there is a call without a caller of its own (those are kept for a
// while); with one it keeps one that writes the log, so that a slow or
// broken handler cannot hold up a guard. An idle System costs about 3 MB, nearly
// all of it the actor library's registry.
// Errors: [Problems] with everything wrong with the Limits, ObserveEvery, ObservePerSecond, the Clock, the Mode and the
// environment variable [ModeVariable].
func Start(o Options) (*System, error) {
	mode, who, wrong := modeAtStart(o)
	if err := append(o.problems(), wrong...).Err(); err != nil {
		return nil, err
	}
	clock, unwind, missing := newClock(o.Clock)
	s := &System{
		lone:   spawned{safe: bound{safe: true}},
		limits: newLimits(o.Limits), clock: clock, unwind: unwind,
		log:      slog.New(slog.DiscardHandler),
		seed:     o.Seed,
		guards:   make(map[string]*Guard),
		groups:   make(map[string]*Group),
		retired:  make(map[*Guard]struct{}),
		spawned:  make(map[string]*actor.PID),
		shedding: o.Shedding, pressure: pressure{clock: clock, source: o.Host, own: o.Shedding},
	}
	s.pressure.moved = s.sheds
	s.plans.sheds = o.Shedding.On()
	if o.Logger != nil {
		s.journal = newJournal(o.Logger.Handler())
		s.log = s.journal.logger()
	}
	if missing {
		s.log.Warn("clock", "asked", string(o.Clock), "used", string(StandardClock), "why", "this processor has no even counter, or time is virtual")
	}
	s.observer = newObserver(o, s.clock, s.log)
	s.mode.Store(uint32(mode))
	s.logMode("", EnforcePolicy, mode, who)
	if s.seed == 0 {
		s.seed = rand.Uint64()
	}
	s.actors = actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(library{s.log.Handler()}) }),
		// A dead letter is a guard that has just stopped, and our own callers were
		// answered. Each line says what it was, so that library knows which are nobody's
		// concern. The throttle of this log keeps a goroutine for its interval.
		actor.WithDeadLetterRequestLogging(false),
		actor.WithDeadLetterThrottleCount(math.MaxInt32),
		actor.WithDeadLetterThrottleInterval(throttleInterval),
	)
	lessen(s.actors)
	s.strat = strategy.New(s.clock, strategy.Options{Keep: true, Seed: s.seed, Climbed: s.climbed})
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

// Guards returns the guards that have not stopped, ordered by name. Those of keys
// are not among them: see [System.Keyrings].
func (s *System) Guards() []*Guard {
	if !s.made() {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]*Guard, 0, len(s.guards))
	for _, g := range s.guards {
		if g != nil && g.keys == nil {
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
	if g == nil || g.keys != nil {
		return nil, false
	}
	return g, true
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

// enrol makes a guard findable. It reports false when a Shutdown, or a stop of its
// group, came first.
func (s *System) enrol(g *Guard) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.gone { // and its name may be somebody else's by now
		return false
	}
	s.guards[g.name] = g
	g.steer()
	return g.group.admit(g) && s.down == nil
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
	g.gone = true
	g.group.dismiss(g)
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
