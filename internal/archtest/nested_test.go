// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPeersStayOutOfTheRootModule keeps what nested modules are for: their own
// requirements are in nobody else's go.sum.
func TestPeersStayOutOfTheRootModule(t *testing.T) {
	h := load(t)
	rootOwn, err := required(h.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range nestedModules(h.files) {
		own, err := required(filepath.Join(h.dir, dir))
		if err != nil {
			t.Fatal(err)
		}
		for name := range rootOwn {
			delete(own, name)
		}
		for name := range tested {
			delete(own, name)
		}
		report(t, leaked(dir, own, string(h.files["go.sum"])))
	}
}

// tested are modules in the root's go.sum that nothing of ours compiles, and that a nested module requires, too: each
// with what brings it.
var tested = map[string]string{
	"golang.org/x/sync": "memberlist requires miekg/dns, whose tests use it; go mod tidy counts those (docs/adr/0012-simulation-dependencies.md)",
}

// nestedModules lists the folders below the root that have a go.mod.
func nestedModules(files map[string][]byte) (dirs []string) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Base(name) == "go.mod" && name != "go.mod" {
			dirs = append(dirs, path.Dir(name))
		}
	}
	return dirs
}

// required returns what the go.mod in a folder requires directly.
func required(dir string) (map[string]bool, error) {
	out, err := goTool(dir, "mod", "edit", "-json")
	if err != nil {
		return nil, err
	}
	var file struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &file); err != nil {
		return nil, fmt.Errorf("read go.mod in %s: %w", dir, err)
	}
	own := map[string]bool{}
	for _, r := range file.Require {
		own[r.Path] = !r.Indirect
	}
	maps.DeleteFunc(own, func(_ string, direct bool) bool { return !direct })
	return own, nil
}

// leaked complains about modules that a nested module brings and whose source the root's
// go.sum has. The go.mod of a module alone may stand there: it is part of a graph that
// somebody else draws, and nobody downloads more of it.
func leaked(dir string, own map[string]bool, rootSum string) (complaints []string) {
	downloaded := map[string]bool{}
	for line := range strings.Lines(rootSum) {
		if f := strings.Fields(line); len(f) > 1 && !strings.HasSuffix(f[1], "/go.mod") {
			downloaded[f[0]] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if downloaded[name] {
			complaints = append(complaints, fmt.Sprintf("%s requires %s, and it is in the root's go.sum: peers stay out of what users download", dir, name))
		}
	}
	return complaints
}
