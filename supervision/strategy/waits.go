// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"context"
	"sync"
	"time"
)

// waits owns the strategy's timers. The zero waits is ready.
type waits struct {
	mu      sync.Mutex
	stopped bool
	pending map[*wait]struct{}
	running sync.WaitGroup // one for each timer and each hook that is armed or runs
}

// wait ends in exactly one of two calls: due when its time has come, or dropped
// when its context ends or the waits are stopped first.
type wait struct {
	timer   *time.Timer
	unhook  func() bool // takes the hook on the context back; nil without one
	due     func()
	dropped func(why error)
}

// start calls due after the time, on a goroutine of its own, or dropped at once if
// the waits are over.
func (w *waits) start(after time.Duration, due, dropped func()) {
	w.startUnder(context.Background(), after, due, func(error) { dropped() })
}

// startUnder is start with a context whose end drops the wait with its cause. A
// wait of nothing is due at once, on this goroutine, whatever else has ended.
func (w *waits) startUnder(ctx context.Context, after time.Duration, due func(), dropped func(why error)) {
	if after <= 0 {
		due()
		return
	}
	next := &wait{due: due, dropped: dropped}
	if !w.arm(after, next) {
		dropped(ErrStopped)
		return
	}
	if ctx.Done() != nil {
		w.hook(ctx, next)
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
		if unhook, taken := w.take(next); taken {
			w.release(unhook)
			next.due()
		}
	})
	return true
}

// hook lets the context's end drop the wait. It is made outside the lock, because
// a context may be anyone's code; if the wait has ended meanwhile it goes at once.
func (w *waits) hook(ctx context.Context, this *wait) {
	if !w.expect(this) {
		return
	}
	unhook := context.AfterFunc(ctx, func() {
		defer w.running.Done()
		if _, taken := w.take(this); taken {
			w.release(this.timer.Stop)
			this.dropped(context.Cause(ctx))
		}
	})
	w.mu.Lock()
	_, pending := w.pending[this]
	if pending {
		this.unhook = unhook
	}
	w.mu.Unlock()
	if !pending {
		w.release(unhook)
	}
}

// expect counts the hook to come, if the wait has not ended already.
func (w *waits) expect(this *wait) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, pending := w.pending[this]
	if pending {
		w.running.Add(1)
	}
	return pending
}

// take reports whether the wait is still its taker's to end.
func (w *waits) take(this *wait) (unhook func() bool, taken bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, pending := w.pending[this]
	delete(w.pending, this)
	return this.unhook, pending
}

// release ends a timer or a hook that is not needed any more; one that has begun
// to run counts itself out.
func (w *waits) release(stop func() bool) {
	if stop != nil && stop() {
		w.running.Done()
	}
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
		w.release(this.timer.Stop)
		w.release(this.unhook)
		this.dropped(ErrStopped)
	}
	w.running.Wait()
}
