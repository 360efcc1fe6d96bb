// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Each test of this file writes as some program does, and waits for what a watcher says
// that hears of changes by the system's events alone: its next poll would be in an hour.

func TestEveryWayToWriteAFileIsSeen(t *testing.T) {
	t.Parallel()
	for name, save := range map[string]func(t *testing.T, file, text string){
		"in place": func(t *testing.T, file, text string) {
			f, err := os.OpenFile(file, os.O_WRONLY, 0)
			must(t, err)
			_, err = f.WriteString(text)
			must(t, err)
			must(t, f.Close())
		},
		"truncated and written": func(t *testing.T, file, text string) { write(t, file, text) },
		"in steps": func(t *testing.T, file, text string) {
			f, err := os.Create(file)
			must(t, err)
			for _, letter := range text {
				_, err = f.WriteString(string(letter))
				must(t, err)
			}
			must(t, f.Close())
		},
		"renamed over, as by sed": func(t *testing.T, file, text string) { swap(t, file, text) },
		"kept as a backup and written anew, as by emacs": func(t *testing.T, file, text string) {
			must(t, os.Rename(file, file+"~"))
			write(t, file, text)
		},
		"probed, kept as a backup and written anew, as by vim": func(t *testing.T, file, text string) {
			probe := filepath.Join(filepath.Dir(file), "4913")
			write(t, probe, "")
			must(t, os.Remove(probe))
			must(t, os.Rename(file, file+"~"))
			write(t, file, text)
			must(t, os.Remove(file+"~"))
		},
		"removed and created": func(t *testing.T, file, text string) {
			must(t, os.Remove(file))
			write(t, file, text)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "a.yaml")
			write(t, file, "version-0")
			alone, all := watching(t, file), watching(t, dir)
			for _, w := range []*Watcher{alone, all} {
				await(t, w, "a.yaml=version-0")
			}
			for _, text := range []string{"version-1", "version-2"} {
				save(t, file, text)
				await(t, alone, "a.yaml="+text)
				await(t, all, "a.yaml="+text)
			}
		})
	}
}

func TestAFileThatIsRemovedIsAnErrorUntilItIsBack(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.yaml")
	write(t, file, "one")
	w := watching(t, file)
	await(t, w, "a.yaml=one")
	must(t, os.Remove(file))
	await(t, w, "!not-found")
	write(t, file, "two")
	await(t, w, "a.yaml=two")
}

func TestAPathThatDoesNotExistYetIsWaitedFor(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "deep", "down", "a.yaml")
	w := watching(t, file)
	if got := say(next(t, w)); got != "!not-found" {
		t.Fatal(got)
	}
	must(t, os.MkdirAll(filepath.Dir(file), 0o700))
	write(t, file, "one")
	await(t, w, "a.yaml=one")
	write(t, file, "two")
	await(t, w, "a.yaml=two")
}

func TestADirectoryThatIsRemovedAndMadeAgainIsWatchedAgain(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "policies")
	file := filepath.Join(dir, "a.yaml")
	fill := func(text string) {
		must(t, os.MkdirAll(dir, 0o700))
		write(t, file, text)
	}
	fill("one")
	alone, all := watching(t, file), watching(t, dir)
	both := func(want string) {
		t.Helper()
		await(t, alone, want)
		await(t, all, want)
	}
	both("a.yaml=one")
	must(t, os.RemoveAll(dir))
	both("!not-found")
	fill("two")
	both("a.yaml=two")
	must(t, os.RemoveAll(dir)) // and before anybody has seen that
	fill("three")
	both("a.yaml=three")
	must(t, os.Rename(dir, dir+".old"))
	fill("four")
	both("a.yaml=four")
	write(t, filepath.Join(dir+".old", "a.yaml"), "nobody's")
	write(t, file, "five")
	both("a.yaml=five")
}

func TestFilesThatComeAndGoInADirectoryAreSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	w := watching(t, dir)
	if got := next(t, w); got.Err != nil || len(got.Files) != 0 {
		t.Fatalf("an empty directory: %+v", got)
	}
	swap(t, at("b.yml"), "b")
	await(t, w, "b.yml=b")
	swap(t, at("a.json"), "a")
	await(t, w, "a.json=a b.yml=b")
	must(t, os.Rename(at("b.yml"), at("c.yaml")))
	await(t, w, "a.json=a c.yaml=b")
	must(t, os.Remove(at("a.json")))
	await(t, w, "c.yaml=b")
}

// What editors leave beside a file asks for no read. The file that is written after it shows that
// all of it has been heard.
func TestWhatEditorsLeaveBesideAFileIsNoEvent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.yaml")
	write(t, file, "one")
	for _, w := range []*Watcher{watching(t, dir), watching(t, file)} {
		await(t, w, say(Read(Options{Path: file})))
		before := w.Stats()
		for _, name := range []string{"4913", "a.yaml~", ".a.yaml.swp", "#a.yaml#"} {
			write(t, filepath.Join(dir, name), "droppings")
		}
		text := string(Read(Options{Path: file}).Files[0].Data) + "+"
		swap(t, file, text)
		if others := await(t, w, "a.yaml="+text); len(others) != 0 {
			t.Errorf("snapshots in between: %q", others)
		}
		after := w.Stats()
		if runtime.GOOS == "linux" && (after.Events-before.Events != 1 || after.Ignored-before.Ignored < 4) {
			t.Errorf("events of interest: %d, others: %d", after.Events-before.Events, after.Ignored-before.Ignored)
		}
	}
}

func TestAFileThatMayNotBeReadIsAnErrorUntilItMay(t *testing.T) {
	t.Parallel()
	if os.Getuid() <= 0 {
		t.Skip("root may read everything; run this as another user")
	}
	file := filepath.Join(t.TempDir(), "a.yaml")
	write(t, file, "one")
	w := watching(t, file)
	await(t, w, "a.yaml=one")
	must(t, os.Chmod(file, 0))
	await(t, w, "!unreadable")
	must(t, os.Chmod(file, 0o600))
	await(t, w, "a.yaml=one")
}
