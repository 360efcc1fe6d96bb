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
	desk *desk      // its mailbox, also after a restart
	pid  *actor.PID // set before it is handed anything

	// next is handed to it, and not begun yet. From the sending of the envelope on it is
	// the worker's, in whose turns it is begun or, when that stops, goes to another.
	next job

	// Guarded by crew.mu.
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
		if j := w.begin(); j != nil {
			j.handle(ctx, w)
		}
	case *actor.Stopped:
		w.crew.lose(w)
	}
}

// begin returns what the worker was handed; nil if it was nothing.
func (w *worker) begin() job {
	j := w.next
	w.next = nil
	return j
}
