// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/config"
)

var rewrite = flag.Bool("rewrite", false, "write what is read of good scenarios as what is wanted")

// told is what was read of a scenario, a thing a line.
func told(t *testing.T, s *Scenario) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", s.Simulation, s.Story)
	fmt.Fprintf(&b, "duration %v settle %v runs %d seed %d nodes %d deadlines %v\n", s.Duration, s.Settle, s.Runs, s.Seed, s.Nodes, s.Deadlines)
	for _, d := range s.Dependencies {
		fmt.Fprintf(&b, "dependency %s %+v calls %v\n", d.Name, d.Model, d.Calls)
	}
	for _, l := range s.Load {
		fmt.Fprintf(&b, "load %+v arrivals %d\n", l, len(s.Arrivals[l.Recorded]))
	}
	for _, f := range s.Faults {
		f.Policies.Sources, f.Policies.Set = nil, nil
		fmt.Fprintf(&b, "fault %+v\n", f)
	}
	for _, o := range s.Spans() {
		fmt.Fprintf(&b, "span %+v\n", o)
	}
	for _, e := range s.Expect {
		fmt.Fprintf(&b, "expect line %d: %v\n", e.Line, e)
	}
	list, ps := s.Variants(nil)
	if ps.Err() != nil {
		t.Fatal(ps)
	}
	for _, v := range list {
		fmt.Fprintf(&b, "variant %q none %v file %q set %q\n", v.Name, v.None, v.Policies.File, v.Set)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		fmt.Fprintf(&b, "file %s %d bytes\n", name, len(s.Files[name]))
	}
	return b.String()
}

// TestGoodScenariosAreReadAsTheySay compares all that is read of each good file with what stands beside it.
func TestGoodScenariosAreReadAsTheySay(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "good", "*.yaml"))
	if err != nil || len(names) < 3 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s, ps := Read(config.Source{Name: filepath.Base(name), Data: data}, os.DirFS(filepath.Join("testdata", "files")))
		if len(ps) > 0 {
			t.Errorf("%s:\n%s", name, ps)
			continue
		}
		golden := strings.TrimSuffix(name, ".yaml") + ".txt"
		got := told(t, s)
		if *rewrite {
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if cmp.Or(string(want), "nothing") != got || err != nil {
			t.Errorf("%s: %v\ngot\n%s\nwant\n%s", name, err, got, want)
		}
	}
}
