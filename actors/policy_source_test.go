// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// deadlines is a source that gives every dependency a total deadline.
type deadlines struct {
	sys  *System
	made []string
	err  error
}

func (d *deadlines) PolicyOf(_ string, code Policy) (Policy, error) {
	code.Deadline.Total = time.Minute
	return code, d.err
}

func (d *deadlines) Made(name string, code Policy) {
	_, runs := d.sys.Guard(name)
	runs = runs || slices.ContainsFunc(d.sys.Keyrings(), func(k *Keyring) bool { return k.Name() == name })
	if runs && code.Deadline.Total == 0 {
		d.made = append(d.made, name)
	}
}

func TestGuardsOfEveryKindBeginWithThePolicyOfTheSource(t *testing.T) {
	sys := start(t)
	src := &deadlines{sys: sys}
	stop, err := sys.FollowPolicies(src)
	if err != nil {
		t.Fatal(err)
	}
	code := Policy{Bulkhead: Bulkhead{Concurrency: 2}}
	protected, err := Protect(sys, "protected", code)
	if err != nil {
		t.Fatal(err)
	}
	spawned, err := Spawn(sys, "spawned", echo, code)
	if err != nil {
		t.Fatal(err)
	}
	keyed, err := SpawnKeyed(sys, "keyed", echo, code, KeyLimits{})
	if err != nil {
		t.Fatal(err)
	}
	rebuilt, err := Rebuild(sys, "rebuilt", func(context.Context) (Handler[int, int], error) { return echo, nil }, code)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]Policy{
		"protected": protected.Policy(), "spawned": spawned.Policy(), "keyed": keyed.Keyring.Policy(), "rebuilt": rebuilt.Policy(),
	} {
		if p.Deadline.Total != time.Minute || p.Bulkhead.Concurrency != 2 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if want := []string{"protected", "spawned", "keyed", "rebuilt"}; !slices.Equal(src.made, want) {
		t.Errorf("made: %v", src.made)
	}
	stop()
	if g, err := Protect(sys, "after", code); err != nil || g.Policy().Deadline.Total != 0 {
		t.Errorf("after the end of the source: %v", err)
	}
}

func TestSourceThatRefusesLeavesNoGuardBehind(t *testing.T) {
	sys := start(t)
	src := &deadlines{sys: sys, err: errors.New("no file")}
	if _, err := sys.FollowPolicies(src); err != nil {
		t.Fatal(err)
	}
	if _, err := Spawn(sys, "spawned", echo, Policy{}); !errors.Is(err, src.err) {
		t.Error(err)
	}
	if _, err := SpawnKeyed(sys, "keyed", echo, Policy{}, KeyLimits{}); !errors.Is(err, src.err) {
		t.Error(err)
	}
	src.err = nil
	if _, err := Protect(sys, "Bad Name", Policy{}); err == nil {
		t.Error("a bad name was given to the source")
	}
	if len(sys.Guards())+len(sys.Keyrings()) != 0 || len(src.made) != 0 {
		t.Error("something was made")
	}
}

func TestSystemFollowsOneSourceAtATime(t *testing.T) {
	sys := start(t)
	stop, err := sys.FollowPolicies(&deadlines{sys: sys})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sys.FollowPolicies(&deadlines{sys: sys}); err == nil {
		t.Error("two sources")
	}
	stop()
	again, err := sys.FollowPolicies(&deadlines{sys: sys})
	if err != nil {
		t.Fatal(err)
	}
	stop() // of the first: it ends nothing now
	if _, err := sys.FollowPolicies(&deadlines{sys: sys}); err == nil {
		t.Error("the first one's stop ended the second")
	}
	again()
	var none *System
	if _, err := none.FollowPolicies(&deadlines{}); err == nil {
		t.Error("nil System")
	}
	if _, err := sys.FollowPolicies(nil); err == nil {
		t.Error("nil source")
	}
}

// A guard in the making when the source comes is nobody's otherwise: not among those that run, and not asked for.
func TestSourceThatComesWhileAGuardIsMadeHearsOfIt(t *testing.T) {
	sys := start(t)
	_, asked, err := sourced(sys, "late", Policy{})
	if err != nil {
		t.Fatal(err)
	}
	src := &deadlines{sys: sys}
	if _, err := sys.FollowPolicies(src); err != nil {
		t.Fatal(err)
	}
	if _, err := protect(sys, "late", Policy{}, nil); err != nil {
		t.Fatal(err)
	}
	sys.announce(asked, "late", Policy{})
	if !slices.Equal(src.made, []string{"late"}) {
		t.Errorf("made: %v", src.made)
	}
}
