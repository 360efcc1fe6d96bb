// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// journal writes to the user's log on a goroutine of its own, because a handler
// is user code: inside a guard's turn one that blocks would stop the guard, and
// one that panics would break it. It is bounded; what does not fit is dropped,
// and the next line that fits says how many were.
type journal struct {
	to    slog.Handler
	lines chan line
	done  chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex // orders write and close
	closed  bool
	dropped int    // since the last line that fitted
	lost    uint64 // in all
}

type line struct {
	to     slog.Handler
	record slog.Record
}

// journalLines is how many lines wait for a slow handler.
const journalLines = 1024

// newJournal starts the goroutine; close ends it.
func newJournal(to slog.Handler) *journal {
	j := &journal{to: to, lines: make(chan line, journalLines), done: make(chan struct{})}
	go j.run()
	return j
}

func (j *journal) run() {
	defer close(j.done)
	for l := range j.lines {
		l.write()
	}
	j.mu.Lock()
	dropped := j.dropped
	j.mu.Unlock()
	if dropped > 0 {
		r := slog.NewRecord(time.Now(), slog.LevelWarn, "log lines dropped, because the handler was slow", 0)
		r.AddAttrs(slog.Int("lines", dropped))
		line{to: j.to, record: r}.write()
	}
}

// write keeps a handler's panic to itself: there is no log to tell it.
func (l line) write() {
	defer func() { _ = recover() }()
	if ctx := context.Background(); l.to.Enabled(ctx, l.record.Level) {
		_ = l.to.Handle(ctx, l.record)
	}
}

func (j *journal) add(l line) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return
	}
	if j.dropped > 0 {
		l.record.AddAttrs(slog.Int("lines_dropped_before", j.dropped))
	}
	select {
	case j.lines <- l:
		j.dropped = 0
	default:
		j.dropped++
		j.lost++
	}
}

// losses returns how many lines were dropped; those of a nil journal are none.
func (j *journal) losses() uint64 {
	if j == nil {
		return 0
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.lost
}

// close writes what is there and ends the goroutine. It waits for that as long
// as ctx and a grace last; a handler that blocks is left behind.
func (j *journal) close(ctx context.Context) {
	j.mu.Lock()
	if !j.closed {
		j.closed = true
		close(j.lines)
	}
	j.mu.Unlock()
	linger(ctx, j.done) // the last lines tell of what was abandoned
}

// waitFor waits until done is closed or ctx ends, and returns the cause of the latter.
func waitFor(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	default:
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// logger returns a logger that writes through the journal.
func (j *journal) logger() *slog.Logger { return slog.New(pen{journal: j, to: j.to}) }

// pen is the journal as a slog.Handler, with the attributes and groups so far.
type pen struct {
	journal *journal
	to      slog.Handler
}

// Enabled passes all but debug lines; the handler itself is asked when the line is written.
func (p pen) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle hands the record over. It never blocks.
func (p pen) Handle(_ context.Context, r slog.Record) error {
	said := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		said.AddAttrs(settled(a))
		return true
	})
	p.journal.add(line{to: p.to, record: said})
	return nil
}

// settled is an attribute that does not change until it is written: what is
// behind a pointer is told now.
func settled(a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindAny, slog.KindLogValuer:
		return slog.String(a.Key, fmt.Sprint(a.Value.Any()))
	default:
		return a
	}
}

// WithAttrs returns a pen whose lines carry the attributes.
func (p pen) WithAttrs(attrs []slog.Attr) slog.Handler {
	return pen{journal: p.journal, to: p.to.WithAttrs(attrs)}
}

// WithGroup returns a pen whose lines open the group.
func (p pen) WithGroup(name string) slog.Handler {
	return pen{journal: p.journal, to: p.to.WithGroup(name)}
}
