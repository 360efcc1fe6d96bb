// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard"
)

func problems(s Snapshot) fuseboard.Problems {
	ps, _ := errors.AsType[fuseboard.Problems](s.Err)
	return ps
}

// told is the first problem in its line, with the folder of the test taken away.
func told(t *testing.T, s Snapshot, dir string) string {
	t.Helper()
	ps := problems(s)
	if len(ps) == 0 || len(s.Files) != 0 || s.Hash != "" {
		t.Fatalf("not an error alone: %+v", s)
	}
	return strings.ReplaceAll(ps.Error(), dir+string(filepath.Separator), "")
}

func TestADirectoryIsItsPolicyFilesByName(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{
		"b.yml", "a.yaml", "c.json", "D.YAML", // these are read
		".hidden.yaml", ".a.yaml.swp", "a.yaml~", "4913", "#a.yaml#", "a.yaml.bak", "a.yamlx", "fuseboard.schema.json", "README.md", "yaml",
	} {
		write(t, filepath.Join(dir, name), name)
	}
	must(t, os.Mkdir(filepath.Join(dir, "folder.yaml"), 0o700))
	write(t, filepath.Join(dir, "folder.yaml", "deep.yaml"), "deep")
	s := Read(Options{Path: dir})
	if got, want := say(s), "D.YAML=D.YAML a.yaml=a.yaml b.yml=b.yml c.json=c.json"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	if got, want := s.Files[1].Name, filepath.Join(dir, "a.yaml"); got != want {
		t.Fatalf("shown as %s, want %s", got, want)
	}
}

func TestAFileIsReadWhateverItsName(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "policies"), "one")
	t.Chdir(dir)
	s := Read(Options{Path: "./policies"})
	if len(s.Files) != 1 || s.Files[0].Name != "./policies" || string(s.Files[0].Data) != "one" {
		t.Fatalf("%+v", s)
	}
}

func TestEqualFilesHaveEqualHashesWhereverTheyLie(t *testing.T) {
	t.Parallel()
	hash := func(files map[string]string) string {
		dir := t.TempDir()
		for name, text := range files {
			write(t, filepath.Join(dir, name), text)
		}
		s := Read(Options{Path: dir})
		if len(s.Hash) != 64 || s.Err != nil {
			t.Fatalf("%+v", s)
		}
		return s.Hash
	}
	one := map[string]string{"a.yaml": "x", "b.yaml": "y"}
	first := hash(one)
	if again := hash(one); again != first {
		t.Fatal("equal files have two hashes")
	}
	seen := map[string]int{first: 0}
	for i, other := range []map[string]string{
		{},
		{"a.yaml": "x"},
		{"a.yaml": "x", "b.yaml": ""},
		{"a.yaml": "", "b.yaml": "xy"},
		{"a.yaml": "xb.yamly"},
		{"a.yaml": "x", "c.yaml": "y"},
		{"a.yaml": "y", "b.yaml": "x"},
	} {
		h := hash(other)
		if before, there := seen[h]; there {
			t.Errorf("%v has the hash of number %d", other, before)
		}
		seen[h] = i + 1
	}
}

func TestWhatCannotBeReadIsNamedWithItsReason(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("large.yaml"), "0123456789")
	must(t, os.Symlink("nowhere.yaml", at("link.yaml")))
	must(t, os.Symlink("circle.yaml", at("circle.yaml")))
	short, err := os.MkdirTemp("", "w") //nolint:usetesting // a socket's path may not be long
	must(t, err)
	defer os.RemoveAll(short) //nolint:errcheck // it is a temporary folder
	socket, err := net.Listen("unix", filepath.Join(short, "s"))
	must(t, err)
	defer socket.Close() //nolint:errcheck // the test is over
	for path, want := range map[string]string{
		at("none.yaml"):           "none.yaml: does not exist; create it, or name another path [not-found]",
		at("none/a.yaml"):         "none/a.yaml: does not exist; create it, or name another path [not-found]",
		at("link.yaml"):           "link.yaml: is a link to nowhere.yaml, which does not exist; create that, or remove the link [not-found]",
		at("large.yaml"):          "large.yaml = 10 bytes: is too large (accepted: up to 9 bytes); split it, or raise max_size [too-large]",
		at("large.yaml/a.yaml"):   "large.yaml/a.yaml: not a directory [unreadable]",
		at("circle.yaml"):         "circle.yaml: too many levels of symbolic links [unreadable]",
		filepath.Join(short, "s"): "s: is a socket (accepted: a file, or a directory of *.yaml, *.yml and *.json); name a file [not-a-file]",
	} {
		s := Read(Options{Path: path, MaxSize: 9})
		if got := strings.ReplaceAll(told(t, s, dir), short+"/", ""); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

func TestADirectoryIsReadAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.yaml"), "one")
	write(t, filepath.Join(dir, "b.yaml"), "too large")
	must(t, os.Symlink("nowhere", filepath.Join(dir, "c.yaml")))
	want := "b.yaml = 9 bytes: is too large (accepted: up to 8 bytes); split it, or raise max_size [too-large]\n" +
		"c.yaml: is a link to nowhere, which does not exist; create that, or remove the link [not-found]"
	if got := told(t, Read(Options{Path: dir, MaxSize: 8}), dir); got != want {
		t.Fatalf("%s\nwant %s", got, want)
	}
}

func TestADirectoryOfTooManyFilesIsAnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range MaxFiles {
		write(t, filepath.Join(dir, fmt.Sprintf("%04d.yaml", i)), "")
	}
	if s := Read(Options{Path: dir}); len(s.Files) != MaxFiles {
		t.Fatal(s.Err)
	}
	write(t, filepath.Join(dir, "more.yaml"), "")
	want := dir + ": has too many policy files (accepted: up to 1000); name the directory of the policies alone [too-many-files]"
	if got := told(t, Read(Options{Path: dir}), dir); got != want {
		t.Fatalf("%s\nwant %s", got, want)
	}
}

// restless is a file that others write each time it has been read.
type restless struct {
	*os.File
	write func()
}

func (r restless) ReadAt(p []byte, at int64) (int, error) {
	n, err := r.File.ReadAt(p, at)
	r.write()
	return n, err
}

func TestAMixtureOfTwoWritesIsSeen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.yaml")
	write(t, path, strings.Repeat("a", 1000)) // more than one read of io.ReadAll
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close() //nolint:errcheck // the test is over
	before, err := f.Stat()
	must(t, err)
	written := false
	rewrite := func() {
		if written {
			return
		}
		written = true
		_, err := f.WriteAt([]byte(strings.Repeat("b", 1000)), 0)
		must(t, err)
		must(t, os.Chtimes(path, before.ModTime(), before.ModTime())) // in one tick of the kernel's clock
	}
	g, err := twice(path, restless{f, rewrite}, before, 1<<20)
	must(t, err)
	if !g.moved {
		t.Fatalf("the mixture %.4q...%.4q counts as read", g.data[:4], g.data[996:])
	}
	if g, err = twice(path, restless{f, rewrite}, before, 1<<20); err != nil || g.moved || string(g.data) != strings.Repeat("b", 1000) {
		t.Fatal("a file at rest does not count as read", err)
	}
}

func TestFilesThatChangeWhileOthersAreReadAreReadAgain(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(dir, path string, info os.FileInfo){
		"written":  func(_, path string, _ os.FileInfo) { write(t, path, "longer than before") },
		"replaced": func(_, path string, _ os.FileInfo) { swap(t, path, "one") },
		"replaced by one of the same size and time": func(_, path string, info os.FileInfo) {
			swap(t, path, "two")
			must(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
		},
		"removed": func(_, path string, _ os.FileInfo) { must(t, os.Remove(path)) },
		"another": func(dir, _ string, _ os.FileInfo) { write(t, filepath.Join(dir, "b.yaml"), "") },
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.yaml")
		write(t, path, "one")
		r := gather(Options{Path: dir}.WithDefaults(), dir)
		if !r.still() || say(r.snapshot()) != "a.yaml=one" {
			t.Errorf("%s: not at rest before: %s", name, say(r.snapshot()))
		}
		change(dir, path, r.seen[0].info)
		if r.still() {
			t.Errorf("%s: it still counts as read", name)
		}
	}
}

func TestAPathThatChangesEachTimeIsReadFiveTimes(t *testing.T) {
	t.Parallel()
	for still := 1; still <= tries+1; still++ {
		read := 0
		s, ok := settled("a.yaml", func() (Snapshot, bool) { read++; return Snapshot{Hash: "ok"}, read == still })
		if ok != (still <= tries) || ok != (s.Hash == "ok") || read != min(still, tries) {
			t.Errorf("still at read %d: %d reads, %v, %+v", still, read, ok, s)
		}
	}
}

func TestAFileThatGrowsOverTheLimitIsNotRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.yaml")
	write(t, path, "0123")
	info, err := os.Stat(path)
	must(t, err)
	write(t, path, "0123456789")
	g := open(path, path, info, 8)
	if g.problem == nil || g.problem.Code != CodeTooLarge || g.data != nil {
		t.Fatalf("%+v", g)
	}
	f, err := os.Open(path)
	must(t, err)
	defer f.Close() //nolint:errcheck // the test is over
	if g, err = twice(path, f, info, 8); err != nil || g.problem == nil || g.problem.Value != "9 bytes" || g.data != nil {
		t.Fatalf("%+v (%v): of a file that grew no more is read than shows it", g, err)
	}
}
