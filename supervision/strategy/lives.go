// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// lives remembers the restarts of each child. A child is known by protoactor's
// restart statistics, which belong to one child and survive its restarts; what is
// inside them is not used, for it reads the wall clock and never shrinks.
type lives struct {
	mu     sync.Mutex
	most   int
	within time.Duration
	known  map[*actor.RestartStatistics]*life
	swept  fuseboard.Instant // when known was last rid of what is over
}

type life struct {
	restarts []fuseboard.Instant // the last ones, oldest first, at most lives.most
	last     time.Duration       // the wait before the last of them
	waiting  bool                // for the restart that was decided last
}

func newLives(r supervision.Restart) *lives {
	return &lives{most: r.Max, within: r.Within, known: map[*actor.RestartStatistics]*life{}}
}

// reshape counts by other rules from now on. What is remembered stays.
func (l *lives) reshape(r supervision.Restart) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.most, l.within = r.Max, r.Within
}

// record is what is known of a child that fails.
type record struct {
	restarts int           // within the time before now
	last     time.Duration // the wait before the last of them
	waiting  bool          // for a restart that was decided already
}

// fail returns what is known of the child.
func (l *lives) fail(now fuseboard.Instant, id *actor.RestartStatistics) record {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	child := l.known[id]
	if child == nil {
		return record{}
	}
	child.trim(now, l.within)
	return record{restarts: len(child.restarts), last: child.last, waiting: child.waiting}
}

// count notes a restart that was decided now, to follow after a wait.
func (l *lives) count(now fuseboard.Instant, id *actor.RestartStatistics, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	child := l.life(id)
	child.last = wait
	child.restarts = append(child.restarts, now)
	child.restarts = child.restarts[max(len(child.restarts)-l.most, 0):]
}

// restarting notes that the child waits for a restart.
func (l *lives) restarting(id *actor.RestartStatistics) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.life(id).waiting = true
}

// life returns what is remembered of a child. Caller holds mu.
func (l *lives) life(id *actor.RestartStatistics) *life {
	child := l.known[id]
	if child == nil {
		child = &life{}
		l.known[id] = child
	}
	return child
}

func (l *lives) restarted(id *actor.RestartStatistics) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if child := l.known[id]; child != nil {
		child.waiting = false
	}
}

func (l *lives) forget(id *actor.RestartStatistics) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.known, id)
}

// sweep drops children without a restart within the time, at most once in that time.
func (l *lives) sweep(now fuseboard.Instant) {
	if now.Sub(l.swept) < l.within {
		return
	}
	l.swept = now
	for id, child := range l.known {
		if child.trim(now, l.within); len(child.restarts) == 0 && !child.waiting {
			delete(l.known, id)
		}
	}
}

// trim forgets restarts that are as old as the time within or older.
func (c *life) trim(now fuseboard.Instant, within time.Duration) {
	c.restarts = slices.DeleteFunc(c.restarts, func(at fuseboard.Instant) bool { return now.Sub(at) >= within })
}
