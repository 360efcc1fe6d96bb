// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/fuseboard/fuseboard/internal/lane"
)

// clashesToSpread is how many callers must have met at the one lane before there are more.
const clashesToSpread = 16

// cell gathers the samples of one lane. Its lock is held for some instructions and is
// hardly ever asked for by two: it costs no more than two atomic additions, and a
// window is never seen half written.
type cell struct {
	mu     sync.Mutex
	window Window
}

const cellSize = unsafe.Sizeof(cell{})

// paddedCell keeps the cells of two lanes apart.
type paddedCell struct {
	cell
	_ [lane.Line - cellSize%lane.Line]byte
}

// lanes are the cells: one at first, and one for each processor once callers have clashed.
type lanes struct {
	first   cell
	clashes atomic.Uint32
	more    atomic.Pointer[[]paddedCell] // a power of two; nil before
}

// lock returns a cell, locked: that of the lane, or its neighbour where somebody is in it.
func (l *lanes) lock(lane int) *cell {
	more := l.more.Load()
	if more == nil {
		if !l.first.mu.TryLock() {
			if l.clashes.Add(1) == clashesToSpread {
				l.spread()
			}
			l.first.mu.Lock()
		}
		return &l.first
	}
	mask := len(*more) - 1
	for i := range 2 {
		if c := &(*more)[(lane+i)&mask].cell; c.mu.TryLock() {
			return c
		}
	}
	c := &(*more)[lane&mask].cell
	c.mu.Lock()
	return c
}

func (l *lanes) spread() {
	cells := make([]paddedCell, lane.Count())
	l.more.CompareAndSwap(nil, &cells)
}

// gather returns what all lanes hold, and empties them.
func (l *lanes) gather() Window {
	w := l.first.take()
	if more := l.more.Load(); more != nil {
		for i := range *more {
			w = w.add((*more)[i].take())
		}
	}
	return w
}

// give puts back what was gathered, so that it counts once more comes.
func (l *lanes) give(w Window) {
	l.first.mu.Lock()
	defer l.first.mu.Unlock()
	l.first.window = l.first.window.add(w)
}

func (c *cell) take() Window {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.window
	c.window = Window{}
	return w
}
