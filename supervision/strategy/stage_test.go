// SPDX-License-Identifier: Apache-2.0

package strategy_test

import (
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// onStage runs a scene with an actor system of its own in virtual time.
func onStage(t *testing.T, scene func(t *testing.T, s *stage)) {
	synctest.Test(t, func(t *testing.T) {
		s := &stage{clock: fuseboard.NewClock()}
		s.system = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
			return slog.New(slog.DiscardHandler)
		}))
		s.system.EventStream.Subscribe(func(event any) {
			switch e := event.(type) {
			case *actor.SupervisorEvent:
				s.note("directive " + e.Directive.String())
			case *actor.DeadLetterEvent:
				if e.Sender == nil { // otherwise the sender notes its reply
					s.note("dead letter")
				}
			}
		})
		scene(t, s)
		s.pass(time.Minute) // the dead letters' throttle and stray timers end
		s.system.Shutdown()
	})
}

// stage is one actor system and a log of what happened on it.
type stage struct {
	system *actor.ActorSystem
	clock  *fuseboard.Clock
	mu     sync.Mutex
	lines  []string
}

func (s *stage) note(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, s.elapsed().String()+" "+line)
}

// pass lets virtual time pass.
func (s *stage) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (s *stage) elapsed() time.Duration { return time.Duration(s.clock.Now()) }

// log waits until nothing moves and returns what was noted so far.
func (s *stage) log() []string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}

func (s *stage) want(t *testing.T, want ...string) {
	t.Helper()
	if got := s.log(); !slices.Equal(got, want) {
		t.Errorf("happened:\n%q\nwant:\n%q", got, want)
	}
}

// guard spawns an actor that supervises one child, and returns both.
func (s *stage) guard(supervisor actor.SupervisorStrategy, child func(actor.Context), options ...actor.PropsOption) (guard, worker *actor.PID) {
	spawned := make(chan *actor.PID, 1)
	guard = s.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		if _, started := ctx.Message().(*actor.Started); started {
			spawned <- ctx.Spawn(actor.PropsFromFunc(child, options...))
		}
	}, actor.WithSupervisor(supervisor)))
	return guard, <-spawned
}

// stop stops actors and waits for them.
func (s *stage) stop(pids ...*actor.PID) {
	for _, pid := range pids {
		_ = s.system.Root.StopFuture(pid).Wait()
	}
}

// exactly is a backoff of that wait, doubled each time, without jitter.
func exactly(base time.Duration) supervision.Backoff {
	return supervision.Backoff{Base: base, Max: time.Hour, Jitter: supervision.NoJitter}
}
