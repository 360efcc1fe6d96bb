// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	ordering = regexp.MustCompile(`(?m)^# Ordering and ownership$`)
	keeper   = regexp.MustCompile(`\bTest[A-Z]\w+`)
)

func TestEveryPackageHasOneDocThatStatesOrderingAndOwnership(t *testing.T) {
	for _, p := range load(t).pkgs {
		if len(p.GoFiles) > 0 {
			report(t, packageDocs(p.room(), p.public(), parseAll(t, p)))
		}
	}
}

func TestEveryExportedSymbolIsDocumented(t *testing.T) {
	for _, p := range load(t).pkgs {
		for _, f := range parseAll(t, p) {
			for _, name := range undocumented(f) {
				t.Errorf("%s.%s has no doc comment: say its meaning, unit, default and errors", p.room(), name)
			}
		}
	}
}

func TestEveryConstructorHasAnExample(t *testing.T) {
	h := load(t)
	for _, p := range h.pkgs {
		if !p.public() {
			continue
		}
		examples := map[string]bool{}
		for _, name := range slices.Concat(p.TestGoFiles, p.XTestGoFiles) {
			text, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range testFunc.FindAllSubmatch(text, -1) {
				examples[string(m[1])] = true
			}
		}
		report(t, unshown(p.room(), parseAll(t, p), examples))
	}
}

// unshown complains about constructors without an Example: functions, not methods,
// that return a type of their own package by pointer.
func unshown(room string, files []*ast.File, examples map[string]bool) (complaints []string) {
	for _, f := range files {
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Recv == nil && fn.Name.IsExported() && constructs(fn) && !examples["Example"+fn.Name.Name] {
				complaints = append(complaints, fmt.Sprintf("room %s constructs with %s and has no Example%[2]s: a user begins there, and copies it", room, fn.Name.Name))
			}
		}
	}
	return complaints
}

func constructs(fn *ast.FuncDecl) bool {
	if fn.Type.Results == nil {
		return false
	}
	for _, r := range fn.Type.Results.List {
		star, ok := r.Type.(*ast.StarExpr)
		if !ok {
			continue
		}
		if _, foreign := star.X.(*ast.SelectorExpr); !foreign {
			return true
		}
	}
	return false
}

func parseAll(t *testing.T, p pkg) (files []*ast.File) {
	t.Helper()
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

func packageDocs(room string, public bool, files []*ast.File) (complaints []string) {
	var docs []string
	for _, f := range files {
		if f.Doc != nil {
			docs = append(docs, f.Doc.Text())
		}
	}
	switch {
	case len(docs) != 1:
		return []string{fmt.Sprintf("room %s has %d package docs, and needs exactly one (in doc.go): a reader must not have to choose", room, len(docs))}
	case public && !ordering.MatchString(docs[0]):
		return []string{fmt.Sprintf("the doc of room %s has no heading \"# Ordering and ownership\": users must know who owns what, and what comes before what", room)}
	case public && !keeper.MatchString(docs[0][ordering.FindStringIndex(docs[0])[1]:]):
		return []string{fmt.Sprintf("the doc of room %s promises an order and names no test that keeps it: a promise without a test is a wish", room)}
	}
	return nil
}

// undocumented lists the exported names of f without a comment: functions,
// methods of exported types, types, values, fields and interface methods.
func undocumented(f *ast.File) (names []string) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if name := funcName(d); name != "" && d.Doc == nil {
				names = append(names, name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				names = append(names, undocumentedSpec(s, d.Doc)...)
			}
		}
	}
	return names
}

// funcName returns "Func" or "Type.Method", or "" for what users cannot name.
func funcName(d *ast.FuncDecl) string {
	if !d.Name.IsExported() {
		return ""
	}
	if d.Recv == nil {
		return d.Name.Name
	}
	recv := d.Recv.List[0].Type
	for {
		switch t := recv.(type) {
		case *ast.StarExpr:
			recv = t.X
		case *ast.IndexExpr:
			recv = t.X
		case *ast.IndexListExpr:
			recv = t.X
		case *ast.Ident:
			if !t.IsExported() {
				return ""
			}
			return t.Name + "." + d.Name.Name
		default:
			return ""
		}
	}
}

func undocumentedSpec(s ast.Spec, group *ast.CommentGroup) (names []string) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if n.IsExported() && s.Doc == nil && s.Comment == nil && group == nil {
				names = append(names, n.Name)
			}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		if s.Doc == nil && group == nil {
			names = append(names, s.Name.Name)
		}
		names = append(names, undocumentedMembers(s.Name.Name, members(s.Type))...)
	}
	return names
}

// undocumentedMembers lists exported members without a comment. A comment
// covers the members below it that it names: "State and Mode are …".
func undocumentedMembers(of string, fields []*ast.Field) (names []string) {
	var above string
	for _, m := range fields {
		if m.Doc != nil || m.Comment != nil {
			above = m.Doc.Text()
			continue
		}
		for _, n := range m.Names {
			said := slices.Contains(strings.FieldsFunc(above, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), n.Name)
			if n.IsExported() && !said {
				names = append(names, of+"."+n.Name)
			}
		}
	}
	return names
}

// members returns the fields of a struct or the methods of an interface.
func members(t ast.Expr) []*ast.Field {
	switch t := t.(type) {
	case *ast.StructType:
		return t.Fields.List
	case *ast.InterfaceType:
		return t.Methods.List
	}
	return nil
}
