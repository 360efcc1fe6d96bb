// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestTheRootExportsItsVocabularyAndNothingElse(t *testing.T) {
	report(t, differences(exports(loadTypes(t)[root].types), vocabulary))
}

func TestProtoactorShowsOnlyWhereThePublicAPIIntendsIt(t *testing.T) {
	all := loadTypes(t)
	outside := path.Dir(protoactor)
	for _, rule := range exposed {
		shown := mentions(all[rule.room].types, outside)
		for _, name := range shown {
			if !slices.Contains(rule.names, name) {
				t.Errorf("%s.%s shows a type of protoactor: %s", rule.room, name, rule.why)
			}
		}
		for _, name := range rule.names {
			if !slices.Contains(shown, name) {
				t.Errorf("%s.%s is said to show a type of protoactor, but does not (or is gone): drop it from the list", rule.room, name)
			}
		}
	}
}

func exports(p *types.Package) (names []string) {
	for _, name := range p.Scope().Names() {
		if p.Scope().Lookup(name).Exported() {
			names = append(names, name)
		}
	}
	return names
}

// differences lists what is in only one of the package and the vocabulary.
func differences(have, want []string) (complaints []string) {
	for _, name := range have {
		if !slices.Contains(want, name) {
			complaints = append(complaints, fmt.Sprintf(
				"the root package exports %s, which is not in its vocabulary: every room imports the root, so a word needs a reason there", name))
		}
	}
	for _, name := range want {
		if !slices.Contains(have, name) {
			complaints = append(complaints, fmt.Sprintf("the vocabulary names %s, which the root package does not export", name))
		}
	}
	return complaints
}

// mentions lists the exported declarations of p whose public shape names a type
// of a package below the path outside: "NewGate", "Gate.Mailbox" (a method or a
// field). Promoted methods are listed under the type that declares them.
func mentions(p *types.Package, outside string) (names []string) {
	add := func(name string, t types.Type) {
		if reaches(t, outside, map[types.Type]bool{}) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range exports(p) {
		obj := p.Scope().Lookup(name)
		tn, isType := obj.(*types.TypeName)
		if !isType {
			add(name, obj.Type())
			continue
		}
		if tn.IsAlias() {
			add(name, types.Unalias(tn.Type()))
			continue
		}
		if st, ok := tn.Type().Underlying().(*types.Struct); ok {
			for f := range st.Fields() {
				if f.Exported() {
					add(name+"."+f.Name(), f.Type())
				}
			}
		} else {
			add(name, tn.Type().Underlying())
		}
		for sel := range types.NewMethodSet(types.NewPointer(tn.Type())).Methods() {
			if m, ok := sel.Obj().(*types.Func); ok && m.Exported() {
				add(declarer(m)+"."+m.Name(), m.Type())
			}
		}
	}
	return names
}

// declarer names the type that a method is declared on, without its package.
func declarer(m *types.Func) string {
	t := m.Signature().Recv().Type()
	if ptr, ok := t.(*types.Pointer); ok {
		t = ptr.Elem()
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj().Name()
	}
	return t.String()
}

// reaches reports whether the shape of t names a type of a package below
// outside. It looks through composite types, not into other named ones, which
// answer for themselves.
func reaches(t types.Type, outside string, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	in := func(t types.Type) bool { return reaches(t, outside, seen) }
	switch t := t.(type) {
	case *types.Alias:
		return from(t.Obj(), outside) || in(types.Unalias(t))
	case *types.Named:
		return from(t.Obj(), outside) || slices.ContainsFunc(slices.Collect(t.TypeArgs().Types()), in)
	case *types.Pointer:
		return in(t.Elem())
	case *types.Slice:
		return in(t.Elem())
	case *types.Array:
		return in(t.Elem())
	case *types.Chan:
		return in(t.Elem())
	case *types.Map:
		return in(t.Key()) || in(t.Elem())
	case *types.Tuple:
		return slices.ContainsFunc(slices.Collect(t.Variables()), func(v *types.Var) bool { return in(v.Type()) })
	case *types.Signature:
		return in(t.Params()) || in(t.Results())
	case *types.Struct:
		return slices.ContainsFunc(slices.Collect(t.Fields()), func(v *types.Var) bool { return in(v.Type()) })
	case *types.Interface:
		return slices.ContainsFunc(slices.Collect(t.Methods()), func(m *types.Func) bool { return in(m.Type()) })
	}
	return false
}

func from(obj *types.TypeName, outside string) bool {
	return obj.Pkg() != nil && strings.HasPrefix(obj.Pkg().Path()+"/", outside+"/")
}
