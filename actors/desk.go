// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// desk is the mailbox of a worker or a builder. It does what the actor library's own
// does, but it goes on when a handler has ended its goroutine (runtime.Goexit), where that
// would be marked as running for ever; it takes one lock for a message where that takes
// two, besides its atomics; and to run it is no closure that has to be made each time.
// What comes while the actor is being made waits, where that breaks the sender.
type desk struct {
	hands *hands

	mu        sync.Mutex
	invoker   actor.MessageInvoker // nil while the actor is being made; guarded by mu, as all below
	system    []any
	user      []any
	suspended bool
	running   bool // a hand runs it, or is about to
}

// atDesk gives an actor a desk.
func atDesk(h *hands) actor.PropsOption {
	return actor.WithMailbox(func() actor.Mailbox { return &desk{hands: h} })
}

// PostUserMessage queues a message that the actor receives.
func (d *desk) PostUserMessage(message any) { d.post(&d.user, message) }

// PostSystemMessage queues one of the actor library's, which go first.
func (d *desk) PostSystemMessage(message any) { d.post(&d.system, message) }

func (d *desk) post(lane *[]any, message any) {
	d.mu.Lock()
	*lane = append(*lane, message)
	wake := !d.running && d.ready()
	d.running = d.running || wake
	d.mu.Unlock()
	if wake {
		d.hands.run(d)
	}
}

// ready reports whether there is something that may be received. Caller holds mu.
func (d *desk) ready() bool {
	return d.invoker != nil && (len(d.system) > 0 || len(d.user) > 0 && !d.suspended)
}

// RegisterHandlers says whose mailbox it is. The dispatcher is the hands.
func (d *desk) RegisterHandlers(invoker actor.MessageInvoker, _ actor.Dispatcher) {
	d.mu.Lock()
	d.invoker = invoker
	d.mu.Unlock()
}

// Start does nothing: the first message that the actor library posts starts it.
func (*desk) Start() {}

// UserMessageCount counts what waits.
func (d *desk) UserMessageCount() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.user)
}

// Run has the actor receive until there is nothing left, and has it go on elsewhere when
// a message ends the goroutine.
func (d *desk) Run() {
	ended := false
	defer func() {
		if ended {
			return
		}
		if v := recover(); v != nil {
			panic(v)
		}
		d.hands.run(d)
	}()
	for d.receive() {
		continue
	}
	ended = true
}

// receive has the actor receive one message. A panic is a failure of the actor.
func (d *desk) receive() (more bool) {
	message, ofSystem, found := d.take()
	if !found {
		return false
	}
	defer func() {
		if v := recover(); v != nil {
			d.invoker.EscalateFailure(v, message)
			more = true
		}
	}()
	switch {
	case !ofSystem:
		d.invoker.InvokeUserMessage(message)
	case !d.obey(message):
		d.invoker.InvokeSystemMessage(message)
	}
	return true
}

// take takes the next message; where there is none it does not run any more.
func (d *desk) take() (message any, ofSystem, found bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running = d.ready(); !d.running {
		return nil, false, false
	}
	lane := &d.user
	if ofSystem = len(d.system) > 0; ofSystem {
		lane = &d.system
	}
	queue := *lane
	message = queue[0]
	rest := copy(queue, queue[1:]) // nearly always none
	queue[rest] = nil
	*lane = queue[:rest]
	return message, ofSystem, true
}

// obey does what a message for the mailbox itself says; false is any other.
func (d *desk) obey(message any) bool {
	suspend := false
	switch message.(type) {
	case *actor.SuspendMailbox:
		suspend = true
	case *actor.ResumeMailbox:
	default:
		return false
	}
	d.mu.Lock()
	d.suspended = suspend
	d.mu.Unlock()
	return true
}
