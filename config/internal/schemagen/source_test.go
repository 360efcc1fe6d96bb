// SPDX-License-Identifier: Apache-2.0

package schemagen

import (
	"encoding"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

const module = "github.com/fuseboard/fuseboard"

// source is what comments and constants of one package say.
type source struct {
	fields map[string]string // comments of fields, by "Type.Field"
	values map[string]string // constants in natural units, and words of enums
}

// sources are the packages that were read, by their import path.
type sources map[string]*source

// of reads a package of this module once.
func (s sources) of(t *testing.T, path string) *source {
	t.Helper()
	if s[path] != nil {
		return s[path]
	}
	read := &source{fields: map[string]string{}, values: map[string]string{}}
	s[path] = read
	names, err := filepath.Glob(filepath.Join(root, strings.TrimPrefix(path, module), "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if g, is := d.(*ast.GenDecl); is {
				read.declaration(g)
			}
		}
	}
	return read
}

func (s *source) declaration(d *ast.GenDecl) {
	kind := "" // of the constants, where iota counts them
	for place, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if of, is := spec.Type.(*ast.StructType); is {
				s.structure(spec.Name.Name, of)
			}
		case *ast.ValueSpec:
			if d.Tok != token.CONST {
				continue
			}
			if len(spec.Values) > 0 {
				kind = ""
				if of, is := spec.Type.(*ast.Ident); is {
					kind = of.Name
				}
			}
			s.constant(spec, kind, place)
		}
	}
}

func (s *source) structure(name string, of *ast.StructType) {
	for _, f := range of.Fields.List {
		for _, n := range f.Names {
			s.fields[name+"."+n.Name] = f.Doc.Text()
		}
	}
}

func (s *source) constant(spec *ast.ValueSpec, kind string, place int) {
	for i, name := range spec.Names {
		if kind != "" {
			s.values[name.Name] = kind + "#" + strconv.Itoa(place) // see word
			continue
		}
		if i < len(spec.Values) {
			if v, isTime, ok := constantOf(spec.Values[i]); ok {
				s.values[name.Name] = natural(v, isTime)
			}
		}
	}
}

func natural(v float64, isTime bool) string {
	if isTime {
		return plain.Duration(time.Duration(v))
	}
	return plain.Number(v)
}

var times = map[string]time.Duration{
	"Nanosecond": time.Nanosecond, "Microsecond": time.Microsecond, "Millisecond": time.Millisecond,
	"Second": time.Second, "Minute": time.Minute, "Hour": time.Hour,
}

// constantOf evaluates literals, times and their products.
func constantOf(e ast.Expr) (v float64, isTime, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		v, err := strconv.ParseFloat(strings.ReplaceAll(e.Value, "_", ""), 64)
		return v, false, err == nil
	case *ast.SelectorExpr:
		unit, known := times[e.Sel.Name]
		return float64(unit), true, known
	case *ast.BinaryExpr:
		a, aTime, okA := constantOf(e.X)
		b, bTime, okB := constantOf(e.Y)
		return a * b, aTime || bTime, okA && okB && e.Op == token.MUL
	}
	return 0, false, false
}

// words lists the words of a type that reads and writes itself as text, in the order of its numbers.
func words(of reflect.Type) (all []string) {
	for i := -8; i < 64; i++ {
		v := reflect.New(of)
		if of.Kind() == reflect.Int8 {
			v.Elem().SetInt(int64(i))
		} else if i >= 0 {
			v.Elem().SetUint(uint64(i))
		} else {
			continue
		}
		m, _ := v.Interface().(encoding.TextMarshaler)
		if text, err := m.MarshalText(); err == nil {
			all = append(all, string(text))
		}
	}
	return all
}
