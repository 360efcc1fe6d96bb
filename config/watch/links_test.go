// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// relink lets a link lead elsewhere in one step.
func relink(t testing.TB, to, at string) {
	t.Helper()
	link(t, to, at+"_tmp")
	must(t, os.Rename(at+"_tmp", at))
}

// publish does what a kubelet does with a mounted ConfigMap: a folder for the version,
// ..data swapped to lead there, and a link for each new key.
func publish(t testing.TB, mount string, version int, keys ...string) (folder string) {
	t.Helper()
	folder = filepath.Join(mount, fmt.Sprintf("..2026_%d", version))
	must(t, os.Mkdir(folder, 0o700))
	for _, key := range keys {
		write(t, filepath.Join(folder, key), fmt.Sprintf("%s-%d", key, version))
	}
	relink(t, filepath.Base(folder), filepath.Join(mount, "..data"))
	for _, key := range keys {
		if at := filepath.Join(mount, key); !slices.Contains(names(t, mount), key) {
			link(t, filepath.Join("..data", key), at)
		}
	}
	return folder
}

func names(t testing.TB, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestAConfigMapIsSeenVersionByVersion(t *testing.T) {
	t.Parallel()
	mount := t.TempDir()
	old := publish(t, mount, 0, "a.yaml", "b.yaml")
	alone, all := watching(t, filepath.Join(mount, "a.yaml")), watching(t, mount)
	await(t, alone, "a.yaml=a.yaml-0")
	await(t, all, "a.yaml=a.yaml-0 b.yaml=b.yaml-0")
	for version := 1; version <= 5; version++ {
		folder := publish(t, mount, version, "a.yaml", "b.yaml")
		must(t, os.RemoveAll(old))
		old = folder
		others := append(await(t, alone, fmt.Sprintf("a.yaml=a.yaml-%d", version)),
			await(t, all, fmt.Sprintf("a.yaml=a.yaml-%d b.yaml=b.yaml-%[1]d", version))...)
		if len(others) != 0 {
			t.Fatalf("between version %d and the one before: %q", version, others)
		}
	}
	publish(t, mount, 6, "a.yaml", "b.yaml", "c.yaml")
	await(t, all, "a.yaml=a.yaml-6 b.yaml=b.yaml-6 c.yaml=c.yaml-6")
	if s := alone.Stats(); s.Watched != 2 || s.Trouble != "" {
		t.Errorf("%+v: the mount and its present version are all there is to watch", s)
	}
}

func TestEveryLinkOfAChainIsWatched(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(path string) string { return filepath.Join(dir, path) }
	for _, name := range []string{"x", "y", "z"} {
		must(t, os.Mkdir(at(name), 0o700))
		write(t, at(name+"/a.yaml"), name)
		write(t, at(name+"/b.yaml"), name+"b")
	}
	must(t, os.MkdirAll(at("links/deep"), 0o700))
	link(t, "../../x", at("links/deep/third"))
	link(t, "deep/third/a.yaml", at("links/second"))
	link(t, at("links/second"), at("first.yaml"))
	w := watching(t, at("first.yaml"))
	await(t, w, "first.yaml=x")
	swap(t, at("x/a.yaml"), "X")
	await(t, w, "first.yaml=X")
	relink(t, "../../y", at("links/deep/third"))
	await(t, w, "first.yaml=y")
	relink(t, "deep/third/b.yaml", at("links/second"))
	await(t, w, "first.yaml=yb")
	relink(t, "z/a.yaml", at("first.yaml"))
	await(t, w, "first.yaml=z")
	swap(t, at("z/a.yaml"), "Z")
	await(t, w, "first.yaml=Z")
}

func TestALinkToADirectoryAndLinksInItAreWatched(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(path string) string { return filepath.Join(dir, path) }
	for _, name := range []string{"v1", "v2", "shared"} {
		must(t, os.Mkdir(at(name), 0o700))
	}
	write(t, at("shared/base.yaml"), "base")
	write(t, at("v1/a.yaml"), "one")
	write(t, at("v2/a.yaml"), "two")
	link(t, "../shared/base.yaml", at("v2/base.yaml"))
	link(t, "v1", at("current"))
	w := watching(t, at("current"))
	await(t, w, "a.yaml=one")
	relink(t, "v2", at("current"))
	await(t, w, "a.yaml=two base.yaml=base")
	swap(t, at("shared/base.yaml"), "BASE")
	await(t, w, "a.yaml=two base.yaml=BASE")
	must(t, os.Remove(at("shared/base.yaml")))
	await(t, w, "!not-found")
	swap(t, at("shared/base.yaml"), "back")
	await(t, w, "a.yaml=two base.yaml=back")
}

// Versions of a ConfigMap follow each other as fast as this machine can swap them, while
// a watcher and a reader read: nobody sees files of two versions together.
func TestStorm_NoSnapshotMixesVersions(t *testing.T) {
	t.Parallel()
	mount := t.TempDir()
	keys := []string{"a.yaml", "b.yaml", "c.yaml"}
	publish(t, mount, 0, keys...)
	w := watching(t, mount)
	swaps := 100
	last := fmt.Sprintf("a.yaml=a.yaml-%d b.yaml=b.yaml-%[1]d c.yaml=c.yaml-%[1]d", swaps)
	whole := func(s Snapshot) {
		versions := map[string]bool{}
		for _, f := range s.Files {
			versions[string(f.Data[len("a.yaml-"):])] = true
		}
		if len(versions) > 1 {
			t.Errorf("a mixture: %s", say(s))
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s := range w.Changes() {
			if whole(s); say(s) == last {
				return
			}
		}
	}()
	for version := 1; version <= swaps; version++ {
		publish(t, mount, version, keys...) // the old ones stay: so no two files have one number
		whole(Read(Options{Path: mount}))
	}
	select {
	case <-done:
	case <-time.After(deadline):
		t.Fatalf("%s never came; %+v", last, w.Stats())
	}
}

// A directory that is moved away and removed, again and again, makes the system take back watches
// that are being made and ended: that once stopped fsnotify and its caller for ever.
func TestStorm_ADirectoryMovedAndRemovedAgainAndAgainIsStillWatched(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	dir := filepath.Join(parent, "policies")
	must(t, os.Mkdir(dir, 0o700))
	w := watching(t, dir)
	for i := range 100 {
		away := filepath.Join(parent, fmt.Sprint("away-", i))
		must(t, os.Rename(dir, away))
		must(t, os.RemoveAll(away))
		must(t, os.Mkdir(dir, 0o700))
		write(t, filepath.Join(dir, "a.yaml"), fmt.Sprint(i))
	}
	await(t, w, "a.yaml=99")
	write(t, filepath.Join(dir, "a.yaml"), "end")
	await(t, w, "a.yaml=end")
}
