// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/fuseboard/fuseboard"
)

// tries is how often the path is read where it changes while it is read.
const tries = 5

// Read reads the path once, now. It never returns a mixture of two versions: where the
// files change while they are read it reads again, and after five times says so.
// Options that are out of range are the snapshot's Err.
func Read(o Options) Snapshot {
	if err := o.Validate().Err(); err != nil {
		return Snapshot{Err: err}
	}
	o = o.WithDefaults()
	place, err := filepath.Abs(o.Path)
	if err != nil {
		return failed(unreadable(o.Path, o.Path, err))
	}
	s, _ := read(o, place)
	return s
}

// read returns what lies at place, named as o says, and false where it did not hold still.
func read(o Options, place string) (Snapshot, bool) {
	return settled(o.Path, func() (Snapshot, bool) { return once(o, place) })
}

func settled(name string, once func() (Snapshot, bool)) (Snapshot, bool) {
	for range tries {
		if s, still := once(); still {
			return s, true
		}
	}
	return failed(fuseboard.Problem{
		Path: name, Code: CodeUnsettled, Message: "changed each time while it was read",
		Fix: "write a new file beside it and rename that over it",
	}), false
}

// once reads everything, and then looks whether all of it is still what it was.
func once(o Options, place string) (s Snapshot, still bool) {
	r := gather(o, place)
	return r.snapshot(), r.still()
}

func gather(o Options, place string) *reading {
	r := &reading{limit: o.MaxSize}
	info, err := os.Stat(place)
	switch {
	case err != nil:
		r.fail(unreadable(o.Path, place, err))
		return r
	case !info.IsDir():
		r.take(o.Path, place)
		return r
	}
	entries, err := list(place, MaxFiles)
	switch {
	case err != nil:
		r.fail(unreadable(o.Path, place, err))
		return r
	case len(entries) > MaxFiles:
		r.fail(tooMany(o.Path))
		return r
	}
	r.dir, r.entries = place, entries
	for _, e := range entries {
		r.take(filepath.Join(o.Path, e.Name()), filepath.Join(place, e.Name()))
	}
	return r
}

func sameName(a, b fs.DirEntry) bool { return a.Name() == b.Name() }

// reading collects the files of one try.
type reading struct {
	limit    int64
	dir      string // "" where the path is no directory
	entries  []fs.DirEntry
	files    []File
	problems fuseboard.Problems
	seen     []sight
	moved    bool // a file changed while it was read
}

// sight is a file as it was when it was read.
type sight struct {
	place string
	info  fs.FileInfo
}

func (r *reading) fail(p fuseboard.Problem) { r.problems = append(r.problems, p) }

func (r *reading) take(name, place string) {
	info, err := os.Stat(place)
	switch {
	case err != nil:
		r.fail(unreadable(name, place, err))
		return
	case info.IsDir(): // a link to one
		return
	}
	got := open(name, place, info, r.limit)
	if got.problem != nil {
		r.fail(*got.problem)
		return
	}
	r.moved = r.moved || got.moved
	r.files = append(r.files, File{Name: name, Data: got.data})
	r.seen = append(r.seen, sight{place, got.info})
}

func (r *reading) snapshot() Snapshot {
	if len(r.problems) > 0 {
		return failed(r.problems...)
	}
	return complete(r.files)
}

// still reports whether the directory has the entries that it had, and every path leads to what
// was read there: so all of it was there at one moment, the one after the last was read.
func (r *reading) still() bool {
	if r.dir != "" {
		now, err := list(r.dir, MaxFiles)
		if err != nil || !slices.EqualFunc(r.entries, now, sameName) {
			return false
		}
	}
	return !r.moved && !slices.ContainsFunc(r.seen, func(s sight) bool {
		now, err := os.Stat(s.place)
		return err != nil || !unchanged(s.info, now)
	})
}

func unchanged(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
