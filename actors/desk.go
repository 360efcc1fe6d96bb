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
	system    tray
	user      tray
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

func (d *desk) post(lane *tray, message any) {
	d.mu.Lock()
	lane.put(message)
	wake := !d.running && d.ready()
	d.running = d.running || wake
	d.mu.Unlock()
	if wake {
		d.hands.run(d)
	}
}

// ready reports whether there is something that may be received. Caller holds mu.
func (d *desk) ready() bool {
	return d.invoker != nil && (d.system.holds() > 0 || d.user.holds() > 0 && !d.suspended)
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
	return d.user.holds()
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
	if d.system.holds() > 0 {
		return d.system.take(), true, true
	}
	return d.user.take(), false, true
}

// tray is a queue, nearly always of one.
type tray struct {
	all   []any
	taken int // from the front of all
}

func (t *tray) holds() int { return len(t.all) - t.taken }

func (t *tray) put(message any) {
	if t.taken > len(t.all)/2 { // or it would grow for ever
		rest := copy(t.all, t.all[t.taken:])
		clear(t.all[rest:])
		t.all, t.taken = t.all[:rest], 0
	}
	t.all = append(t.all, message)
}

// take takes the first one; there is one.
func (t *tray) take() any {
	message := t.all[t.taken]
	t.all[t.taken] = nil
	t.taken++
	if t.taken == len(t.all) {
		t.all, t.taken = t.all[:0], 0
	}
	return message
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
