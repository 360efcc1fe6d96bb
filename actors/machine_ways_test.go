// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"
)

// start sends the wish on its way. A "call" and a "do" come back with their answer.
func (w *wish) start() {
	w.sent()
	switch w.way {
	case "call":
		w.answer(w.call())
	case "do":
		w.answer(Do(w.ctx, w.guard(), func(ctx context.Context) (int, error) { return w.m.handle(w.of)(ctx, w) }))
	case "ask":
		f := w.ask()
		go func() { w.answer(f.Wait(context.Background())) }()
	case "tell":
		if err := w.tell(); err != nil {
			w.answer(0, err)
		}
	case "message":
		w.m.sys.root.RequestWithCustomSender(w.of.g.PID(), w.message(), w.m.mouth(w.heard))
	case "actor":
		w.m.sys.root.Send(w.m.users[w.id%len(w.m.users)], w)
	}
}

func (w *wish) call() (int, error) {
	if k := w.of.keyed; k != nil {
		return k.Call(w.ctx, w.key, w)
	}
	return w.asks.Call(w.ctx, w)
}

func (w *wish) ask() *Future[int] {
	if k := w.of.keyed; k != nil {
		return k.Ask(w.ctx, w.key, w)
	}
	return w.asks.Ask(w.ctx, w)
}

func (w *wish) tell() error {
	if k := w.of.keyed; k != nil {
		return k.Tell(w.ctx, w.key, w)
	}
	return w.asks.Tell(w.ctx, w)
}

func (w *wish) message() any {
	if k := w.of.keyed; k != nil {
		return k.Message(w.ctx, w.key, w)
	}
	return w.asks.Message(w.ctx, w)
}

// guard is whose Do it is: that of a key, where it has one.
func (w *wish) guard() *Guard {
	if k := w.of.keyed; k != nil {
		g, _ := k.Guard(w.key)
		return g
	}
	return w.of.g
}

// heard takes what came to the sender of a message.
func (w *wish) heard(message any) {
	switch m := message.(type) {
	case Reply[*wish, int]:
		if m.Request != w {
			w.m.fault("wish %d hears the answer of %d", w.id, m.Request.id)
		}
		w.answer(m.Value, m.Err)
	case *actor.DeadLetterResponse:
		w.answer(0, errLetter)
	default:
		w.m.fault("wish %d hears a %T", w.id, message)
	}
}

// mouth is a sender of its own for each message, so that each answer has its place.
type mouth func(message any)

func (h mouth) SendUserMessage(_ *actor.PID, message any) { h(actor.UnwrapEnvelopeMessage(message)) }
func (mouth) SendSystemMessage(*actor.PID, any)           {}
func (mouth) Stop(*actor.PID)                             {}

func (m *machine) mouth(hears func(any)) *actor.PID {
	registry := m.sys.actors.ProcessRegistry
	m.mu.Lock()
	defer m.mu.Unlock()
	pid, _ := registry.Add(mouth(hears), fmt.Sprintf("mouth-%d", len(m.mouths)))
	m.mouths = append(m.mouths, pid)
	return pid
}

// go lets the wish have a goroutine of its own, that its handler may end.
func (w *wish) async() {
	w.m.with(w.say("begins"))
	if w.way != "call" && w.way != "do" {
		w.start()
		return
	}
	go func() {
		returned := false
		defer func() {
			if returned {
				return
			}
			e := &CallError{Dependency: w.of.name, Attempts: w.attempts(), Cause: ErrGoexit}
			if value := recover(); value != nil { // under a policy in shadow
				e.Cause = &PanicError{Value: value}
			}
			w.answer(0, e)
		}()
		w.start()
		returned = true
	}()
}

func (w *wish) attempts() int {
	w.m.mu.Lock()
	defer w.m.mu.Unlock()
	return w.tries
}

// spawnActor makes an actor of the user's that asks in its own name.
func (m *machine) spawnActor(t *rapid.T) {
	name := fmt.Sprintf("client-%d", rapid.IntRange(0, 3).Draw(t, "client"))
	taken := false
	for _, pid := range m.users {
		taken = taken || userName(pid.Id) == name
	}
	pid, err := m.sys.SpawnActor(name, actor.PropsFromFunc(func(ctx actor.Context) {
		w, is := ctx.Message().(*wish)
		if !is {
			return
		}
		ctx.RequestWithCustomSender(w.of.g.PID(), w.message(), m.mouth(w.heard)) // it may have stopped before the answer comes
	}))
	m.expect(t, "an actor", err, m.down, taken)
	if err == nil {
		m.users = append(m.users, pid)
	}
}

// send is the action that sends one request in one way.
func (m *machine) send(way string) func(*rapid.T) {
	return func(t *rapid.T) {
		w := m.draw(t, m.anyWard(t), way)
		if way == "do" && w.guard() == nil {
			t.Skip("the key has no guard")
		}
		if way == "actor" && (len(m.users) == 0 || m.down) {
			t.Skip("there is no actor")
		}
		w.async()
	}
}

// burst sends many at once, of one ward.
func (m *machine) burst(t *rapid.T) {
	of := m.anyWard(t)
	for range rapid.IntRange(3, 12).Draw(t, "many") {
		m.draw(t, of, rapid.SampledFrom([]string{"call", "ask", "tell", "message"}).Draw(t, "way")).async()
	}
}

func (m *machine) callerLeaves(t *rapid.T) {
	var waiting []*wish
	m.mu.Lock()
	for _, w := range m.wishes {
		if w.answers == 0 && w.ctx.Err() == nil {
			waiting = append(waiting, w)
		}
	}
	m.mu.Unlock()
	if len(waiting) == 0 {
		t.Skip("nobody waits")
	}
	who := rapid.SampledFrom(waiting).Draw(t, "who")
	m.with(who.id)
	who.leave()
}

func (m *machine) later(t *rapid.T) {
	time.Sleep(rapid.SampledFrom([]time.Duration{
		time.Millisecond, 30 * time.Millisecond, 150 * time.Millisecond, 500 * time.Millisecond,
		2 * time.Second, 15 * time.Second, 70 * time.Second,
	}).Draw(t, "time"))
}
