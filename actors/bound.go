// SPDX-License-Identifier: Apache-2.0

package actors

import "slices"

// bound is what a guard remembers of an operation, and of those bound before it.
// Immutable: the guards of keys share what their Keyring has.
type bound struct {
	name   string
	safe   bool       // has a Safe hook
	op     *operation // nil: the guard's own
	before *bound     // nil of the first
}

// spawned are the lists of guards whose only operation is the one of Spawn, which are most: theirs
// takes nothing.
type spawned struct{ safe, unsafe bound }

// and returns the list with one more.
func (s *spawned) and(b *bound, name string, safe bool, op *operation) *bound {
	switch {
	case b != nil || op != nil:
		return &bound{name: name, safe: safe, op: op, before: b}
	case safe:
		return &s.safe
	}
	return &s.unsafe
}

// list returns them in the order in which they were bound.
func (b *bound) list() (all []*bound) {
	for ; b != nil; b = b.before {
		all = append(all, b)
	}
	slices.Reverse(all)
	return all
}

// takeOp takes the operation's name, for who is its typed half. It reports false where the guard has it already.
func (g *Guard) takeOp(o *operation, safe bool, half typed) bool {
	name, own := o.name, o
	if o == g.self {
		o = nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for b := g.ops; b != nil; b = b.before {
		if b.name == name {
			return false
		}
	}
	own.typed = half // before it is found
	g.ops = g.sys.lone.and(g.ops, name, safe, o)
	return true
}

// operation is the untyped half of what is bound by the name. That of Spawn is what Do
// runs as, too, but where a handler is rebuilt: Do has its own.
func (g *Guard) operation(name string) *operation {
	if name == "" && g.generations == nil {
		return g.self
	}
	return newOperation(g, name)
}

// typed is a Ref or a Keyed, as its operation knows it.
type typed interface {
	fits(p Policy) Problems
	stagesAt(at Seam) []string
	hooks() hooks
}

// operations returns what is bound to the guard, in the order of the binding.
func (g *Guard) operations() (all []*operation) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range g.ops.list() {
		if b.op != nil {
			all = append(all, b.op)
		} else {
			all = append(all, g.self)
		}
	}
	return all
}

// boundAs returns what is bound by the name; nil if nothing is.
func (g *Guard) boundAs(name string) typed {
	for _, o := range g.operations() {
		if o.name == name {
			return o.typed
		}
	}
	return nil
}

// fits reports what is wrong with a policy for the operations that are bound.
func (g *Guard) fits(p Policy) (found Problems) {
	for _, o := range g.operations() {
		if o.typed != nil {
			found = append(found, o.typed.fits(p)...)
		}
	}
	return found
}
