// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// folder returns a new folder without links on its way.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	return dir
}

func link(t testing.TB, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Skip("this system lets us make no links: ", err)
	}
}

func TestTheTrailHoldsEveryEntryThatDecidesWhatIsRead(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	at := func(path string) string { return filepath.Join(dir, filepath.FromSlash(path)) }
	must(t, os.MkdirAll(at("real/deep"), 0o700))
	must(t, os.MkdirAll(at("mount/..1"), 0o700))
	write(t, at("real/deep/a.yaml"), "")
	write(t, at("real/b.yaml"), "")
	write(t, at("mount/..1/a.yaml"), "")
	link(t, "..1", at("mount/..data"))
	link(t, filepath.FromSlash("..data/a.yaml"), at("mount/a.yaml"))
	link(t, at("real/deep"), at("absolute"))
	link(t, "absolute", at("chain"))
	link(t, filepath.FromSlash("deep/../b.yaml"), at("real/up.yaml"))
	link(t, "nowhere/a.yaml", at("real/dangling"))
	link(t, "circle", at("circle"))
	for path, want := range map[string]string{
		"real/b.yaml":        "real|b.yaml",
		"real/../real/deep":  "real/deep|",
		"mount/a.yaml":       "mount|a.yaml mount|..data mount/..1|a.yaml",
		"mount":              "mount| mount|a.yaml mount|..data mount/..1|a.yaml",
		"chain/a.yaml":       ".|chain .|absolute real/deep|a.yaml",
		"chain":              ".|chain .|absolute real/deep|",
		"real/up.yaml":       "real|up.yaml real|b.yaml",
		"real/dangling":      "real|dangling real|nowhere",
		"none":               ".|none",
		"none/deep/a.yaml":   ".|none",
		"real/b.yaml/a.yaml": "real|b.yaml",
		"chain/none/a.yaml":  ".|chain .|absolute real/deep|none",
	} {
		if got := written(t, dir, trail(at(path))); got != want {
			t.Errorf("%s: %s\nwant %s", path, got, want)
		}
	}
	if got := trail(at("circle")); len(got) > links+1 || !slices.Contains(got, spot{dir, "circle"}) {
		t.Errorf("a circle: %v", got)
	}
}

// written writes spots as "dir|name", below dir.
func written(t *testing.T, dir string, spots []spot) string {
	t.Helper()
	var out []string
	for _, s := range spots {
		below, err := filepath.Rel(dir, s.dir)
		must(t, err)
		out = append(out, filepath.ToSlash(below)+"|"+s.name)
	}
	return strings.Join(out, " ")
}

func TestLinksInTheRootAreFollowedAndNotWatched(t *testing.T) {
	t.Parallel()
	root := filepath.VolumeName(folder(t)) + string(filepath.Separator)
	if got, want := trail(filepath.Join(root, "no-such-entry", "a.yaml")), (spot{root, "no-such-entry"}); !slices.Equal(got, []spot{want}) {
		t.Errorf("%v, want %v", got, want)
	}
	entries, err := os.ReadDir(root)
	must(t, err)
	for _, e := range entries {
		if e.Type()&os.ModeSymlink == 0 {
			continue
		}
		if got := trail(filepath.Join(root, e.Name(), "no-such-entry")); slices.ContainsFunc(got, func(s spot) bool { return s.dir == root }) {
			t.Errorf("%s: %v", e.Name(), got)
		}
	}
}
