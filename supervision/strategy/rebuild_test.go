// SPDX-License-Identifier: Apache-2.0

package strategy_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// fragile breaks on "break" and notes what else it is told.
func fragile(s *stage) func(actor.Context) {
	return func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *actor.Started:
			s.note("started")
		case *actor.Stopped:
			s.note("stopped")
		case error:
			panic(msg)
		case string:
			if msg == "break" {
				panic("broken")
			}
			s.note(msg)
		}
	}
}

func TestABrokenActorIsRebuiltAfterItsBackoffAndKeepsItsMail(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Backoff: exactly(time.Second)}})
		guard, child := s.guard(supervisor, fragile(s))
		for _, msg := range []string{"one", "break", "two", "break", "three"} {
			s.system.Root.Send(child, msg)
		}
		s.pass(10 * time.Second)
		s.want(t, "0s started", "0s one",
			"1s directive RestartDirective", "1s started", "1s two",
			"3s directive RestartDirective", "3s started", "3s three")
		supervisor.Stop()
		s.stop(guard)
	})
}

func TestTheSupervisorHearsWhenABrokenChildWillBeRestarted(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{
			Restart: supervision.Restart{Backoff: exactly(time.Second)},
			Rebuilding: func(child *actor.PID, reason any, at fuseboard.Instant) {
				s.note(fmt.Sprint("told: ", reason, " at ", time.Duration(at)))
			},
		})
		guard, child := s.guard(supervisor, fragile(s))
		s.system.Root.Send(child, "break")
		s.system.Root.Send(child, "one")
		s.pass(time.Minute / 2)
		s.want(t, "0s started", "0s told: broken at 1s", "1s directive RestartDirective", "1s started", "1s one")
		supervisor.Stop()
		s.stop(guard)
	})
}

func TestReshapedRulesJudgeTheNextFailure(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Max: 1, Backoff: exactly(time.Second)}})
		guard, child := s.guard(supervisor, fragile(s))
		s.system.Root.Send(child, "break")
		s.pass(2 * time.Second)
		supervisor.Reshape(supervision.Restart{Max: 2, Backoff: exactly(5 * time.Second)})
		s.system.Root.Send(child, "break")
		s.pass(time.Minute / 2)
		s.want(t, "0s started", "1s directive RestartDirective", "1s started",
			"12s directive RestartDirective", "12s started") // the second wait in a row
		supervisor.Stop()
		s.stop(guard)
	})
}

func TestASpentRestartBudgetEscalates(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		inner := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Max: 2, Backoff: exactly(time.Second)}})
		outer := strategyFunc(func(supervisor actor.Supervisor, child *actor.PID, reason any) {
			s.note(fmt.Sprint("escalated ", reason))
			supervisor.StopChildren(child)
		})
		var child *actor.PID
		group, _ := s.guard(&outer, func(ctx actor.Context) {
			if _, started := ctx.Message().(*actor.Started); started {
				child = ctx.Spawn(actor.PropsFromFunc(fragile(s)))
			}
		}, actor.WithSupervisor(inner))
		s.log()
		for range 3 {
			s.system.Root.Send(child, "break")
		}
		s.pass(10 * time.Second)
		s.want(t, "0s started",
			"1s directive RestartDirective", "1s started",
			"3s directive RestartDirective", "3s started",
			"3s escalated broken", "3s stopped")
		inner.Stop()
		s.stop(group)
	})
}

// strategyFunc is a supervisor strategy written as a function.
type strategyFunc func(supervisor actor.Supervisor, child *actor.PID, reason any)

func (f *strategyFunc) HandleFailure(_ *actor.ActorSystem, supervisor actor.Supervisor, child *actor.PID, _ *actor.RestartStatistics, reason, _ any) {
	(*f)(supervisor, child, reason)
}

func TestOldRestartsAreForgotten(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{
			Restart: supervision.Restart{Max: 1, Within: 10 * time.Second, Backoff: exactly(time.Second)},
		})
		guard, child := s.guard(supervisor, fragile(s))
		s.system.Root.Send(child, "break")
		s.pass(10 * time.Second)
		s.system.Root.Send(child, "break")
		s.pass(5 * time.Second)
		s.want(t, "0s started",
			"1s directive RestartDirective", "1s started",
			"11s directive RestartDirective", "11s started")
		supervisor.Stop()
		s.stop(guard)
	})
}

// A guardian panics when it is asked for children or to escalate.
func TestUnderAGuardianAChildWithASpentBudgetIsStopped(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{
			Root: true, Restart: supervision.Restart{Max: 1, Backoff: exactly(time.Second)},
		})
		child := s.system.Root.Spawn(actor.PropsFromFunc(fragile(s), actor.WithGuardian(supervisor)))
		s.system.Root.Send(child, "break")
		s.system.Root.Send(child, "break")
		s.pass(10 * time.Second)
		s.want(t, "0s started",
			"1s directive RestartDirective", "1s started",
			"1s directive StopDirective", "1s stopped")
		supervisor.Stop()
	})
}

func TestUnderAGuardianManyChildrenMayBreakAtOnce(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Root: true, Restart: supervision.Restart{Backoff: exactly(time.Second)}})
		props := actor.PropsFromFunc(fragile(s), actor.WithGuardian(supervisor))
		var children []*actor.PID
		for range 20 {
			children = append(children, s.system.Root.Spawn(props))
		}
		s.log()
		for _, child := range children {
			s.system.Root.Send(child, "break")
		}
		s.pass(2 * time.Second)
		rebuilt := 0
		for _, line := range s.log() {
			if line == "1s started" {
				rebuilt++
			}
		}
		if rebuilt != len(children) {
			t.Errorf("%d of %d children were rebuilt", rebuilt, len(children))
		}
		supervisor.Stop()
		s.stop(children...)
	})
}

func TestOneStrategyMayServeSeveralSupervisors(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Max: 1, Backoff: exactly(time.Second)}})
		var guards []*actor.PID
		for range 2 {
			guard, child := s.guard(supervisor, fragile(s))
			s.system.Root.Send(child, "break")
			guards = append(guards, guard)
		}
		s.pass(5 * time.Second)
		restarts := 0
		for _, line := range s.log() {
			if line == "1s directive RestartDirective" {
				restarts++
			}
		}
		if restarts != 2 {
			t.Errorf("%d restarts: each child has a budget of its own", restarts)
		}
		supervisor.Stop()
		s.stop(guards...)
	})
}

// The panic value is an error and the message is an envelope: the very shape of a
// worker's failed request.
func TestAPanicWithAnErrorInARequestIsABrokenActor(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{
			Restart: supervision.Restart{Backoff: exactly(time.Second)},
		})
		guard, child := s.guard(supervisor, fragile(s))
		future := s.system.Root.RequestFuture(child, errors.New("bug"), 5*time.Second)
		if result, err := future.Result(); !errors.Is(err, actor.ErrTimeout) {
			t.Errorf("the panic was answered with %v, %v", result, err)
		}
		s.want(t, "0s started", "1s directive RestartDirective", "1s started")
		supervisor.Stop()
		s.stop(guard)
	})
}

func TestFailuresOfAChildThatWaitsForItsRestartAreOneRestart(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Max: 2, Backoff: exactly(time.Second)}})
		guard, child := s.guard(supervisor, func(ctx actor.Context) {
			switch ctx.Message().(type) {
			case *actor.Started:
				s.note("started")
			case string:
				for range 5 { // one burst
					ctx.(actor.Supervisor).EscalateFailure("broken", nil)
				}
			}
		})
		s.system.Root.Send(child, "break")
		s.pass(time.Minute / 2)
		s.want(t, "0s started", "1s directive RestartDirective", "1s started")
		supervisor.Stop()
		s.stop(guard)
	})
}

func TestARestartOfAChildThatWasStoppedMeanwhileIsOnlyADeadLetter(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Backoff: exactly(time.Second)}})
		guard, child := s.guard(supervisor, fragile(s))
		s.system.Root.Send(child, "break")
		s.log()
		s.stop(child)
		s.pass(2 * time.Second)
		s.want(t, "0s started", "0s stopped", "1s directive RestartDirective", "1s dead letter")
		supervisor.Stop()
		s.stop(guard)
	})
}

func TestStopStopsChildrenThatWaitForTheirRestart(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Backoff: exactly(time.Second)}})
		guard, child := s.guard(supervisor, fragile(s))
		s.system.Root.Send(child, "break")
		s.log()
		supervisor.Stop()
		supervisor.Stop() // again is harmless
		s.want(t, "0s started", "0s directive StopDirective", "0s stopped")
		s.pass(time.Minute)
		s.want(t, "0s started", "0s directive StopDirective", "0s stopped")
		s.stop(guard)
	})
}

func TestAChildThatBreaksAfterStopIsStopped(t *testing.T) {
	for _, most := range []int{10, -1} { // -1 is spent from the start
		onStage(t, func(t *testing.T, s *stage) {
			supervisor := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Max: most, Backoff: exactly(time.Second)}})
			guard, child := s.guard(supervisor, fragile(s))
			supervisor.Stop()
			s.system.Root.Send(child, "break")
			s.want(t, "0s started", "0s directive StopDirective", "0s stopped")
			s.stop(guard)
		})
	}
}

// Protoactor restarts a child whose Stopping panics, and forgets that it was to stop.
func TestAChildThatBreaksWhileStoppingEndsAllTheSame(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Backoff: exactly(time.Second)}})
		broken := false
		guard, child := s.guard(supervisor, func(ctx actor.Context) {
			switch ctx.Message().(type) {
			case *actor.Started:
				s.note("started")
			case *actor.Stopping:
				if !broken {
					broken = true
					panic("cannot stop")
				}
			case *actor.Stopped:
				s.note("stopped")
			}
		})
		s.log()
		s.system.Root.Stop(child)
		s.pass(5 * time.Second)
		s.want(t, "0s started", "1s directive StopDirective", "1s started", "1s stopped")
		supervisor.Stop()
		s.stop(guard)
	})
}

func TestAChildThatBreaksWhileStoppingEndsAfterStopToo(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Max: 3, Backoff: exactly(time.Second)}})
		stops := 0
		guard, child := s.guard(supervisor, func(ctx actor.Context) {
			if _, stopping := ctx.Message().(*actor.Stopping); stopping {
				if stops++; stops < 3 {
					panic("cannot stop")
				}
			}
		})
		supervisor.Stop()
		s.stop(child, guard) // waits for both
		if stops != 3 || s.elapsed() != 0 {
			t.Errorf("stopped %d times, after %s", stops, s.elapsed())
		}
	})
}
