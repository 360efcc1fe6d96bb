// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// region is a group under test with its members, each of which fails while down.
type region struct {
	*Group
	sys  *System
	refs []*Ref[int, int]
	down []bool
}

// shares opens at a share of four, for ten seconds sharp (the jitter is a nanosecond).
func shares(share float64) GroupPolicy {
	return GroupPolicy{Breaker: GroupBreaker{Share: share, MinMembers: 3, OpenFor: 10 * time.Second, OpenJitter: 1e-12}}
}

var memberPolicy = Policy{Breaker: Breaker{Consecutive: 1, OpenFor: 4 * time.Second, OpenGrowth: 1, OpenJitter: 1e-12, Probes: 1}}

func newRegion(t testing.TB, sys *System, under Parent, name string, members int, p GroupPolicy) *region {
	t.Helper()
	home, isGroup := under.(*Group)
	r := &region{sys: sys, down: make([]bool, members)}
	if isGroup {
		r.Group = group(t, home, name, p)
	} else {
		r.Group = group(t, sys, name, p)
	}
	for i := range members {
		r.refs = append(r.refs, member(t, r.Group, fmt.Sprintf("%s-%d", name, i), memberPolicy, sometimes(&r.down[i])))
	}
	synctest.Wait() // a group that looks meanwhile may have listed fewer of them
	return r
}

// fail makes members open by themselves, in their order.
func (r *region) fail(t testing.TB, members ...int) {
	t.Helper()
	for _, i := range members {
		r.down[i] = true
		if _, err := r.refs[i].Call(t.Context(), 1); err == nil || r.refs[i].State() != Open {
			t.Fatalf("%s did not open: %v", r.refs[i].Name(), err)
		}
	}
	synctest.Wait()
}

func (r *region) modes() (modes []Mode) {
	for _, ref := range r.refs {
		modes = append(modes, ref.Stats().Mode)
	}
	return modes
}

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestAGroupOpensWhenItsShareOfMembersIsOpenAndEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := newRegion(t, sys, sys, "eu", 4, shares(0.75))
		r.fail(t, 0, 1)
		if r.State() != Closed || r.modes()[3] != Enforce {
			t.Fatal("opened below its share")
		}
		r.fail(t, 2)
		if r.State() != Open || fmt.Sprint(r.modes()) != "[enforce enforce enforce hold-open]" {
			t.Fatalf("%v, members %v", r.State(), r.modes())
		}
		_, err := r.refs[3].Call(t.Context(), 1)
		wantIs(t, err, ErrOpen)
		if e := callError(t, err); !strings.Contains(err.Error(), "held open by group eu: 3 of 4 members open") || e.RetryAfter().Round(time.Second) != 10*time.Second {
			t.Error(err)
		}
		for i := range r.down {
			r.down[i] = false
		}
		pass(5 * time.Second) // the members' own open time is over: they find out by themselves
		for i := range 3 {
			if _, err := r.refs[i].Call(t.Context(), 1); err != nil || r.refs[i].State() != Closed {
				t.Errorf("%d: %v, %v", i, r.refs[i].State(), err)
			}
		}
		if r.State() != Open {
			t.Error("closed before its time")
		}
		pass(5*time.Second + time.Millisecond)
		if r.State() != Closed || r.modes()[3] != Enforce {
			t.Errorf("%v, members %v", r.State(), r.modes())
		}
		if _, err := r.refs[3].Call(t.Context(), 1); err != nil {
			t.Error(err)
		}
	})
}

func TestAGroupIsJudgedAnewAndOpensLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(256)
		p := shares(0.5)
		p.Breaker.MaxOpen = 30 * time.Second
		r := newRegion(t, sys, sys, "eu", 4, p)
		long := memberPolicy
		long.Breaker.OpenFor, long.Breaker.MaxOpen = 59*time.Second, 59*time.Second
		for i := range 2 {
			if _, err := r.refs[i].Update(t.Context(), long); err != nil {
				t.Fatal(err)
			}
		}
		r.fail(t, 0, 1)
		pass(2 * time.Minute)
		sub.Close()
		var moves []string
		var seq uint64
		for e := range sub.C() {
			if e.Dependency != "" {
				if e.Group != "eu" {
					t.Errorf("%s lives in %q", e.Dependency, e.Group)
				}
				continue
			}
			if seq++; e.Seq != seq || e.Group != "eu" {
				t.Errorf("event %d: %+v", seq, e)
			}
			if e.Kind == EventTransition {
				moves = append(moves, fmt.Sprintf("%s %d %s", time.Duration(e.At).Round(time.Microsecond), e.Transition.Epoch, e.Transition))
			}
		}
		want := []string{
			"0s 2 closed -> open: 2 of 4 members open; open for 10s",
			"10s 3 open -> closed: open time over",
			"10s 4 closed -> open: 2 of 4 members open; open for 20s",
			"30s 5 open -> closed: open time over",
			"30s 6 closed -> open: 2 of 4 members open; open for 30s",
			"1m0s 7 open -> closed: open time over", // by then the members have ended, too
		}
		if fmt.Sprint(moves) != fmt.Sprint(want) {
			t.Errorf("moved\n%s\nwant\n%s", strings.Join(moves, "\n"), strings.Join(want, "\n"))
		}
		r.fail(t, 2, 3)
		if at := r.stand.Load(); at.state != Open || at.opens != 1 {
			t.Errorf("after a calm time the growth begins anew: %+v", *at)
		}
	})
}

func TestAnOperatorsCommandIsNeverOverriddenByAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, mode := range []Mode{Shadow, Off, HoldOpen, HoldClosed} {
			sys := start(t)
			r := newRegion(t, sys, sys, "eu", 4, shares(0.5))
			by := Command{Mode: mode, Reason: "mine", By: "ann", TTL: time.Hour}
			if err := r.refs[3].Command(t.Context(), by); err != nil {
				t.Fatal(err)
			}
			r.fail(t, 0, 1)
			if fmt.Sprint(r.modes()) != fmt.Sprint([]Mode{Enforce, Enforce, HoldOpen, mode}) || r.refs[3].circuit.Refusal().By != "ann" {
				t.Errorf("%s: members %v", mode, r.modes())
			}
			by.Mode = HoldClosed // and the group's own hold gives way
			if err := r.refs[2].Command(t.Context(), by); err != nil || r.modes()[2] != HoldClosed {
				t.Errorf("%s: %v, %v", mode, err, r.modes())
			}
			pass(10*time.Second + time.Millisecond)
			if fmt.Sprint(r.modes()) != fmt.Sprint([]Mode{Enforce, Enforce, HoldClosed, mode}) {
				t.Errorf("%s: members %v when the group had ended", mode, r.modes())
			}
		}
	})
}

func TestOnlyCircuitsThatTheirOwnEvidenceMovesAreEvidence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for mode, counts := range map[Mode]bool{Enforce: true, Shadow: true, Off: false, HoldOpen: false, HoldClosed: false} {
			sys := start(t)
			r := newRegion(t, sys, sys, "eu", 4, shares(0.5))
			r.fail(t, 0)
			if mode != Enforce {
				if err := r.refs[0].Command(t.Context(), Command{Mode: mode, Reason: "mine", By: "ann", TTL: time.Hour}); err != nil {
					t.Fatal(err)
				}
			}
			hold := Command{Mode: HoldOpen, Reason: "mine", By: "ann", TTL: time.Hour}
			if err := r.refs[3].Command(t.Context(), hold); err != nil {
				t.Fatal(err)
			}
			r.fail(t, 1)
			if opened := r.State() == Open; opened != counts {
				t.Errorf("an open member under %s counts: %v, want %v", mode, opened, counts)
			}
		}
	})
}

func TestAnOverdueMemberIsNotOpenAnyMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := newRegion(t, sys, sys, "eu", 3, GroupPolicy{})
		r.fail(t, 0, 1)
		until := r.refs[0].circuit.Refusal().Until
		if before, at := census(r.Guards(), until-1), census(r.Guards(), r.refs[1].circuit.Refusal().Until); before.Failures != 2 || at.Failures != 0 || at.Calls != 3 {
			t.Errorf("%+v, then %+v", before, at)
		}
	})
}

func TestAMemberThatLeavesChangesTheShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		world := group(t, sys, "world", shares(0.6))
		r := newRegion(t, sys, world, "eu", 4, GroupPolicy{})
		r.fail(t, 0, 1)
		if world.State() != Closed {
			t.Fatal("opened at half")
		}
		if err := r.refs[3].Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if world.State() != Open || r.modes()[2] != HoldOpen {
			t.Errorf("two of three are open, and the group is %v", world.State())
		}
		if err := world.Stop(t.Context()); err != nil || !world.alarm.stopped {
			t.Errorf("%v; the alarm of a stopped group is set", err)
		}
	})
}

func TestTooFewMembersOpenNoGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := newRegion(t, sys, sys, "eu", 2, shares(0.5))
		r.fail(t, 0, 1)
		if r.State() != Closed {
			t.Error("two of two members opened a group that wants three")
		}
		member(t, r.Group, "third", memberPolicy, echo)
		synctest.Wait()
		if r.State() != Open {
			t.Error("the third member came, and nobody looked")
		}
	})
}

func TestOfTwoGroupsTheHoldThatEndsLastCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		p := shares(0.5)
		p.Breaker.OpenFor = 30 * time.Second
		world := newRegion(t, sys, sys, "world", 2, p)
		eu := newRegion(t, sys, world.Group, "eu", 4, shares(0.5))
		eu.fail(t, 0, 1) // 2 of 4 in eu, 2 of 6 in the world
		if eu.State() != Open || world.State() != Closed {
			t.Fatalf("eu %v, world %v", eu.State(), world.State())
		}
		pass(time.Second)
		world.fail(t, 0)
		if phase := eu.refs[3].circuit.Refusal(); world.State() != Open || phase.By != "group world" || time.Duration(phase.Until).Round(time.Millisecond) != 31*time.Second {
			t.Errorf("world %v; eu's member is held by %s until %s", world.State(), phase.By, time.Duration(phase.Until))
		}
		pass(15 * time.Second)
		if eu.State() != Closed || eu.modes()[3] != HoldOpen {
			t.Errorf("eu %v let go of what the world holds: %v", eu.State(), eu.modes())
		}
		pass(16 * time.Second)
		if world.State() != Closed || eu.modes()[3] != Enforce {
			t.Errorf("world %v, %v", world.State(), eu.modes())
		}
	})
}

func TestABreakerThatIsTurnedOffLetsItsMembersGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := newRegion(t, sys, sys, "eu", 4, shares(0.5))
		r.fail(t, 0, 1)
		if err := r.refs[3].Command(t.Context(), Command{Mode: HoldOpen, Reason: "mine", By: "ann", TTL: time.Hour}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Update(t.Context(), GroupPolicy{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if r.State() != Closed || fmt.Sprint(r.modes()) != "[enforce enforce enforce hold-open]" {
			t.Errorf("%v, members %v", r.State(), r.modes())
		}
		pass(time.Minute)
	})
}

func TestAGroupCountsNoMemberWhosePolicyIsInShadow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r := newRegion(t, sys, sys, "eu", 4, shares(0.5))
		if _, err := r.refs[0].Update(t.Context(), inShadow(memberPolicy)); err != nil {
			t.Fatal(err)
		}
		r.fail(t, 0, 1)
		if r.State() != Closed {
			t.Error("a policy that refuses nothing has others refused")
		}
		if _, err := r.refs[0].Update(t.Context(), memberPolicy); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if r.State() != Open {
			t.Error("its circuit is open, and its policy is enforced")
		}
		for i := range 2 {
			if _, err := r.refs[2+i].Update(t.Context(), inShadow(memberPolicy)); err != nil {
				t.Fatal(err)
			}
			if _, err := r.refs[2+i].Call(t.Context(), 1); err != nil {
				t.Errorf("held by its group, in shadow: %v", err)
			}
		}
		if would := r.Stats().Would; would.Refused.Breaker != 2 {
			t.Errorf("%+v", would)
		}
	})
}
