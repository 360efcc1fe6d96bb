// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"slices"
)

// Groups returns the groups that have not stopped, those inside others too,
// ordered by name.
func (s *System) Groups() []*Group {
	if !s.made() {
		return nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]*Group, 0, len(s.groups))
	for _, g := range s.groups {
		if g != nil {
			all = append(all, g)
		}
	}
	return byGroupName(all)
}

// FindGroup returns the group of that name, at whatever depth.
func (s *System) FindGroup(name string) (*Group, bool) {
	if !s.made() {
		return nil, false
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.groups[name]
	return g, g != nil
}

// Guards returns the guards of the group and of all groups below, ordered by
// name. Those of keys are not among them: see [Group.Keyrings].
func (g *Group) Guards() []*Guard {
	if !g.made() {
		return nil
	}
	all := g.guardsOnly()
	slices.SortFunc(all, func(a, b *Guard) int { return cmp.Compare(a.name, b.name) })
	return all
}

// guardsOnly returns the same in no order.
func (g *Group) guardsOnly() []*Guard {
	return slices.DeleteFunc(g.everyone(), func(one *Guard) bool { return one.keys != nil })
}

// Keyrings returns the keyrings of the group and of all groups below, ordered by name.
func (g *Group) Keyrings() []*Keyring {
	if !g.made() {
		return nil
	}
	var all []*Keyring
	for _, one := range g.everyone() {
		if one.keys != nil {
			all = append(all, one.keys)
		}
	}
	slices.SortFunc(all, func(a, b *Keyring) int { return cmp.Compare(a.Name(), b.Name()) })
	return all
}

// everyone returns the guards, and those that stand for a keyring, in no order.
func (g *Group) everyone() []*Guard {
	g.sys.mu.RLock()
	defer g.sys.mu.RUnlock()
	return g.members(nil)
}

// Groups returns all groups below this one, ordered by name; [Group.Path] tells
// the tree.
func (g *Group) Groups() []*Group {
	if !g.made() {
		return nil
	}
	g.sys.mu.RLock()
	defer g.sys.mu.RUnlock()
	return byGroupName(g.below(nil))
}

// Group returns the group that the guard is in, or false directly under the System.
func (g *Guard) Group() (*Group, bool) {
	if !g.made() {
		return nil, false
	}
	return g.group, g.group != nil
}

func (g *Group) hasStopped() bool { return isClosed(g.done) }

func byGroupName(all []*Group) []*Group {
	slices.SortFunc(all, func(a, b *Group) int { return cmp.Compare(a.name, b.name) })
	return all
}

// members appends the guards of the whole tree. Caller holds the System's lock.
func (g *Group) members(all []*Guard) []*Guard {
	for one := range g.guards {
		all = append(all, one)
	}
	for sub := range g.groups {
		all = sub.members(all)
	}
	return all
}

// below appends the groups of the whole tree without g. Caller holds the System's lock.
func (g *Group) below(all []*Group) []*Group {
	for sub := range g.groups {
		all = sub.below(append(all, sub))
	}
	return all
}

// admit lists a guard in its group, which may be none. It reports false when the
// group was stopped first. Caller holds the System's lock.
func (g *Group) admit(one *Guard) bool {
	if g == nil {
		return true
	}
	g.guards[one] = struct{}{}
	return !g.halted
}

// dismiss takes a guard off the list. Caller holds the System's lock.
func (g *Group) dismiss(one *Guard) {
	if g != nil {
		delete(g.guards, one)
	}
}

// reserveGroup takes the name for a group that is being made.
func (s *System) reserveGroup(name string) error {
	if !s.made() {
		return errStopped("group " + name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return errStopped("group " + name)
	}
	if _, taken := s.groups[name]; taken {
		return &NameError{Name: name, Group: true, Taken: true}
	}
	s.groups[name] = nil
	return nil
}

func (s *System) releaseGroup(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.groups, name)
}

// enrolGroup makes a group findable, as enrol does a guard.
func (s *System) enrolGroup(g *Group) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.gone {
		return false
	}
	s.groups[g.name] = g
	if g.parent != nil {
		g.parent.groups[g] = struct{}{}
		g.halted = g.parent.halted
	}
	return s.down == nil && !g.halted
}

// retireGroup frees the name of a group that has stopped.
func (s *System) retireGroup(g *Group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g.gone = true
	if g.parent != nil {
		delete(g.parent.groups, g)
	}
	delete(s.groups, g.name)
}
