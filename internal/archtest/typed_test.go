// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// typed is one package of ours with its types, tests left out.
type typed struct {
	room  string
	types *types.Package
	uses  map[*ast.Ident]types.Object
	fset  *token.FileSet
}

var typesOnce = sync.OnceValues(func() (map[string]typed, error) {
	h, err := loadOnce()
	if err != nil {
		return nil, err
	}
	deps, err := list(h.dir, "-deps", "-export", "./...")
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	imp := exported(fset, deps)
	out := map[string]typed{}
	for _, p := range h.pkgs {
		if len(p.GoFiles) == 0 {
			continue
		}
		one, err := check(fset, imp, p)
		if err != nil {
			return nil, err
		}
		out[p.room()] = one
	}
	return out, nil
})

// standardOnce holds the standard packages that rules mention, by path: rules
// must not name what is not there, and nobody may import some of them.
var standardOnce = sync.OnceValues(func() (map[string]*types.Package, error) {
	names := []string{"time", "sync", "math/rand", "math/rand/v2"}
	deps, err := list(".", append([]string{"-deps", "-export"}, names...)...)
	if err != nil {
		return nil, err
	}
	imp := exported(token.NewFileSet(), deps)
	out := map[string]*types.Package{}
	for _, name := range names {
		if out[name], err = imp.Import(name); err != nil {
			return nil, err
		}
	}
	return out, nil
})

// loadStandard returns the standard packages that rules mention.
func loadStandard(t *testing.T) map[string]*types.Package {
	t.Helper()
	std, err := standardOnce()
	if err != nil {
		t.Fatal(err)
	}
	return std
}

// loadTypes returns our packages by room.
func loadTypes(t *testing.T) map[string]typed {
	t.Helper()
	loadSound(t)
	all, err := typesOnce()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// exported imports packages from the export data that the go command built.
func exported(fset *token.FileSet, deps []pkg) types.Importer {
	files := map[string]string{}
	for _, d := range deps {
		files[d.ImportPath] = d.Export
	}
	return importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		if files[path] == "" {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(files[path])
	})
}

func check(fset *token.FileSet, imp types.Importer, p pkg) (typed, error) {
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return typed{}, err
		}
		files = append(files, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: imp}
	tp, err := conf.Check(p.ImportPath, fset, files, info)
	if err != nil {
		return typed{}, fmt.Errorf("type-check %s: %w", p.room(), err)
	}
	return typed{room: p.room(), types: tp, uses: info.Uses, fset: fset}, nil
}
