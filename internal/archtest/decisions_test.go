// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/types"
	"iter"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDecisionsUseNoClockNoLockAndNoDice(t *testing.T) {
	all := loadTypes(t)
	for _, rule := range uses {
		report(t, missingNames(loadStandard(t), rule.names))
		if _, there := all[rule.room]; rule.room != "" && !there {
			t.Errorf("a rule names room %s, which does not exist", rule.room)
		}
		needed := rule.except == ""
		for name, p := range all {
			if rule.room != "" && rule.room != name {
				continue
			}
			for file, complaint := range forbiddenUses(p, rule.names, rule.why) {
				if file == rule.except {
					needed = true
					continue
				}
				t.Error(complaint)
			}
		}
		if !needed {
			t.Errorf("a rule excepts %s, which does not need it: drop the exception", rule.except)
		}
	}
}

func TestRoomsMentionOnlyWhatTheyBorrowed(t *testing.T) {
	all := loadTypes(t)
	for _, l := range loans {
		report(t, overdrawn(all[l.room], l.pkg, l.names, l.why))
	}
}

func TestNoPackageOwnsChannelsTimersOrPools(t *testing.T) {
	for _, p := range loadTypes(t) {
		report(t, sharedVars(p))
	}
}

// forbiddenUses yields each file and place where p mentions a forbidden
// function or type.
func forbiddenUses(p typed, names []string, why string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for id, obj := range p.uses {
			if obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope() {
				continue
			}
			full := obj.Pkg().Path() + "." + obj.Name()
			if !slices.Contains(names, full) {
				continue
			}
			at := p.fset.Position(id.Pos())
			file := path.Join(p.room, filepath.Base(at.Filename))
			if !yield(file, fmt.Sprintf("%s:%d mentions %s: %s", file, at.Line, full, why)) {
				return
			}
		}
	}
}

// overdrawn lists what p mentions of a package beyond the names it may, and the
// names that it does not mention.
func overdrawn(p typed, from string, names []string, why string) (complaints []string) {
	mentioned := map[string]bool{}
	for _, obj := range p.uses {
		if obj.Pkg() != nil && obj.Pkg().Path() == from && obj.Parent() == obj.Pkg().Scope() {
			mentioned[obj.Name()] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(mentioned)) {
		if !slices.Contains(names, name) {
			complaints = append(complaints, fmt.Sprintf("room %s must not mention %s.%s: %s", p.room, from, name, why))
		}
	}
	for _, name := range names {
		if !mentioned[name] {
			complaints = append(complaints, fmt.Sprintf("room %s is lent %s.%s and does not mention it (or is gone): drop it from the list", p.room, from, name))
		}
	}
	return complaints
}

// missingNames lists forbidden names that their package no longer has.
func missingNames(std map[string]*types.Package, names []string) (complaints []string) {
	for _, full := range names {
		dot := strings.LastIndexByte(full, '.')
		p := std[full[:dot]]
		if p == nil || p.Scope().Lookup(full[dot+1:]) == nil {
			complaints = append(complaints, fmt.Sprintf("a rule forbids %s, which does not exist", full))
		}
	}
	return complaints
}

// sharedVars lists package variables that own a channel, a timer or a pool:
// the second simulation in a process would meet the first one's.
func sharedVars(p typed) (complaints []string) {
	scope := p.types.Scope()
	for _, name := range scope.Names() {
		v, ok := scope.Lookup(name).(*types.Var)
		if !ok {
			continue
		}
		if what := ownsShared(v.Type(), map[types.Type]bool{}); what != "" {
			complaints = append(complaints, fmt.Sprintf(
				"package variable %s.%s owns a %s: time and parking belong to a System, never to the process (a second testing/synctest bubble dies on it)",
				p.room, name, what))
		}
	}
	return complaints
}

// ownsShared names the first channel, timer or pool inside t, or returns "".
func ownsShared(t types.Type, seen map[types.Type]bool) string {
	if seen[t] {
		return ""
	}
	seen[t] = true
	in := func(t types.Type) string { return ownsShared(t, seen) }
	switch t := t.(type) {
	case *types.Alias:
		return in(types.Unalias(t))
	case *types.Named:
		switch full := types.TypeString(t, nil); full {
		case "time.Timer", "time.Ticker", "sync.Pool":
			return full
		}
		return in(t.Underlying())
	case *types.Chan:
		return "channel"
	case *types.Pointer:
		return in(t.Elem())
	case *types.Slice:
		return in(t.Elem())
	case *types.Array:
		return in(t.Elem())
	case *types.Map:
		return in(t.Key()) + in(t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if what := in(f.Type()); what != "" {
				return what
			}
		}
	}
	return ""
}
