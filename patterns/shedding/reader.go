// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"io/fs"
	"os"
	"runtime"
	"time"

	"github.com/fuseboard/fuseboard"
)

const (
	lookEvery  = fuseboard.Instant(10 * time.Second) // for another cgroup, and for limits where there were none
	leastApart = time.Millisecond                    // readings closer than that repeat the one before
)

// Reader reads the signals of this process and its container. It follows real time only,
// and is not safe for concurrent use.
type Reader struct {
	root    fs.FS
	process func() (time.Duration, bool) // the processor time that this process has used
	cores   func() float64               // that the process may run on
	heap    func() heap
	golang  *goruntime
	buf     []byte

	looked   fuseboard.Instant
	found    bool
	own      string // /proc/self/cgroup, as it was when the cgroups were found
	quotas   []*quota
	ceilings []*ceiling
	machine  file
	total    int64 // of the machine's memory; zero where it is not known

	begun  bool
	at     fuseboard.Instant
	used   time.Duration // by the process, at that time
	last   Signals
	source [2]string // what last.Source is made of
}

// NewReader returns a reader whose files are those of root, which stands for "/": /proc
// and /sys/fs/cgroup. A nil root is this machine's; only Linux has such files. A file that
// is missing or malformed is not known, and nothing else. What it finds is at first read by [Reader.Read].
func NewReader(root fs.FS) *Reader {
	if root == nil {
		root = machineFiles()
	}
	g := newGoruntime()
	return &Reader{
		root: root, process: processTime, cores: g.cores, heap: g.heap, golang: g,
		buf: make([]byte, readAtMost), machine: file{name: "proc/meminfo"},
	}
}

func machineFiles() fs.FS {
	if runtime.GOOS == "linux" {
		return os.DirFS("/")
	}
	return nothing{}
}

// nothing is a file system without files.
type nothing struct{}

// Open finds nothing.
func (nothing) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Read reads every signal once. CPU, RunQueue and GC are those since the Read before, so
// they are not known in the first; a Read less than 1ms after another repeats that.
func (r *Reader) Read(now fuseboard.Instant) Signals {
	if r.begun && now.Sub(r.at) < leastApart {
		return r.last
	}
	if !r.begun || now >= r.looked+lookEvery {
		r.look(now)
	}
	r.golang.read()
	s := NotKnown("")
	cpu := r.readCPU(now, &s)
	memory := r.readMemory(&s)
	if wait := r.golang.wait(); wait >= 0 {
		s.RunQueue = time.Duration(wait * float64(time.Second))
	}
	s.GC = r.golang.collecting(now)
	s.Source = r.sourced(cpu, memory)
	r.begun, r.at, r.last = true, now, s
	return s
}

// look finds the cgroups when they have changed, and reads all their limits.
func (r *Reader) look(now fuseboard.Instant) {
	r.looked = now
	own := whole(r.root, ownCgroups)
	if !r.found || string(own) != r.own {
		r.Close()
		mounts := whole(r.root, mountTable)
		r.found, r.own = true, string(own)
		r.quotas, r.ceilings = quotas(r.root, own, mounts), ceilings(r.root, own, mounts)
	}
	text := r.machine.read(r.root, r.buf)
	kilobytes, _ := entry(text, "MemTotal:")
	r.total = min(kilobytes, unlimited>>10) << 10
	for _, q := range r.quotas {
		q.look(r.root, r.buf)
	}
	for _, c := range r.ceilings {
		c.look(r.root, r.buf, r.total)
	}
}

// readCPU reads CPU, Quota and Throttled, and returns where the CPU's number is from.
func (r *Reader) readCPU(now fuseboard.Instant, s *Signals) (from string) {
	s.Quota = max(r.cores(), 1)
	used, counted := r.process()
	if gone := now.Sub(r.at).Seconds(); counted && r.begun && gone > 0 && used >= r.used {
		s.CPU, from = (used-r.used).Seconds()/(gone*s.Quota), "this process"
	}
	r.used = used
	for _, q := range r.quotas {
		if !q.bounded {
			continue
		}
		if q.look(r.root, r.buf); !q.bounded {
			continue
		}
		s.Quota = min(s.Quota, q.cores)
		use, throttled, known := q.share(now, q.spent(r.root, r.buf, used, counted))
		s.Throttled = max(s.Throttled, throttled)
		if known && use > s.CPU {
			s.CPU, from = use, q.from
		}
	}
	return from
}

// sourced returns the words for where the numbers are from, the same string while they are the same.
func (r *Reader) sourced(cpu, memory string) string {
	if r.begun && r.source == [2]string{cpu, memory} {
		return r.last.Source
	}
	r.source = [2]string{cpu, memory}
	return "cpu: " + or(cpu, "not known") + "; memory: " + or(memory, "not known")
}

// Close closes the files that the reader holds open. A Read after it opens them again.
func (r *Reader) Close() {
	for _, q := range r.quotas {
		q.close()
	}
	for _, c := range r.ceilings {
		c.close()
	}
	r.machine.close()
}
