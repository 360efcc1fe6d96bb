// SPDX-License-Identifier: Apache-2.0

package strategy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// once allows one restart, one second after the failure.
var once = supervision.Restart{Max: 1, Backoff: supervision.Backoff{Base: time.Second, Max: 8 * time.Second, Jitter: supervision.NoJitter}}

func TestAStrategyThatKeepsRestartsAtTheLongestBackoff(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{
			Keep: true, Restart: once,
			Climbed: func(c strategy.Climb) { s.note(fmt.Sprint("climbed ", c.Spent, " ", c.Reason, " ", c.After)) },
		})
		child := s.system.Root.Spawn(actor.PropsFromFunc(fragile(s), actor.WithGuardian(supervisor)))
		for range 3 {
			s.system.Root.Send(child, "break")
		}
		s.pass(30 * time.Second)
		s.want(t, "0s started",
			"1s directive RestartDirective", "1s started", "1s climbed 1 broken 8s",
			"9s directive RestartDirective", "9s started", "9s climbed 1 broken 8s",
			"17s directive RestartDirective", "17s started")
		supervisor.Stop()
		s.stop(child)
	})
}

func TestTheLongestBackoffIsDrawnFromItsUpperHalf(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		var waits []time.Duration
		supervisor := strategy.New(s.clock, strategy.Options{
			Keep: true, Seed: 7, Restart: supervision.Restart{Max: 1, Within: time.Hour, Backoff: supervision.Backoff{Base: time.Second, Max: 8 * time.Second}},
			Climbed: func(c strategy.Climb) { waits = append(waits, c.After) },
		})
		child := s.system.Root.Spawn(actor.PropsFromFunc(fragile(s), actor.WithGuardian(supervisor)))
		for range 50 {
			s.system.Root.Send(child, "break")
		}
		s.pass(10 * time.Minute)
		spread := map[time.Duration]bool{}
		for _, wait := range waits {
			spread[wait] = true
			if wait < 4*time.Second || wait > 8*time.Second {
				t.Errorf("waited %s", wait)
			}
		}
		if len(waits) != 49 || len(spread) < 40 {
			t.Errorf("%d waits, %d of them different", len(waits), len(spread))
		}
		supervisor.Stop()
		s.stop(child)
	})
}

func TestASpentBudgetIsAnsweredAboveAndBeginsAnew(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		top := strategy.New(s.clock, strategy.Options{Keep: true, Restart: supervision.Restart{Max: 1, Backoff: exactly(10 * time.Second)}})
		inner := strategy.New(s.clock, strategy.Options{
			Restart: once, Above: top,
			Climbed: func(c strategy.Climb) { s.note(fmt.Sprint("climbed ", c.Spent, " ", c.After)) },
		})
		guard, child := s.guard(inner, fragile(s))
		for range 4 {
			s.system.Root.Send(child, "break")
		}
		s.pass(2 * time.Hour)
		s.want(t, "0s started",
			"1s directive RestartDirective", "1s started", "1s climbed 1 10s",
			"11s directive RestartDirective", "11s started", // by the rules above, and fresh again here
			"12s directive RestartDirective", "12s started", "12s climbed 2 1h0m0s",
			"1h0m12s directive RestartDirective", "1h0m12s started")
		inner.Stop()
		top.Stop()
		s.stop(guard)
	})
}

func TestChildrenThatClimbTogetherAreEachRestarted(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		top := strategy.New(s.clock, strategy.Options{Keep: true, Restart: supervision.Restart{Max: 3, Backoff: exactly(10 * time.Second)}})
		inner := strategy.New(s.clock, strategy.Options{Restart: once, Above: top})
		guard, one := s.guard(inner, fragile(s))
		other := strategy.New(s.clock, strategy.Options{Restart: once, Above: top})
		second, two := s.guard(other, fragile(s))
		for range 2 {
			s.system.Root.Send(one, "break")
			s.system.Root.Send(two, "break")
		}
		s.pass(time.Minute)
		started := 0
		for _, line := range s.log() {
			if line == "11s started" {
				started++
			}
		}
		if started != 2 {
			t.Errorf("%d of 2 came back:\n%q", started, s.log())
		}
		inner.Stop()
		other.Stop()
		top.Stop()
		s.stop(guard, second)
	})
}

func TestAReshapedStrategyKeepsItsCount(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Keep: true, Restart: once})
		child := s.system.Root.Spawn(actor.PropsFromFunc(fragile(s), actor.WithGuardian(supervisor)))
		s.system.Root.Send(child, "break")
		s.pass(2 * time.Second)
		more := once
		more.Max = 2
		supervisor.Reshape(more)
		s.system.Root.Send(child, "break")
		s.pass(10 * time.Second)
		s.want(t, "0s started",
			"1s directive RestartDirective", "1s started",
			"4s directive RestartDirective", "4s started") // the second restart: two seconds
		supervisor.Stop()
		s.stop(child)
	})
}

func TestAChildThatBreaksWhileItStopsEscalatesNothing(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		inner := strategy.New(s.clock, strategy.Options{Restart: once})
		outer := strategyFunc(func(supervisor actor.Supervisor, child *actor.PID, reason any) {
			s.note(fmt.Sprint("escalated ", reason))
			supervisor.StopChildren(child)
		})
		var child *actor.PID
		broken := false
		group, _ := s.guard(&outer, func(ctx actor.Context) {
			if _, started := ctx.Message().(*actor.Started); started {
				child = ctx.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
					if _, stopping := ctx.Message().(*actor.Stopping); stopping && !broken {
						broken = true
						panic("cannot stop")
					}
					fragile(s)(ctx)
				}))
			}
		}, actor.WithSupervisor(inner))
		s.log()
		s.system.Root.Send(child, "break") // spends the budget
		s.pass(2 * time.Second)
		s.system.Root.Stop(child)
		s.pass(10 * time.Second)
		s.want(t, "0s started", "1s directive RestartDirective", "1s started", "2s directive StopDirective", "2s started", "2s stopped")
		inner.Stop()
		s.stop(group)
	})
}

// The last wait of a child is the strategy's to remember: Decide forgets.
func TestDecorrelatedRestartsGrowFromTheWaitBefore(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		var waits []time.Duration
		supervisor := strategy.New(s.clock, strategy.Options{
			Seed:       3,
			Restart:    supervision.Restart{Max: 100, Within: time.Hour, Backoff: supervision.Backoff{Base: time.Second, Max: time.Hour, Jitter: supervision.DecorrelatedJitter}},
			Rebuilding: func(_ *actor.PID, _ any, until fuseboard.Instant) { waits = append(waits, until.Sub(s.clock.Now())) },
		})
		child := s.system.Root.Spawn(actor.PropsFromFunc(fragile(s), actor.WithGuardian(supervisor)))
		for range 6 {
			s.system.Root.Send(child, "break")
			s.pass(10 * time.Minute)
		}
		last, longest := time.Second, time.Duration(0)
		for i, wait := range waits {
			if wait < time.Second || wait > 3*last {
				t.Errorf("wait %d is %s after %s", i+1, wait, last)
			}
			last, longest = wait, max(longest, wait)
		}
		if len(waits) != 6 || longest <= 3*time.Second {
			t.Errorf("waits %v: each as if it were the first", waits)
		}
		supervisor.Stop()
		s.stop(child)
	})
}
