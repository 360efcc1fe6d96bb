// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

// worker is a child of the guard's actor that handles requests which came as
// messages, one at a time, each under a permit of the gate.
type worker struct {
	crew *crew
	pid  *actor.PID // set before it is handed anything

	// Guarded by crew.mu.
	next  job               // handed to it, not begun yet
	shift uint64            // the crew's when it was made
	since fuseboard.Instant // idle since
	gone  bool
}

// job is a request that a worker handles.
type job interface {
	// parcel is the envelope in which it comes, the same one each time.
	parcel() *actor.MessageEnvelope
	// stray says that its worker is gone, and the envelope may be on its way to that.
	stray()
	// handle makes one attempt. It holds a permit, and frees the worker and the
	// permit, or hands itself over to the guard's strategy.
	handle(ctx actor.Context, w *worker)
	// dismiss answers a request that has a permit and will get no worker.
	dismiss()
}

// Receive handles what the worker was handed.
func (w *worker) Receive(ctx actor.Context) {
	switch ctx.Message().(type) {
	case job:
		if j := w.crew.begin(w); j != nil {
			j.handle(ctx, w)
		}
	case *actor.Stopped:
		w.crew.lose(w)
	}
}

// enduring is the dispatcher of one worker: what runs its mailbox goes on when a
// handler has ended its goroutine (runtime.Goexit). A stock dispatcher would leave
// the mailbox marked as running for ever, and begin a goroutine for each message.
type enduring struct {
	hands *hands
	run   func() // the mailbox's; written by Schedule, read by the Run that follows
}

// Schedule runs the mailbox until it is empty. A mailbox calls it again only when that
// has happened.
func (e *enduring) Schedule(run func()) {
	e.run = run
	e.hands.run(e)
}

// Throughput is the actor library's own.
func (*enduring) Throughput() int { return throughput }

// throughput is how many messages an actor handles before it lets others run.
const throughput = 300

// Run runs the mailbox, and has it run on when a handler ends the goroutine.
func (e *enduring) Run() {
	run, ended := e.run, false
	defer func() {
		if ended {
			return
		}
		if v := recover(); v != nil {
			panic(v)
		}
		e.hands.run(e)
	}()
	run()
	ended = true
}
