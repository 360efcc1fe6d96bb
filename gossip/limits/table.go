// SPDX-License-Identifier: Apache-2.0

package limits

import (
	"container/list"
	"sync"

	"github.com/fuseboard/fuseboard"
)

// table knows the sources, at most as many as Options say.
type table struct {
	opts Options

	mu     sync.Mutex // held for a few steps only
	byName map[string]*entry
	quiet  *list.List // of *entry without an open stream, the longest quiet in front
	stats  Stats
}

// entry is one source.
type entry struct {
	name    string
	packets bucket
	bytes   bucket
	streams int
	place   *list.Element // nil while a stream is open
}

func newTable(o Options) *table {
	return &table{opts: o, byName: map[string]*entry{}, quiet: list.New()}
}

// of returns the entry of a source; a new one may take the place of another.
func (t *table) of(name string) *entry {
	e := t.byName[name]
	switch {
	case e == nil:
		t.makeRoom()
		e = &entry{name: name}
		e.place = t.quiet.PushBack(e)
		t.byName[name] = e
	case e.place != nil:
		t.quiet.MoveToBack(e.place)
	}
	return e
}

func (t *table) makeRoom() {
	front := t.quiet.Front()
	if len(t.byName) < t.opts.Sources || front == nil {
		return
	}
	if e, ok := t.quiet.Remove(front).(*entry); ok {
		delete(t.byName, e.name)
		t.stats.Forgotten++
	}
}

// packet reports whether a packet of size bytes may pass.
func (t *table) packet(name string, size int, now fuseboard.Instant) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.of(name)
	switch {
	case !e.packets.take(now, rate{t.opts.Packets, t.opts.PacketBurst}, 1):
		t.stats.DroppedByRate++
		return false
	case !e.bytes.take(now, rate{t.opts.Bytes, t.opts.ByteBurst}, size):
		t.stats.DroppedByBytes++
		return false
	}
	t.stats.Packets++
	t.stats.Bytes += uint64(size)
	return true
}

// enter gives a stream a place, or nil.
func (t *table) enter(name string) *entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stats.Open >= t.opts.StreamsTotal {
		t.stats.RefusedByTotal++
		return nil
	}
	e := t.of(name)
	if e.streams >= t.opts.Streams {
		t.stats.RefusedBySource++
		return nil
	}
	if e.place != nil {
		t.quiet.Remove(e.place)
		e.place = nil
	}
	e.streams++
	t.stats.Open++
	t.stats.Streams++
	return e
}

// leave gives the place of one stream back.
func (t *table) leave(e *entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stats.Open--
	if e.streams--; e.streams == 0 {
		e.place = t.quiet.PushBack(e)
	}
}

func (t *table) count(change func(*Stats)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.stats)
}

func (t *table) now() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.stats
	s.Sources = len(t.byName)
	return s
}
