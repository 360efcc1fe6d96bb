// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"
)

// forge sends what only the actor library sends, or what is no request at all.
func (m *machine) forge(t *rapid.T) {
	pid, w, n := m.anyPID(t)
	if w == nil && n == nil {
		t.Skip("a worker takes what it is given")
	}
	message := rapid.SampledFrom([]any{
		&actor.Started{}, &actor.Stopping{}, &actor.Stopped{}, &actor.Restarting{}, &actor.Terminated{Who: pid}, &actor.Stop{},
		&actor.Failure{Who: pid}, "hello", 7, nil,
	}).Draw(t, "message")
	if rapid.Bool().Draw(t, "for nothing") {
		if _, there := m.sys.actors.ProcessRegistry.GetLocal(pid.Id); there {
			m.sys.actors.Root.Send(pid, message)
		}
		return
	}
	m.mu.Lock()
	m.forged++
	m.mu.Unlock()
	m.sys.actors.Root.RequestWithCustomSender(pid, message, m.mouth(func(answer any) {
		reply, is := answer.(Reply[any, any])
		_, dead := answer.(*actor.DeadLetterResponse)
		if !dead && (!is || !errors.Is(reply.Err, ErrUnknownRequest)) {
			m.fault("a forged %T is answered with %T %v", message, answer, answer)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		m.forged--
	}))
}

// breakOne lets the actor of a guard panic in its turn.
func (m *machine) breakOne(t *rapid.T) {
	w := m.anyWard(t)
	if rapid.IntRange(0, 2).Draw(t, "really") != 0 {
		t.Skip("not now")
	}
	m.with(w.name)
	w.broke = true
	w.g.breakOnce()
}

func (m *machine) subscribe(t *rapid.T) {
	if len(m.others) > 3 {
		t.Skip("there are enough")
	}
	m.others = append(m.others, m.sys.Subscribe(rapid.IntRange(1, 3).Draw(t, "buffer")))
}

func (m *machine) unsubscribe(t *rapid.T) {
	if len(m.others) == 0 {
		t.Skip("nobody reads")
	}
	m.others[0].Close()
	m.others = m.others[1:]
}

// look reads all that can be read.
func (m *machine) look(t *rapid.T) {
	w := m.anyWard(t)
	_, _, _ = w.g.Explain().String(), w.g.Warnings(), w.g.Policy()
	if w.keyed != nil {
		for _, g := range w.keyed.All() {
			_ = g.Explain().String()
		}
	}
	for _, n := range m.broods {
		s := n.g.Stats()
		if s.Calls != s.Attempts-s.Retries+s.Left+s.Rejected.sum() {
			m.fail(t, "group %s: %+v", n.name, s)
		}
	}
	_ = m.sys.Guards()
}
