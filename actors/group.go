// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// Group is a supervisor of guards and of groups below it, one actor of a tree. It
// bounds how often their broken actors are restarted, hands on what it has no room
// for, and gives them commands, a breaker and numbers in common. Make one with
// [System.Group] or [Group.Group], and guards in it with [Protect] or [Spawn]. A
// group is not on the way of a call. Its methods are safe for concurrent use.
type Group struct {
	sys    *System
	parent *Group // nil directly under the System
	name   string
	path   string
	seed   uint64
	pid    *actor.PID
	strat  *strategy.Strategy
	plan   atomic.Pointer[groupPlan]
	stand  atomic.Pointer[standing]
	nudged atomic.Bool   // a judge is on its way
	alarm  alarm         // when its opening ends
	quit   func()        // tells the actor to stop, once
	done   chan struct{} // closed when the actor has stopped

	// Guarded by the System's lock.
	guards map[*Guard]struct{} // directly in it
	groups map[*Group]struct{} // directly below it
	halted bool                // nothing is made in it any more
	gone   bool                // it has stopped
}

// groupPlan is a group's policy with its number. Immutable.
type groupPlan struct {
	given   GroupPolicy
	breaker GroupBreaker // with its defaults
	version uint64
}

// standing is where a group's breaker stands. Immutable.
type standing struct {
	state State // Closed or Open
	epoch uint64
	opens int               // in a row
	until fuseboard.Instant // the end of an opening
	why   string            // its reason
}

// Group makes a group of guards directly under the System. The name follows the
// rule of [Protect] and is unique among the System's groups; a guard may have the
// same. The zero GroupPolicy restarts broken actors by the defaults and has no
// breaker of its own.
//
// Errors: [Problems] with everything wrong with the policy, a
// [fuseboard.Problem] for a name that cannot be used, a [*NameError] for one
// that is taken, ErrStopped after Shutdown.
func (s *System) Group(name string, p GroupPolicy) (*Group, error) {
	if s == nil {
		_, err := systemOf(s)
		return nil, err
	}
	return makeGroup(s, nil, name, p)
}

// Group makes a group inside this one. What this one cannot answer goes up to
// g. Its errors are those of [System.Group], and ErrStopped when g has stopped.
func (g *Group) Group(name string, p GroupPolicy) (*Group, error) {
	if g == nil {
		_, err := systemOf(g)
		return nil, err
	}
	return makeGroup(g.sys, g, name, p)
}

func (g *Group) under() (*System, *Group) { return g.sys, g }

func makeGroup(sys *System, parent *Group, name string, p GroupPolicy) (*Group, error) {
	if err := checkName("name", name); err != nil {
		return nil, err
	}
	problems := p.Validate()
	if err := problems.Err(); err != nil {
		return nil, err
	}
	if err := sys.reserveGroup(name); err != nil {
		return nil, err
	}
	g, receiver := newGroup(sys, parent, name, p)
	if err := g.spawn(receiver); err != nil {
		return nil, err
	}
	g.logWarnings(problems)
	return g, nil
}

func newGroup(sys *System, parent *Group, name string, p GroupPolicy) (*Group, *groupReceiver) {
	g := &Group{
		sys: sys, parent: parent, name: name, path: name,
		seed:   sys.seed ^ hashOf("group "+name),
		done:   make(chan struct{}),
		guards: make(map[*Guard]struct{}),
		groups: make(map[*Group]struct{}),
	}
	above := sys.strat
	if parent != nil {
		g.path = parent.path + "/" + name
		above = parent.strat
	}
	receiver := &groupReceiver{group: g}
	g.strat = strategy.New(sys.clock, strategy.Options{
		Restart: p.Restart, Seed: g.seed, Above: above, Climbed: receiver.climbed,
	})
	g.plan.Store(compileGroup(p, 1))
	g.stand.Store(&standing{state: Closed, epoch: 1, until: fuseboard.Never})
	g.quit = sync.OnceFunc(func() { sys.root.Stop(g.pid) })
	return g, receiver
}

func compileGroup(p GroupPolicy, version uint64) *groupPlan {
	return &groupPlan{given: p, breaker: p.Breaker.WithDefaults(), version: version}
}

// made reports whether the group came from a constructor.
func (g *Group) made() bool { return g != nil && g.sys != nil }

// errNoGroup answers the methods of a group that no constructor made.
var errNoGroup = fuseboard.Problem{
	Path: "group", Code: codeNil, Message: "is nil: it was not made, or the error of Group was not looked at",
	Fix: "use the group only when its constructor returned no error",
}

// Name returns the group's name, which no other group of the System has.
func (g *Group) Name() string {
	if !g.made() {
		return ""
	}
	return g.name
}

// Path returns the names from the outermost group down to this one: "world/eu".
func (g *Group) Path() string {
	if !g.made() {
		return ""
	}
	return g.path
}

// Parent returns the group that this one is in, or false directly under the System.
func (g *Group) Parent() (*Group, bool) {
	if !g.made() {
		return nil, false
	}
	return g.parent, g.parent != nil
}

// PID returns the address of the group's actor, to watch it. It takes no requests.
func (g *Group) PID() *actor.PID {
	if !g.made() {
		return nil
	}
	return g.pid
}

// Policy returns the policy as it was given to the constructor or the last Update.
func (g *Group) Policy() GroupPolicy {
	if !g.made() {
		return GroupPolicy{}
	}
	return g.plan.Load().given
}

// State returns Open while the group's own breaker holds its members open, else
// Closed. It says nothing about the members' own circuits; see [Group.Stats].
func (g *Group) State() State {
	if !g.made() {
		return Closed
	}
	return g.stand.Load().state
}

func (g *Group) logWarnings(problems Problems) {
	for _, w := range problems.Warnings() {
		g.sys.log.Warn("policy", "group", g.path, "path", w.Path, "code", w.Code, "problem", w.Error())
	}
}
