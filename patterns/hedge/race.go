// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"context"
	"sync"

	"github.com/fuseboard/fuseboard"
)

// undecided is the winner while there is none.
const undecided = -1

// race is one call: its copies run until one answers, all have failed, or the caller leaves.
type race[T any] struct {
	h       *Hedger
	options Options[T]
	f       func(ctx context.Context, which int) (T, error)
	sent    int               // copies, the first included; the caller's alone
	began   fuseboard.Instant // the first copy did

	mu      sync.Mutex
	running int
	first   bool          // the first copy has ended
	ended   bool          // nothing that comes now is the answer
	over    chan struct{} // closed with ended, unless the caller left
	winner  int
	answer  T
	err     error // of the first copy that failed
}

// send starts the next copy. It is false where the race is over or the hedger closed.
func (r *race[T]) send(within context.Context) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended || !r.h.crew.join() {
		return false
	}
	if r.sent == 0 {
		r.began = r.options.Clock.Now()
	}
	r.running++
	go r.run(within, r.sent)
	r.sent++
	return true
}

// run is the goroutine of a copy. Close waits for it.
func (r *race[T]) run(within context.Context, which int) {
	defer r.h.crew.leave()
	var answer T
	err, unreturned := ErrGoexit, true
	defer func() {
		if broke := recover(); broke != nil {
			err = panicked(broke)
		}
		if unreturned {
			r.h.counts.panics.Add(1)
		}
		if !r.decide(which, answer, err) && err == nil && r.options.Discard != nil {
			r.discard(answer)
		}
	}()
	answer, err = r.f(within, which)
	unreturned = false
}

// decide is told how a copy ended. It is false for one that came too late to matter.
func (r *race[T]) decide(which int, answer T, err error) bool {
	now := r.options.Clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running--
	if r.ended {
		return false
	}
	if which == 0 {
		r.first = true
		r.err = err
		r.record(now, err == nil)
	}
	switch {
	case err == nil:
		r.winner, r.answer, r.err = which, answer, nil
		if which > 0 {
			r.h.counts.won.Add(1)
		}
	case r.running > 0:
		return true
	}
	r.conclude(now)
	close(r.over)
	return true
}

// leave is called by the caller when it goes. It is false where the race is over.
func (r *race[T]) leave() bool {
	now := r.options.Clock.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return false
	}
	r.conclude(now)
	return true
}

// conclude ends the race. A first copy that still runs is recorded with the time that it had. Caller holds mu.
func (r *race[T]) conclude(now fuseboard.Instant) {
	r.ended = true
	if !r.first && r.sent > 0 {
		r.record(now, false)
	}
}

func (r *race[T]) record(now fuseboard.Instant, whole bool) {
	if took := now.Sub(r.began); whole {
		r.h.Record(now, took)
	} else {
		r.h.Lost(now, took)
	}
}

// why is the cause with which the context of all copies ends.
func (r *race[T]) why() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.winner == undecided {
		return nil
	}
	return ErrLost
}

// discard hands an answer to who disposes of it.
func (r *race[T]) discard(answer T) {
	whole := false
	defer func() {
		if !whole {
			_ = recover() // nobody is left who could be told
			r.h.counts.panics.Add(1)
		}
	}()
	r.options.Discard(answer)
	whole = true
}
