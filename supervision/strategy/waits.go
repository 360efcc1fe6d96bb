// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"sync"
	"time"
)

// waits owns the strategy's timers. The zero waits is ready.
type waits struct {
	mu      sync.Mutex
	stopped bool
	pending map[*wait]struct{}
	running sync.WaitGroup // one for each timer that is armed or whose function runs
}

// wait ends in exactly one of two calls: due when its time has come, or dropped
// when the waits are stopped first.
type wait struct {
	timer        *time.Timer
	due, dropped func()
}

// start calls due after the time, on a goroutine of its own, or dropped at once if
// the waits are over.
func (w *waits) start(after time.Duration, due, dropped func()) {
	if !w.arm(after, &wait{due: due, dropped: dropped}) {
		dropped()
	}
}

func (w *waits) arm(after time.Duration, next *wait) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return false
	}
	if w.pending == nil {
		w.pending = map[*wait]struct{}{}
	}
	w.pending[next] = struct{}{}
	w.running.Add(1)
	next.timer = time.AfterFunc(after, func() {
		defer w.running.Done()
		if w.take(next) {
			next.due()
		}
	})
	return true
}

// take reports whether the wait is still its taker's to end.
func (w *waits) take(this *wait) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, pending := w.pending[this]
	delete(w.pending, this)
	return pending
}

func (w *waits) over() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stopped
}

// stop drops what waits and returns when nothing runs any more.
func (w *waits) stop() {
	w.mu.Lock()
	dropped := w.pending
	w.stopped, w.pending = true, nil
	w.mu.Unlock()
	for this := range dropped {
		if this.timer.Stop() {
			w.running.Done()
		}
		this.dropped()
	}
	w.running.Wait()
}
