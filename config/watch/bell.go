// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"path/filepath"
	"strings"
	"sync"

	"github.com/fsnotify/fsnotify"

	"github.com/fuseboard/fuseboard"
)

// bell is what the goroutine that listens rings, and the one that reads hears. It keeps no
// events, only when the first and the last one of interest came.
type bell struct {
	clock *fuseboard.Clock
	wake  chan struct{} // holds one

	mu          sync.Mutex
	concern     map[string]map[string]bool // of each watched directory: its spots, in lower case
	gone        map[string]bool            // watched directories that are others now, or none
	rung        bool
	first, last fuseboard.Instant
	stats       Stats // Events, Ignored and NotifyErrors
}

func newBell(clock *fuseboard.Clock) *bell {
	return &bell{clock: clock, wake: make(chan struct{}, 1), gone: map[string]bool{}}
}

// mind says which entries of which directories are of interest from now on.
func (b *bell) mind(spots []spot) {
	concern := map[string]map[string]bool{}
	for _, s := range spots {
		if concern[s.dir] == nil {
			concern[s.dir] = map[string]bool{}
		}
		concern[s.dir][strings.ToLower(s.name)] = true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.concern = concern
}

// ring notes an event, if it is of interest.
func (b *bell) ring(e fsnotify.Event) {
	name := filepath.Clean(e.Name)
	base := filepath.Base(name)
	b.mu.Lock()
	defer b.mu.Unlock()
	_, itself := b.concern[name]
	if itself && e.Op&(fsnotify.Create|fsnotify.Remove|fsnotify.Rename) != 0 {
		b.gone[name] = true
	}
	around := b.concern[filepath.Dir(name)]
	if !itself && !around[strings.ToLower(base)] && !(around[""] && policyName(base)) {
		b.stats.Ignored++
		return
	}
	b.stats.Events++
	b.strike()
}

// alarm notes that the notifications failed: something may have been lost.
func (b *bell) alarm() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stats.NotifyErrors++
	b.strike()
}

func (b *bell) strike() {
	now := b.clock.Now()
	if !b.rung {
		b.rung, b.first = true, now
	}
	b.last = now
	select {
	case b.wake <- struct{}{}:
	default: // it is awake
	}
}

// heard returns when the first and the last event came since it was asked before, and false
// where there was none.
func (b *bell) heard() (first, last fuseboard.Instant, rung bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	first, last, rung = b.first, b.last, b.rung
	b.rung = false
	return first, last, rung
}

// lost returns the directories whose watch is worth nothing any more, once.
func (b *bell) lost() map[string]bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	gone := b.gone
	b.gone = map[string]bool{}
	return gone
}

// counted returns the bell's part of the stats.
func (b *bell) counted() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stats
}
