// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"

	"github.com/fuseboard/fuseboard"
)

// Job is work that waits at a gate without a goroutine of its own. Exactly one
// of its methods is called, once.
type Job interface {
	// Run does the work. It has its own goroutine and holds a permit, and must call
	// [Gate.Leave] itself, best deferred, whatever happens in it. A panic in Run is
	// the job's to recover.
	Run()
	// Refuse tells that the job will not run: with the errors of [Gate.Enter]. It is
	// called on any goroutine (the poster's, a leaver's, a timer's), never under the
	// gate's lock, and should return soon, because others may wait behind it.
	Refuse(why error)
}

// Starter is a Job that brings its own goroutine.
type Starter interface {
	Job
	// Start is called in the place of go Run(), perhaps under the gate's lock: it must
	// see to it that Run is called on another goroutine, return at once, and call
	// nothing of the gate.
	Start()
}

// start runs a job that was granted its permit.
func start(job Job) {
	if own, is := job.(Starter); is {
		own.Start()
		return
	}
	go job.Run()
}

// Post is [Gate.Enter] without blocking: job runs once it holds a permit, or is
// refused. It is queued on the caller's goroutine, so that the posts of one
// goroutine with one priority are granted in their order. A job that is granted a permit
// costs a goroutine, unless it is a [Starter]; one that waits costs at most a hook on ctx.
func (g *Gate) Post(ctx context.Context, until fuseboard.Instant, job Job) {
	if g.TryEnter() {
		start(job)
		return
	}
	switch w, err := g.join(ctx, unread, until, job); {
	case err != nil:
		job.Refuse(err)
	case w == nil:
		start(job)
	default:
		g.arm(w)
	}
}

// arm sets the hook of a queued job on its context. It is made outside the lock, because
// a context may be anyone's code; if the job was answered meanwhile it is taken off at once.
func (g *Gate) arm(w *waiter) {
	if w.done == nil {
		return
	}
	unhook := context.AfterFunc(w.ctx, func() { g.expel(w, errLeft) })
	g.mu.Lock()
	armed := w.queued
	if armed {
		w.unhook = unhook
	}
	g.mu.Unlock()
	if !armed {
		unhook()
	}
}

// expel refuses a job that is still queued.
func (g *Gate) expel(w *waiter, why error) {
	g.mu.Lock()
	var gone *waiter
	if w.queued {
		gone = g.settle(w, g.lateness(why), nil)
	}
	g.unlock(gone)
}
