// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

func TestTestsDoNotSleepOnTheWallClock(t *testing.T) {
	for _, p := range load(t).pkgs {
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range slices.Concat(p.TestGoFiles, p.XTestGoFiles) {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		for _, at := range wallSleeps(fset, files) {
			t.Errorf("%s sleeps on the wall clock: such a test is slow, or wrong on a busy machine; run it in a testing/synctest bubble",
				path.Join(p.room(), at))
		}
	}
}

var testEntry = regexp.MustCompile(`^(Test|Fuzz|Benchmark|Example)`)

// wallSleeps lists where the tests of a package can reach time.Sleep outside a
// bubble. What is written inside a call of synctest.Test, or of a helper that
// calls it, is inside; so is a function literal in a function that opens a
// bubble, since tables of steps are written before it. Functions are told apart
// by their bare names.
func wallSleeps(fset *token.FileSet, files []*ast.File) (places []string) {
	bodies := map[string][]*ast.FuncDecl{}
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				bodies[fn.Name.Name] = append(bodies[fn.Name.Name], fn)
			}
		}
	}
	bubbles := bubbleHelpers(bodies)
	reached := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if reached[name] {
			return
		}
		reached[name] = true
		for _, fn := range bodies[name] {
			awake(fn.Body, bubbles, func(n string, at token.Pos) {
				if n == "time.Sleep" {
					where := fset.Position(at)
					places = append(places, fmt.Sprintf("%s:%d", filepath.Base(where.Filename), where.Line))
				}
				visit(n)
			})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(bodies)) {
		if testEntry.MatchString(name) {
			visit(name)
		}
	}
	return places
}

// bubbleHelpers names synctest.Test, our bubble.Run, and the helpers that lead to them.
func bubbleHelpers(bodies map[string][]*ast.FuncDecl) map[string]bool {
	helpers := map[string]bool{"synctest.Test": true, "bubble.Run": true}
	for before := 0; before != len(helpers); {
		before = len(helpers)
		for name, fns := range bodies {
			for _, fn := range fns {
				ast.Inspect(fn.Body, func(n ast.Node) bool {
					if call, ok := n.(*ast.CallExpr); ok && helpers[calleeName(call.Fun)] && !testEntry.MatchString(name) {
						helpers[name] = true
					}
					return true
				})
			}
		}
	}
	return helpers
}

// awake tells visit every name that body mentions outside a bubble: "f" for a
// function or method, "pkg.F" as well where it is qualified.
func awake(body ast.Node, bubbles map[string]bool, visit func(name string, at token.Pos)) {
	opens := false
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		opens = opens || ok && bubbles[calleeName(call.Fun)]
		return !opens
	})
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			return !bubbles[calleeName(n.Fun)]
		case *ast.FuncLit:
			return !opens
		case *ast.SelectorExpr:
			visit(calleeName(n), n.Pos())
			visit(n.Sel.Name, n.Pos())
		case *ast.Ident:
			visit(n.Name, n.Pos())
		}
		return true
	})
}

// calleeName returns "f", or "x.F" for a selector of a name, or "".
func calleeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return x.Name + "." + e.Sel.Name
		}
		return e.Sel.Name
	case *ast.IndexExpr:
		return calleeName(e.X)
	}
	return ""
}
