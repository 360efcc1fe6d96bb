// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// pkg is one package as `go list -json` tells it; only what the checks read.
type pkg struct {
	ImportPath, Name, Dir, Export                      string
	Standard                                           bool
	Imports, TestImports, XTestImports                 []string
	GoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
	Module                                             *mod
	Error                                              *struct{ Err string }
}

// mod is a module as `go list` tells it.
type mod struct {
	Path, Version, Dir string
	Main               bool
}

// room returns the package's path below the module, in the tables' words.
func (p pkg) room() string {
	if p.ImportPath == module {
		return root
	}
	return strings.TrimPrefix(p.ImportPath, module+"/")
}

// public reports whether users can import the package.
func (p pkg) public() bool {
	return p.Name != "main" && !slices.Contains(strings.Split(p.room(), "/"), "internal")
}

// house is the module as it stands: its packages, and the text of every file
// that a rule may look at, by path below the root.
type house struct {
	dir   string
	pkgs  []pkg
	files map[string][]byte
}

var loadOnce = sync.OnceValues(func() (*house, error) {
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return nil, err
	}
	h := &house{dir: dir}
	if h.files, err = readTree(dir); err != nil {
		return nil, err
	}
	h.pkgs, err = list(dir, "-e", "./...")
	return h, err
})

// load returns the house, read once for all tests. A package that cannot be
// built is in it all the same, so that a forbidden import that makes a cycle is
// called forbidden; TestEveryPackageLoads has the rest.
func load(t *testing.T) *house {
	t.Helper()
	h, err := loadOnce()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// loadSound is load for checks that need every package to be sound.
func loadSound(t *testing.T) *house {
	t.Helper()
	h := load(t)
	for _, p := range h.pkgs {
		if p.Error != nil {
			t.Fatalf("not looked at: %s does not load, see TestEveryPackageLoads", p.room())
		}
	}
	return h
}

func TestEveryPackageLoads(t *testing.T) {
	for _, p := range load(t).pkgs {
		if p.Error != nil {
			t.Errorf("%s does not load: %s", p.room(), p.Error.Err)
		}
	}
}

// readTree reads what rules look at. It goes through package os on purpose: the
// test cache watches files opened here, not those that `go list` opens.
func readTree(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && name != "." && (d.Name()[0] == '.' || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !wanted(d.Name()):
			return nil
		}
		files[filepath.ToSlash(name)], err = os.ReadFile(path)
		return err
	})
	return files, err
}

func wanted(name string) bool {
	return name == "go.mod" || name == "go.sum" || name == "NOTICE" ||
		strings.HasSuffix(name, ".go") || strings.HasSuffix(name, ".md")
}

// list runs `go list -json` in dir.
func list(dir string, args ...string) ([]pkg, error) {
	fields := "-json=ImportPath,Name,Dir,Export,Standard,Imports,TestImports,XTestImports," +
		"GoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,Module,Error"
	out, err := goTool(dir, append([]string{"list", fields}, args...)...)
	if err != nil {
		return nil, err
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, fmt.Errorf("read go list: %w", err)
		}
		pkgs = append(pkgs, p)
	}
}

// goTool runs the go command in dir and returns what it printed.
func goTool(dir string, args ...string) ([]byte, error) {
	ctx, end := context.WithTimeout(context.Background(), 5*time.Minute)
	defer end()
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		lines := strings.SplitN(stderr.String(), "\n", 11)
		return out, fmt.Errorf("go %s %s: %w\n%s", args[0], args[len(args)-1], err, strings.Join(lines[:min(10, len(lines))], "\n"))
	}
	return out, nil
}

// report fails t with each complaint.
func report(t *testing.T, complaints []string) {
	t.Helper()
	for _, c := range complaints {
		t.Error(c)
	}
}
