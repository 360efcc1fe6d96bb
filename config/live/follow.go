// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"maps"
	"slices"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/rule"
)

// target is what takes a policy: a guard, or the guards of all keys of one dependency.
type target interface {
	Name() string
	Policy() actors.Policy
	Judge(p actors.Policy) actors.Problems
	Update(ctx context.Context, p actors.Policy) (actors.Change, error)
}

// followed is a guard, or a keyring, with what it was given.
type followed struct {
	target
	code  actors.Policy // what lies under the files
	given actors.Policy
	alone *actors.Policy   // what the files in force make of code, without rules and overrides; nil: not asked yet
	next  *actors.Policy   // what those that are proposed make of it
	meter *rule.Meter      // nil where no rule looks at it
	asked []rule.Condition // of meter
	err   error            // why it has not got what it should
}

// census follows what runs and is not followed yet: what was made before the System asked.
func (k *keeper) census() {
	for _, g := range k.sys.Guards() {
		k.meet(g)
	}
	for _, r := range k.sys.Keyrings() {
		k.meet(r)
	}
}

// meet follows a target that the program made by itself, unless it is followed already.
func (k *keeper) meet(t target) {
	if f, known := k.followed[t.Name()]; known && f.target == t {
		return
	}
	given := t.Policy()
	k.follow(t, given, given)
}

func (k *keeper) follow(t target, code, given actors.Policy) {
	k.followed[t.Name()] = &followed{target: t, code: code, given: given}
	delete(k.late, t.Name())
	k.meterFor(t.Name())
}

// welcome follows what has been made, and gives it what has changed since it was.
func (k *keeper) welcome() {
	k.catchUp(k.meetArrivals())
}

// meetArrivals follows what has been made, and returns the names.
func (k *keeper) meetArrivals() (names []string) {
	for _, a := range k.policies.arrived() {
		if t := k.runs(a.name); t != nil {
			k.follow(t, a.code, t.Policy())
			names = append(names, a.name)
		}
	}
	if len(k.followed) > k.room {
		k.forgetStopped()
		k.room = max(leastRoom, 2*len(k.followed))
	}
	return names
}

// leastRoom is how many guards are followed at least, before those that have stopped are looked for.
const leastRoom = 64

// forgetStopped forgets those whose names the System does not know any more, or has given to others.
func (k *keeper) forgetStopped() {
	run := map[string]target{}
	for _, r := range k.sys.Keyrings() {
		run[r.Name()] = r
	}
	for name, f := range k.followed {
		if g, found := k.sys.Guard(name); found {
			run[name] = g
		}
		if run[name] != f.target {
			k.forget(f)
		}
	}
}

// runs is what has the name in the System now; nil for nothing.
func (k *keeper) runs(name string) target {
	if g, found := k.sys.Guard(name); found {
		return g
	}
	for _, r := range k.sys.Keyrings() {
		if r.Name() == name {
			return r
		}
	}
	return nil
}

// names lists the guards that are followed.
func (k *keeper) names() []string { return slices.Sorted(maps.Keys(k.followed)) }
