// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
)

// aliased are the types of other rooms that this one gives a name, as "ratelimit.Kind".
func aliased(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, file := range []string{"alias.go", "alias_load.go", "alias_hedge.go", "alias_answers.go", "alias_fleet.go"} {
		read, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(read, func(n ast.Node) bool {
			if spec, is := n.(*ast.TypeSpec); is {
				if of, is := spec.Type.(*ast.SelectorExpr); is {
					found[of.X.(*ast.Ident).Name+"."+of.Sel.Name] = true
				}
			}
			return true
		})
	}
	return found
}

func TestAPolicyCanBeWrittenWithThisPackageAlone(t *testing.T) {
	names, seen := aliased(t), map[reflect.Type]bool{}
	var walk func(path string, of reflect.Type)
	walk = func(path string, of reflect.Type) {
		switch of.Kind() {
		case reflect.Slice, reflect.Pointer:
			walk(path, of.Elem())
			return
		case reflect.Map:
			walk(path, of.Key())
			walk(path, of.Elem())
			return
		default:
		}
		if seen[of] {
			return
		}
		seen[of] = true
		if home := of.PkgPath(); strings.Count(home, "/") > 2 && !strings.HasSuffix(home, "/actors") && strings.Contains(home, "fuseboard") && !names[of.String()] {
			t.Errorf("%s is a %s, which has no name here", path, of)
		}
		if of.Kind() == reflect.Struct {
			for i := range of.NumField() {
				if f := of.Field(i); f.IsExported() {
					walk(path+"."+f.Name, f.Type)
				}
			}
		}
	}
	walk("Policy", reflect.TypeFor[Policy]())
	walk("Options", reflect.TypeFor[Options]())
	if !seen[reflect.TypeFor[RateReaction]()] || !seen[reflect.TypeFor[HostSource]()] {
		t.Error("not all was looked at")
	}
}
