// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// group makes a group that nobody expects to be refused.
func group(t testing.TB, under interface {
	Group(name string, p GroupPolicy) (*Group, error)
}, name string, p GroupPolicy,
) *Group {
	t.Helper()
	g, err := under.Group(name, p)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// member makes a guard with one operation under a parent.
func member(t testing.TB, under Parent, name string, p Policy, h Handler[int, int]) *Ref[int, int] {
	t.Helper()
	r, err := Spawn(under, name, h, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func namesOf[T interface{ Name() string }](all []T) (names []string) {
	for _, one := range all {
		names = append(names, one.Name())
	}
	return names
}

func TestGuardsAndGroupsFormATree(t *testing.T) {
	sys := start(t)
	world := group(t, sys, "world", GroupPolicy{})
	eu := group(t, world, "eu", GroupPolicy{})
	top := member(t, sys, "top", Policy{}, echo)
	payments, stock := member(t, eu, "payments", Policy{}, echo), member(t, world, "stock", Policy{}, echo)

	for _, r := range []*Ref[int, int]{top, payments, stock} {
		if got, err := r.Call(t.Context(), 7); got != 7 || err != nil {
			t.Errorf("%s: %d, %v", r.Name(), got, err)
		}
	}
	if got := namesOf(world.Guards()); !slices.Equal(got, []string{"payments", "stock"}) {
		t.Errorf("world's guards %v", got)
	}
	if got := namesOf(eu.Guards()); !slices.Equal(got, []string{"payments"}) {
		t.Errorf("eu's guards %v", got)
	}
	if got := namesOf(sys.Groups()); !slices.Equal(got, []string{"eu", "world"}) || !slices.Equal(namesOf(world.Groups()), []string{"eu"}) {
		t.Errorf("groups %v, below world %v", got, namesOf(world.Groups()))
	}
	if got := namesOf(sys.Guards()); !slices.Equal(got, []string{"payments", "stock", "top"}) {
		t.Errorf("all guards %v", got)
	}
	if above, inside := eu.Parent(); above != world || !inside || eu.Path() != "world/eu" || eu.Name() != "eu" {
		t.Errorf("eu is at %s", eu.Path())
	}
	if _, inside := world.Parent(); inside {
		t.Error("world is inside a group")
	}
	if home, inside := payments.Group(); home != eu || !inside {
		t.Errorf("payments lives in %v", home)
	}
	if _, inside := top.Group(); inside {
		t.Error("top lives in a group")
	}
	if found, ok := sys.FindGroup("eu"); found != eu || !ok {
		t.Error("eu is not found")
	}
	if !strings.HasPrefix(payments.PID().Id, eu.PID().Id+"/") || !strings.HasPrefix(eu.PID().Id, world.PID().Id+"/") {
		t.Errorf("actors %s, %s", eu.PID().Id, payments.PID().Id)
	}
}

func TestNamesOfGroupsAreTheirOwn(t *testing.T) {
	sys := start(t)
	world := group(t, sys, "world", GroupPolicy{})
	group(t, world, "eu", GroupPolicy{})
	member(t, world, "eu", Policy{}, echo) // a guard may have a group's name
	_, err := sys.Group("eu", GroupPolicy{})
	taken, ok := errors.AsType[*NameError](err)
	if !ok || !taken.Taken || !taken.Group || !strings.Contains(err.Error(), `group "eu" is taken`) {
		t.Errorf("a second eu: %v", err)
	}
	_, err = Protect(sys, "eu", Policy{})
	if taken, ok := errors.AsType[*NameError](err); !ok || taken.Group {
		t.Errorf("a second guard eu: %v", err)
	}
	for _, bad := range []string{"", "EU", "a/b", strings.Repeat("x", 64)} {
		if _, err := sys.Group(bad, GroupPolicy{}); err == nil || !strings.Contains(err.Error(), "is not a name") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestGroupOfNobodyIsRefusedClearly(t *testing.T) {
	var none *Group
	var nobody *System
	for what, ask := range map[string]func() error{
		"group of a nil system": func() error { _, err := nobody.Group("eu", GroupPolicy{}); return err },
		"group of a nil group":  func() error { _, err := none.Group("eu", GroupPolicy{}); return err },
		"guard of a nil group":  func() error { _, err := Protect(none, "eu", Policy{}); return err },
		"command":               func() error { return none.Command(t.Context(), Command{}) },
		"stop":                  func() error { return none.Stop(t.Context()) },
		"update":                func() error { _, err := none.Update(t.Context(), GroupPolicy{}); return err },
	} {
		if err := ask(); err == nil || !strings.Contains(err.Error(), "nil") {
			t.Errorf("%s: %v", what, err)
		}
	}
	zero := &Group{}
	_, err := zero.Group("eu", GroupPolicy{})
	wantIs(t, err, ErrStopped)
	_, err = Protect(zero, "eu", Policy{})
	wantIs(t, err, ErrStopped)
	_, err = (&System{}).Group("eu", GroupPolicy{})
	wantIs(t, err, ErrStopped)
	if none.Name() != "" || zero.Path() != "" || none.PID() != nil || none.State() != Closed || none.Policy() != (GroupPolicy{}) ||
		!reflect.DeepEqual(none.Stats(), GroupStats{}) || none.Guards() != nil || none.Groups() != nil || nobody.Groups() != nil {
		t.Error("a group of nobody says something")
	}
	if _, found := nobody.FindGroup("eu"); found {
		t.Error("found")
	}
	if _, inside := none.Parent(); inside {
		t.Error("inside")
	}
}

func TestCommandOverAGroupReachesEveryGuardBelow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		world := group(t, sys, "world", GroupPolicy{})
		eu := group(t, world, "eu", GroupPolicy{})
		inside := []*Ref[int, int]{member(t, world, "a", Policy{}, echo), member(t, eu, "b", Policy{}, echo)}
		outside := member(t, sys, "c", Policy{}, echo)
		if err := world.Command(t.Context(), Command{Mode: HoldOpen, Reason: "moving", By: "ann", TTL: time.Minute}); err != nil {
			t.Fatal(err)
		}
		for _, r := range inside {
			_, err := r.Call(t.Context(), 1)
			wantIs(t, err, ErrOpen)
			if !strings.Contains(err.Error(), "held open by ann: moving") {
				t.Error(err)
			}
		}
		if _, err := outside.Call(t.Context(), 1); err != nil {
			t.Error(err)
		}
		if s := world.Stats(); s.Held != 2 || s.Guards != 2 || s.Groups != 1 || s.Rejected.Breaker != 2 {
			t.Errorf("%+v", s)
		}
		if err := world.Command(t.Context(), Command{Mode: Enforce, Reason: "moved", By: "ann"}); err != nil || world.Stats().Held != 0 {
			t.Errorf("%v, %+v", err, world.Stats())
		}
	})
}

func TestCommandOverAGroupIsJudgedOnceAndNamesWhoDidNotTakeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		eu := group(t, start(t), "eu", GroupPolicy{})
		stuck, fine := member(t, eu, "stuck", Policy{}, echo), member(t, eu, "fine", Policy{}, echo)
		if ps := problemsIn(t, eu.Command(t.Context(), Command{Mode: HoldOpen})); len(ps) != 3 {
			t.Errorf("want reason, by and ttl, got %v", ps)
		}
		release := stuck.block()
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		begin := time.Now()
		err := eu.Command(ctx, Command{Mode: HoldOpen, Reason: "moving", By: "ann", TTL: time.Minute})
		wantIs(t, err, context.DeadlineExceeded)
		if !strings.Contains(err.Error(), "stuck: ") || strings.Contains(err.Error(), "fine") || time.Since(begin) != time.Second {
			t.Errorf("after %s: %v", time.Since(begin), err)
		}
		if fine.Stats().Mode != HoldOpen {
			t.Error("one stuck guard kept the command from another")
		}
		release()
	})
}

func TestStatsOfAGroupAreTheSumOfItsGuards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		world := group(t, sys, "world", GroupPolicy{})
		eu := group(t, world, "eu", GroupPolicy{})
		down := true
		p := Policy{Breaker: quickBreaker, Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}}
		refs := []*Ref[int, int]{member(t, world, "a", p, sometimes(&down)), member(t, eu, "b", p, echo), member(t, eu, "c", p, hang)}
		for _, r := range refs[:2] {
			for n := range 5 {
				_, _ = r.Call(t.Context(), n)
			}
		}
		running, queued := refs[2].Ask(t.Context(), 1), refs[2].Ask(t.Context(), 2)
		synctest.Wait()
		_, _ = refs[2].Call(t.Context(), 3) // full
		got := world.Stats()
		want := GroupStats{Guards: 3, Groups: 1, Open: 1, Epoch: 1, PolicyVersion: 1}
		for _, r := range refs {
			s := r.Stats()
			want.Calls += s.Calls
			want.Attempts += s.Attempts
			want.Successes += s.Successes
			want.Failures += s.Failures
			want.Failed += s.Failed
			want.NotRepeated = want.NotRepeated.plus(s.NotRepeated)
			want.Amplification = want.Amplification.Plus(s.Amplification)
			want.addLatencies(s.CallLatency, s.AttemptLatency, s.QueueWait)
			want.Rejected.Breaker += s.Rejected.Breaker
			want.Rejected.Bulkhead += s.Rejected.Bulkhead
			want.AtGate.Full += s.AtGate.Full
			want.InUse += s.Gate.InUse
			want.Waiting += s.Gate.Waiting
		}
		if !reflect.DeepEqual(got, want) || got.Calls != 11 || got.Failed != 3 || got.CallLatency.Count() != 8 || got.InUse != 1 || got.Waiting != 1 || got.Rejected.Breaker != 2 || got.Rejected.Bulkhead != 1 {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		ctx, end := context.WithTimeout(t.Context(), time.Second)
		defer end()
		if err := world.Stop(ctx); err != nil {
			t.Error(err)
		}
		_, _ = running.Wait(t.Context())
		_, _ = queued.Wait(t.Context())
	})
}

func TestUpdateOfAGroupIsToldWithItsPaths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(16)
		eu := group(t, sys, "eu", GroupPolicy{})
		after := GroupPolicy{Restart: Restart{Max: 3}}
		change, err := eu.Update(t.Context(), after)
		if err != nil || change.Version != 2 || change.After != after || !slices.Equal(change.Changed, []string{"restart.max"}) {
			t.Errorf("%+v, %v", change, err)
		}
		if ps := problemsIn(t, func() error { _, err := eu.Update(t.Context(), GroupPolicy{Restart: Restart{Max: -1}}); return err }()); len(ps) != 1 {
			t.Errorf("%v", ps)
		}
		if eu.Policy() != after || eu.Stats().PolicyVersion != 2 {
			t.Errorf("%+v", eu.Policy())
		}
		<-sub.C() // started
		if e := <-sub.C(); e.Kind != EventUpdated || e.Group != "eu" || e.Dependency != "" || e.Seq != 2 || e.Change.Version != 2 {
			t.Errorf("%+v", e)
		}
	})
}

func TestAGroupTakesNoRequestsAndSurvivesItsOwnFaults(t *testing.T) {
	sys := start(t)
	eu := group(t, sys, "eu", GroupPolicy{})
	r := member(t, eu, "payments", Policy{}, echo)
	for _, message := range []any{1, &actor.Stopped{}, replies(func() any { panic("in the group's turn") })} {
		got, err := sys.root.RequestFuture(eu.PID(), message, time.Minute).Result()
		reply, ok := got.(Reply[any, any])
		if err != nil || !ok {
			t.Fatalf("%T is answered with %v, %v", message, got, err)
		}
		wantIs(t, reply.Err, ErrUnknownRequest)
	}
	if _, err := sys.spawnIn(eu, nil, "broken"); err == nil {
		t.Error("nothing was started and nothing said")
	}
	sys.root.Send(eu.PID(), &reform{answer: func() chan GroupChange { c := make(chan GroupChange); close(c); return c }()})
	if got, err := r.Call(t.Context(), 4); got != 4 || err != nil {
		t.Errorf("%d, %v", got, err)
	}
	if _, err := eu.Update(t.Context(), GroupPolicy{}); err != nil {
		t.Errorf("the group is gone: %v", err)
	}
	if _, found := sys.Guard("payments"); !found {
		t.Error("a fault of the group's cost a guard")
	}
}
