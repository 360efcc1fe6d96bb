// SPDX-License-Identifier: Apache-2.0

package actors

import "sync/atomic"

// latch is something that happens once, and that may be waited for. The zero latch is
// open. Its channel, which costs more than all else of it, is made for the first who
// waits: most guards are made, called and stopped without anybody waiting.
type latch struct{ at atomic.Pointer[waiting] }

// waiting is for what those wait who came before the latch was shut.
type waiting struct{ c chan struct{} }

// over stands in a latch that is shut. Nobody waits on it: it has no channel.
var over = &waiting{}

// shut lets go whoever waits, for good. A second one does nothing.
func (l *latch) shut() {
	if w := l.at.Swap(over); w != nil && w != over {
		close(w.c)
	}
}

// isShut reports whether shut was called.
func (l *latch) isShut() bool { return l.at.Load() == over }

// wait returns a channel that is closed when the latch is shut.
func (l *latch) wait() <-chan struct{} {
	for {
		switch w := l.at.Load(); w {
		case over:
			return ended[struct{}]()
		case nil:
			if fresh := (&waiting{make(chan struct{})}); l.at.CompareAndSwap(nil, fresh) {
				return fresh.c
			}
		default:
			return w.c
		}
	}
}
