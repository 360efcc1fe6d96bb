// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// deadline is how long a test waits for what must come: only a broken watcher needs it.
const deadline = 20 * time.Second

// watching starts a watcher that hears of changes by events alone.
func watching(t *testing.T, path string) *Watcher {
	t.Helper()
	w, err := Start(t.Context(), Options{Path: path, Debounce: minDebounce, Poll: maxPoll})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, w) })
	return w
}

func shut(t *testing.T, w *Watcher) {
	t.Helper()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// next takes the next snapshot.
func next(t *testing.T, w *Watcher) Snapshot {
	t.Helper()
	select {
	case s, open := <-w.Changes():
		if !open {
			t.Fatal("the watcher has ended")
		}
		return s
	case <-time.After(deadline):
		t.Fatalf("no snapshot came; %+v", w.Stats())
	}
	return Snapshot{}
}

// await takes snapshots until one says what is wanted, and returns what the others said.
func await(t *testing.T, w *Watcher, want string) (before []string) {
	t.Helper()
	for {
		got := say(next(t, w))
		if got == want {
			return before
		}
		before = append(before, got)
		if len(before) > 10_000 {
			t.Fatalf("%q never came, but %q", want, before[:20])
		}
	}
}

// say writes a snapshot as "a.yaml=one b.yaml=two", or its problems' codes as "!not-found".
func say(s Snapshot) string {
	var said []string
	for _, f := range s.Files {
		said = append(said, filepath.Base(f.Name)+"="+string(f.Data))
	}
	for _, p := range problems(s) {
		said = append(said, "!"+p.Code)
	}
	return strings.Join(said, " ")
}

func write(t testing.TB, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o600))
}

// swap writes a file beside path and renames it over it.
func swap(t testing.TB, path, text string) {
	t.Helper()
	beside := filepath.Join(filepath.Dir(path), ".new")
	write(t, beside, text)
	must(t, os.Rename(beside, path))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
