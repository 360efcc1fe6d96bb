// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/fsnotify/fsnotify"
)

// crier is a notifier of a test. It is made in the test's bubble.
type crier struct {
	events chan fsnotify.Event
	errors chan error

	mu    sync.Mutex
	none  error                  // not nil: notifications cannot be had
	added func(dir string) error // nil: all is well
	dirs  []string               // what is watched
	adds  int                    // how often something was
	moves bool                   // whatever is read does not hold still
}

func newCrier() *crier {
	return &crier{events: make(chan fsnotify.Event), errors: make(chan error)}
}

func (c *crier) open() (*notifier, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.none != nil {
		return nil, c.none
	}
	return &notifier{
		add: c.add, remove: c.remove, close: func() error { close(c.events); return nil },
		events: c.events, errors: c.errors,
	}, nil
}

func (c *crier) add(dir string) error {
	c.mu.Lock()
	c.dirs = append(c.dirs, dir)
	c.adds++
	added := c.added
	c.mu.Unlock()
	if added == nil {
		return nil
	}
	return added(dir)
}

func (c *crier) remove(dir string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dirs = slices.DeleteFunc(c.dirs, func(d string) bool { return d == dir })
	return nil
}

func (c *crier) watched() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(slices.Values(c.dirs))
}

func (c *crier) read(o Options, place string) (Snapshot, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moves {
		return settled(o.Path, func() (Snapshot, bool) { return Snapshot{}, false })
	}
	return read(o, place)
}

func (c *crier) move(moves bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moves = moves
}

// become lets the notifications be others from now on.
func (c *crier) become(none error, added func(dir string) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.none, c.added = none, added
}

// cry tells of a write.
func (c *crier) cry(path string) { c.events <- fsnotify.Event{Name: path, Op: fsnotify.Write} }

func silent(c *crier) { c.become(syscall.EMFILE, nil) }

// scene is a file with a watcher in virtual time, whose first snapshot has been taken.
type scene struct {
	*testing.T
	*crier
	file string
	w    *Watcher
}

// stage plays a scene. Before its start, the notifications may be made others.
func stage(t *testing.T, o Options, before func(*crier), play func(scene)) {
	t.Parallel()
	o.Path = filepath.Join(folder(t), "a.yaml")
	write(t, o.Path, "one")
	synctest.Test(t, func(t *testing.T) {
		c := newCrier()
		if before != nil {
			before(c)
		}
		w, err := start(t.Context(), o, sources{c.open, c.read})
		must(t, err)
		defer shut(t, w)
		await(t, w, "a.yaml=one")
		play(scene{t, c, o.Path, w})
	})
}

// nothing fails if a snapshot is there.
func (s scene) nothing() {
	s.Helper()
	synctest.Wait()
	select {
	case got := <-s.w.Changes():
		s.Fatalf("%s is there", say(got))
	default:
	}
}

// now fails unless the snapshot is there.
func (s scene) now(want string) {
	s.Helper()
	synctest.Wait()
	select {
	case got := <-s.w.Changes():
		if say(got) != want {
			s.Fatalf("%s, want %s", say(got), want)
		}
	default:
		s.Fatalf("nothing is there, want %s; %+v", want, s.w.Stats())
	}
}
