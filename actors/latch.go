// SPDX-License-Identifier: Apache-2.0

package actors

import "sync/atomic"

// latch is something that happens once, and that may be waited for. The zero latch is
// open. Its channel, which costs more than all else of it, is made for the first who
// waits: most guards are made, called and stopped without anybody waiting.
type latch struct{ at atomic.Pointer[waiting] }

// waiting is for what those wait who came before the latch was shut. One without a
// channel stands in a latch that is shut: there is nothing to wait for.
type waiting struct{ c chan struct{} }

// shut lets go whoever waits, for good. A second one does nothing.
func (l *latch) shut() {
	if l.isShut() {
		return
	}
	if w := l.at.Swap(new(waiting)); w != nil && w.c != nil {
		close(w.c)
	}
}

// isShut reports whether shut was called.
func (l *latch) isShut() bool {
	w := l.at.Load()
	return w != nil && w.c == nil
}

// wait returns a channel that is closed when the latch is shut.
func (l *latch) wait() <-chan struct{} {
	for {
		w := l.at.Load()
		if w == nil {
			l.at.CompareAndSwap(nil, &waiting{make(chan struct{})})
			continue
		}
		if w.c == nil {
			return ended[struct{}]()
		}
		return w.c
	}
}
