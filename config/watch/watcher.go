// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Watcher tells of files that change, until its context ends or it is closed. Any
// goroutine may use it.
type Watcher struct {
	options Options
	place   string // the path, absolute
	source  func(o Options, place string) (s Snapshot, still bool)
	changes chan Snapshot
	cancel  context.CancelFunc
	done    chan struct{}
	err     error // of the end; to be read when done is closed

	clock *fuseboard.Clock
	bell  *bell
	cover cover
	pace  pace

	last    Snapshot  // what was read last
	latest  Snapshot  // what came to rest last
	shown   *Snapshot // what was taken last
	pending *Snapshot // what is to be taken

	mu    sync.Mutex
	stats Stats // without the bell's part
}

// Start watches the path from now on. What is there now is the first snapshot, an Err where
// nothing is; it waits in [Watcher.Changes] when Start returns, unless the path changes at
// that moment. The only errors are [fuseboard.Problems] of options that are out of range, and a relative path
// in a folder that is gone. Who starts a watcher closes it, also after ctx has ended.
func Start(ctx context.Context, o Options) (*Watcher, error) {
	return start(ctx, o, sources{open: system, read: read})
}

// sources are what a watcher asks of the system; tests have others.
type sources struct {
	open func() (*notifier, error)
	read func(o Options, place string) (s Snapshot, still bool)
}

func start(ctx context.Context, o Options, from sources) (*Watcher, error) {
	if err := o.Validate().Err(); err != nil {
		return nil, err
	}
	place, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, fuseboard.Problems{unreadable(o.Path, o.Path, err)}
	}
	ctx, cancel := context.WithCancel(ctx)
	clock := fuseboard.NewClock()
	w := &Watcher{
		options: o.WithDefaults(), place: place, cancel: cancel, clock: clock, bell: newBell(clock),
		changes: make(chan Snapshot), done: make(chan struct{}), source: from.read,
	}
	w.cover = cover{open: from.open, bell: w.bell}
	w.pace = newPace(w.options, clock.Now())
	if s, still := w.read(); still {
		w.show(s)
	} else {
		w.pace.changed(clock.Now(), true)
	}
	go w.run(ctx)
	return w, nil
}

// Changes gives each snapshot that differs from the one taken before ([Snapshot.Same]). One
// that nobody has taken yet is replaced by the next: who takes gets the newest that was read, and
// nobody who is slow holds the watcher up. The channel is closed when the watcher has ended.
func (w *Watcher) Changes() <-chan Snapshot { return w.changes }

// Close ends the watcher and waits for its goroutines. Its error is that of ending the
// notifications, from every call; the watcher has ended anyway.
func (w *Watcher) Close() error {
	w.cancel()
	<-w.done
	return w.err
}

// Stats returns what was counted until now.
func (w *Watcher) Stats() Stats {
	s := w.bell.counted()
	w.mu.Lock()
	defer w.mu.Unlock()
	s.Reads, s.Polls, s.Missed, s.Unsettled = w.stats.Reads, w.stats.Polls, w.stats.Missed, w.stats.Unsettled
	s.NotifyErrors += w.stats.NotifyErrors
	s.Watched, s.Trouble = w.stats.Watched, w.stats.Trouble
	return s
}

func (w *Watcher) run(ctx context.Context) {
	defer close(w.done)
	defer close(w.changes)
	defer func() { w.err = w.cover.close() }()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(w.pace.due().Sub(w.clock.Now()))
		var out chan Snapshot
		var next Snapshot
		if w.pending != nil {
			out, next = w.changes, *w.pending
		}
		select {
		case <-ctx.Done():
			return
		case out <- next:
			w.shown, w.pending = w.pending, nil
		case <-w.bell.wake:
			w.hear()
		case <-timer.C:
			w.hear()
			w.step()
		}
	}
}

// hear tells the pace of the events since the last time.
func (w *Watcher) hear() {
	if first, last, rung := w.bell.heard(); rung {
		w.pace.changed(first, true)
		w.pace.changed(last, true)
	}
}

// step does what the pace asks for.
func (w *Watcher) step() {
	before := w.last
	switch w.pace.step(w.clock.Now()) {
	case wait:
	case poll:
		s, still := w.read()
		w.count(func(c *Stats) { c.Polls++ })
		if !still || !s.Same(before) { // half of a change, perhaps
			w.pace.changed(w.clock.Now(), false)
		}
	case settle:
		s, still := w.read()
		w.settle(s, still && (w.pace.told || s.Same(before)))
	}
}

// settle shows s if it has come to rest, or has been waited for long enough.
func (w *Watcher) settle(s Snapshot, rests bool) {
	if !rests && w.pace.again(w.clock.Now()) {
		return
	}
	if !w.pace.told && !s.Same(w.latest) {
		w.count(func(c *Stats) { c.Missed++ })
	}
	w.show(s)
}

// read watches the way of the path, and then reads what lies at its end: so a change that
// is not in the snapshot comes after the watch.
func (w *Watcher) read() (s Snapshot, still bool) {
	w.cover.follow(w.place)
	s, still = w.source(w.options, w.place)
	w.last = s
	w.count(func(c *Stats) {
		c.Reads++
		if !still {
			c.Unsettled++
		}
		trouble := text(w.cover.trouble)
		if trouble != "" && trouble != c.Trouble {
			c.NotifyErrors++
		}
		c.Watched, c.Trouble = len(w.cover.dirs), trouble
	})
	return s, still
}

// show makes s the next snapshot, unless it is the one that was taken last.
func (w *Watcher) show(s Snapshot) {
	w.latest, w.pending = s, &s
	if w.shown != nil && s.Same(*w.shown) {
		w.pending = nil
	}
}

func (w *Watcher) count(what func(*Stats)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	what(&w.stats)
}
