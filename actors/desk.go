// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// throughput is how many messages an actor receives before it lets others run: as many as
// under the actor library's own dispatcher.
const throughput = 300

// desk is the mailbox of a worker, a builder, or an actor of SpawnActor. It does what the
// actor library's own does, but it goes on when a handler has ended its goroutine
// (runtime.Goexit), where that would be marked as running for ever; it takes one lock for a
// message where that takes two, besides its atomics; and to run it is no closure that has
// to be made each time. What comes while the actor is being made waits, where that breaks
// the sender, and nil, which would keep that busy for ever, is dropped.
type desk struct {
	hands *hands

	mu        sync.Mutex
	invoker   actor.MessageInvoker // nil while the actor is being made; guarded by mu, as those below
	system    tray
	user      tray
	suspended bool
	running   bool // a hand runs it, or is about to

	bearer atomic.Pointer[desk] // sends it something, and runs it after itself if that is to be: see carry
	heir   *desk                // is to run after this one; of who runs it
}

// atDesk gives an actor a desk.
func atDesk(d *desk) actor.PropsOption {
	return actor.WithMailbox(func() actor.Mailbox { return d })
}

// PostUserMessage queues a message that the actor receives. As in the actor library's
// mailbox what is in a batch comes before the batch.
func (d *desk) PostUserMessage(message any) {
	body := message
	if envelope, is := message.(*actor.MessageEnvelope); is && envelope != nil {
		body = envelope.Message
	}
	if batch, is := body.(actor.MessageBatch); is {
		for _, m := range batch.GetMessages() {
			d.PostUserMessage(m)
		}
	}
	if message != nil {
		d.post(&d.user, message)
	}
}

// PostSystemMessage queues one of the actor library's, which go first.
func (d *desk) PostSystemMessage(message any) { d.post(&d.system, message) }

func (d *desk) post(lane *tray, message any) {
	d.mu.Lock()
	lane.put(message)
	wake := !d.running && d.ready()
	d.running = d.running || wake
	d.mu.Unlock()
	if wake && !d.borne() {
		d.hands.run(d)
	}
}

// borne reports whether another desk runs this one after itself, and that once.
func (d *desk) borne() bool {
	by := d.bearer.Load()
	return by != nil && d.bearer.CompareAndSwap(by, nil)
}

// carry sends something to the actor of another desk, in the turn of this one's. Where that
// wakes it, this goroutine runs it when the turn has ended: one that is about to have
// nothing to do costs less than one that has to be woken. So what is left of the turn must
// not wait for anybody.
func (d *desk) carry(to *desk, send func()) {
	if d.heir != nil || !to.bearer.CompareAndSwap(nil, d) {
		send() // one is enough; another carries already
		return
	}
	defer func() { // also where send ends the goroutine: who woke it counts on us
		if !to.bearer.CompareAndSwap(d, nil) { // something woke it, perhaps not what we sent
			d.heir = to
		}
	}()
	send()
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

// Run has the actor receive until there is nothing left, then its heir. What ends the
// goroutine, a message that does, has both go on elsewhere.
func (d *desk) Run() {
	ended := false
	defer func() {
		if ended {
			return
		}
		if v := recover(); v != nil {
			panic(v)
		}
		d.hands.run(d) // it takes its heir along
	}()
	for d = d.work(); d != nil; d = d.work() {
		pprof.SetGoroutineLabels(context.Background()) // as between what a hand runs
	}
	ended = true
}

// work has the actor receive until there is nothing left, and returns who runs next. No
// heir waits for a second message: that may last.
func (d *desk) work() (heir *desk) {
	for n := 1; ; n++ {
		heir = d.leave()
		message, ofSystem, found := d.take() // where it does not, it may run elsewhere at once
		if !found {
			return heir
		}
		if heir != nil {
			d.hands.run(heir)
		}
		d.receive(message, ofSystem)
		if n%throughput == 0 {
			runtime.Gosched()
		}
	}
}

// leave takes the heir away.
func (d *desk) leave() (heir *desk) {
	heir, d.heir = d.heir, nil
	return heir
}

// receive has the actor receive one message. A panic is a failure of the actor.
func (d *desk) receive(message any, ofSystem bool) {
	defer func() {
		if v := recover(); v != nil {
			d.invoker.EscalateFailure(v, message)
		}
	}()
	switch {
	case !ofSystem:
		d.invoker.InvokeUserMessage(message)
	case !d.obey(message):
		d.invoker.InvokeSystemMessage(message)
	}
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
