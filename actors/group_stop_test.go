// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestStopOfAGroupStopsEverythingBelowAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(64)
		world := group(t, sys, "world", GroupPolicy{})
		eu := group(t, world, "eu", GroupPolicy{})
		slow := func(_ context.Context, n int) (int, error) { time.Sleep(time.Second); return n, nil }
		a, b := member(t, world, "a", Policy{}, slow), member(t, eu, "b", Policy{}, slow)
		outside := member(t, sys, "c", Policy{}, echo)
		one, two := a.Ask(t.Context(), 1), b.Ask(t.Context(), 2)
		synctest.Wait()
		begin := time.Now()
		if err := world.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begin); d != time.Second {
			t.Errorf("drained in %s, want 1s", d)
		}
		for n, f := range []*Future[int]{one, two} {
			if got, err := f.Wait(t.Context()); got != n+1 || err != nil {
				t.Errorf("%d, %v", got, err)
			}
		}
		if len(sys.Groups()) != 0 || !slices.Equal(namesOf(sys.Guards()), []string{"c"}) || len(world.Guards())+len(world.Groups()) != 0 {
			t.Errorf("left: %v, %v", namesOf(sys.Groups()), namesOf(sys.Guards()))
		}
		if _, err := outside.Call(t.Context(), 1); err != nil {
			t.Error(err)
		}
		for what, err := range map[string]error{
			"guard": errorOf(Protect(world, "late", Policy{})), "group": errorOf(eu.Group("late", GroupPolicy{})),
			"command": world.Command(t.Context(), Command{Mode: HoldOpen, Reason: "r", By: "b", TTL: 1}),
			"update":  errorOf(world.Update(t.Context(), GroupPolicy{})),
		} {
			if !errors.Is(err, ErrStopped) {
				t.Errorf("%s in a stopped group: %v", what, err)
			}
		}
		if err := world.Stop(t.Context()); err != nil {
			t.Errorf("second stop: %v", err)
		}
		group(t, sys, "eu", GroupPolicy{}) // all names are free
		member(t, sys, "b", Policy{}, echo)
		stopped := 0
		for len(sub.C()) > 0 {
			if e := <-sub.C(); e.Kind == EventStopped {
				stopped++
			}
		}
		if stopped != 4 {
			t.Errorf("%d of 2 guards and 2 groups said that they stopped", stopped)
		}
	})
}

func errorOf[T any](_ T, err error) error { return err }

func TestStopOfAGroupNamesWhoIsLeftInOneError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		world := group(t, sys, "world", GroupPolicy{})
		eu := group(t, world, "eu", GroupPolicy{})
		release := make(chan struct{})
		stubborn := func(context.Context, int) (int, error) { <-release; return 0, nil }
		b, a := member(t, world, "b", Policy{}, stubborn), member(t, eu, "a", Policy{}, stubborn)
		member(t, eu, "fine", Policy{}, echo)
		futures := []*Future[int]{a.Ask(t.Context(), 1), b.Ask(t.Context(), 1)}
		synctest.Wait()
		ctx, end := context.WithTimeoutCause(t.Context(), time.Second, errors.New("rollout"))
		defer end()
		begin := time.Now()
		err := world.Stop(ctx)
		left, ok := errors.AsType[*AbandonedError](err)
		if !ok || !slices.Equal(left.Guards, []Abandoned{{"a", 1}, {"b", 1}}) || left.Cause.Error() != "rollout" {
			t.Fatalf("got %v", err)
		}
		if d := time.Since(begin); d != time.Second+cancelGrace {
			t.Errorf("took %s", d)
		}
		if !world.hasStopped() || !eu.hasStopped() {
			t.Error("an actor is left")
		}
		close(release)
		for _, f := range futures {
			_, _ = f.Wait(t.Context())
		}
	})
}

func TestAGuardThatStopsLeavesItsGroup(t *testing.T) {
	sys := start(t)
	eu := group(t, sys, "eu", GroupPolicy{})
	for range 3 {
		r := member(t, eu, "payments", Policy{}, echo)
		if eu.Stats().Guards != 1 {
			t.Fatalf("%+v", eu.Stats())
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if eu.Stats().Guards != 0 {
			t.Fatalf("%+v", eu.Stats())
		}
	}
}

func TestAGroupStoppedByItsPIDTakesItsGuardsAlong(t *testing.T) {
	for _, way := range []string{"stop", "poison"} {
		synctest.Test(t, func(t *testing.T) {
			sys := start(t)
			world := group(t, sys, "world", GroupPolicy{})
			eu := group(t, world, "eu", GroupPolicy{})
			r := member(t, eu, "payments", Policy{}, hang)
			f := r.Ask(t.Context(), 1)
			synctest.Wait()
			if way == "stop" {
				sys.root.Stop(world.PID())
			} else {
				sys.root.Poison(world.PID())
			}
			_, err := f.Wait(t.Context())
			wantIs(t, err, ErrStopped)
			synctest.Wait()
			if len(sys.Groups())+len(sys.Guards()) != 0 || !eu.hasStopped() {
				t.Errorf("%s: left %v, %v", way, namesOf(sys.Groups()), namesOf(sys.Guards()))
			}
		})
	}
}

func TestShutdownStopsGroupsToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		world := group(t, sys, "world", GroupPolicy{})
		eu := group(t, world, "eu", GroupPolicy{})
		member(t, eu, "payments", Policy{}, echo)
		sub := sys.Subscribe(64)
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		var stopped []string
		for e := range sub.C() {
			if e.Kind == EventStopped {
				stopped = append(stopped, e.Group+":"+e.Dependency)
			}
		}
		if want := []string{"world/eu:payments", "world/eu:", "world:"}; !slices.Equal(stopped, want) {
			t.Errorf("stopped %v", stopped)
		}
		if !world.hasStopped() || !eu.hasStopped() || len(sys.Groups()) != 0 {
			t.Error("a group is left")
		}
		_, err := sys.Group("late", GroupPolicy{})
		wantIs(t, err, ErrStopped)
		_, err = eu.Group("late", GroupPolicy{})
		wantIs(t, err, ErrStopped)
		if err := eu.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestNothingIsMadeInAGroupThatStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		world := group(t, sys, "world", GroupPolicy{})
		eu := group(t, world, "eu", GroupPolicy{})
		r := member(t, eu, "slow", Policy{}, func(context.Context, int) (int, error) { time.Sleep(time.Minute); return 1, nil })
		running := r.Ask(t.Context(), 1)
		synctest.Wait()
		stopped := make(chan error, 1)
		go func() { stopped <- world.Stop(t.Context()) }()
		synctest.Wait() // world waits for the call, all actors are there
		for _, home := range []*Group{world, eu} {
			wantIs(t, errorOf(Protect(home, "late", Policy{})), ErrStopped)
			wantIs(t, errorOf(home.Group("late", GroupPolicy{})), ErrStopped)
		}
		synctest.Wait()
		if !slices.Equal(namesOf(sys.Guards()), []string{"slow"}) || !slices.Equal(namesOf(sys.Groups()), []string{"eu", "world"}) {
			t.Errorf("%v, %v", namesOf(sys.Guards()), namesOf(sys.Groups()))
		}
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		_, _ = running.Wait(t.Context())
	})
}

func TestWhatStoppedBeforeItWasListedIsNotListed(t *testing.T) {
	sys := start(t)
	if err := sys.reserve("payments"); err != nil {
		t.Fatal(err)
	}
	g := newGuard(sys, "payments", compile(Policy{}, 1))
	sys.retire(g) // its group stopped it
	if sys.enrol(g) || len(sys.Guards()) != 0 {
		t.Error("a stopped guard is listed")
	}
	if err := sys.reserveGroup("eu"); err != nil {
		t.Fatal(err)
	}
	eu, _ := newGroup(sys, nil, "eu", GroupPolicy{})
	sys.retireGroup(eu)
	if sys.enrolGroup(eu) || len(sys.Groups()) != 0 {
		t.Error("a stopped group is listed")
	}
	member(t, sys, "payments", Policy{}, echo) // the names are free
	group(t, sys, "eu", GroupPolicy{})
}

// Whoever makes something in a group that is stopped at the same moment gets it, or
// ErrStopped, and in either case nothing of it is left.
func TestMakingRacesWithStoppingStorm(t *testing.T) {
	for round := range 60 {
		sys, err := Start(Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		world := group(t, sys, "world", GroupPolicy{Breaker: GroupBreaker{Share: 0.5}})
		eu := group(t, world, "eu", GroupPolicy{})
		var wait sync.WaitGroup
		made := make([]*Guard, 8)
		for i := range 8 {
			wait.Go(func() {
				g, err := Protect(eu, fmt.Sprintf("g-%d", i), memberPolicy)
				if err != nil && !errors.Is(err, ErrStopped) {
					t.Error(err)
				}
				made[i] = g
				if sub, err := eu.Group(fmt.Sprintf("s-%d", i), GroupPolicy{}); err == nil {
					if _, err := Protect(sub, fmt.Sprintf("t-%d", i), memberPolicy); err != nil && !errors.Is(err, ErrStopped) {
						t.Error(err)
					}
				} else if !errors.Is(err, ErrStopped) {
					t.Error(err)
				}
			})
		}
		wait.Go(func() {
			stop := world.Stop
			if round%3 == 0 {
				stop = sys.Shutdown
			}
			if round%3 == 1 {
				stop = func(context.Context) error { sys.root.Stop(world.PID()); <-world.done; return nil }
			}
			if err := stop(t.Context()); err != nil {
				t.Error(err)
			}
		})
		wait.Wait()
		if len(sys.Groups())+len(sys.Guards()) != 0 || len(world.Guards())+len(world.Groups()) != 0 {
			t.Fatalf("round %d: left %v, %v", round, namesOf(sys.Groups()), namesOf(sys.Guards()))
		}
		for _, g := range made {
			if g != nil && !g.hasStopped() {
				t.Fatalf("round %d: %s lives on in a group that is gone", round, g.Name())
			}
		}
		if round%3 != 0 { // every name is free
			again := group(t, sys, "world", GroupPolicy{})
			for i := range 8 {
				member(t, again, fmt.Sprintf("g-%d", i), memberPolicy, echo)
			}
		}
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
