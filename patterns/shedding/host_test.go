// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"io"
	"io/fs"
	"testing/fstest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// tree is a file system whose open files say what is written now, as the kernel's do.
type tree map[string]string

func (t tree) Open(name string) (fs.File, error) {
	m := fstest.MapFS{}
	for name, text := range t {
		m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o444}
	}
	f, err := m.Open(name)
	if err != nil {
		return nil, err
	}
	return &leaf{File: f, tree: t, name: name}, nil
}

type leaf struct {
	fs.File
	tree tree
	name string
	gone bool
}

func (l *leaf) ReadAt(buf []byte, at int64) (int, error) {
	text, there := l.tree[l.name]
	if l.gone = l.gone || !there; l.gone { // also when there is another of its name
		return 0, fs.ErrNotExist // what the kernel calls ENODEV: the cgroup is gone
	}
	n := copy(buf, text[min(int(at), len(text)):])
	if n < len(buf) {
		return n, io.EOF
	}
	return n, nil
}

// with returns t and what is different.
func (t tree) with(more tree) tree {
	both := tree{}
	for _, from := range []tree{t, more} {
		for name, text := range from {
			both[name] = text
		}
	}
	return both
}

// host is a reader of a made-up machine with four cores.
type host struct {
	*Reader
	used  time.Duration // by the process
	own   heap
	now   fuseboard.Instant
	files tree
}

func newHost(files tree) *host {
	h := &host{Reader: NewReader(files), own: heap{limit: unlimited}, files: files}
	h.process = func() (time.Duration, bool) { return h.used, true }
	h.cores = func() float64 { return 4 }
	h.heap = func() heap { return h.own }
	return h
}

// after reads when a second has gone by, in which the process used so much.
func (h *host) after(used time.Duration) Signals {
	h.used += used
	h.now = h.now.Add(time.Second)
	return h.Read(h.now)
}

const (
	mib = 1 << 20
	gib = 1 << 30
)

// machine16 is a machine of 16 GiB, of which 4 are free.
var machine16 = tree{"proc/meminfo": "MemTotal:       16777216 kB\nMemFree:          102400 kB\nMemAvailable:    4194304 kB\nBuffers:         1000 kB\n"}

// onlyReads hides that files can be read at an offset.
type onlyReads struct{ fs.FS }

func (o onlyReads) Open(name string) (fs.File, error) {
	f, err := o.FS.Open(name)
	return struct{ fs.File }{f}, err
}
