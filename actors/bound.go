// SPDX-License-Identifier: Apache-2.0

package actors

import "slices"

// bound is what a guard remembers of an operation, and of those bound before it.
// Immutable: the guards of keys share what their Keyring has.
type bound struct {
	name   string
	safe   bool   // has a Safe hook
	before *bound // nil of the first
}

// The only operation of most guards is the one of Spawn. It takes nothing.
var spawnedSafe, spawnedUnsafe = &bound{safe: true}, &bound{}

// and returns the list with one more.
func (b *bound) and(name string, safe bool) *bound {
	switch {
	case b != nil || name != "":
		return &bound{name: name, safe: safe, before: b}
	case safe:
		return spawnedSafe
	}
	return spawnedUnsafe
}

// list returns them in the order in which they were bound.
func (b *bound) list() (all []*bound) {
	for ; b != nil; b = b.before {
		all = append(all, b)
	}
	slices.Reverse(all)
	return all
}

// takeOp takes the name for an operation. It reports false where the guard has it already.
func (g *Guard) takeOp(name string, safe bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for b := g.ops; b != nil; b = b.before {
		if b.name == name {
			return false
		}
	}
	g.ops = g.ops.and(name, safe)
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
