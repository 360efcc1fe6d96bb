// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// ward is what is known of a guard, or of all guards of a keyring.
type ward struct {
	name     string
	under    *brood // nil: the System
	g        *Guard
	refs     []*Ref[*wish, int]
	keyed    *Keyed[*wish, int]
	rebuilt  bool
	stopping bool // somebody has begun to stop it
	halted   bool // and nothing begins any more; a poisoned guard only closes its gate
	broke    bool // the machine has broken its actor
	held     bool // something but an operator may hold its circuit open
	command  Command
	until    time.Time // of the command, at the earliest
	vague    time.Time // at the latest
	lags     bool      // an update may come yet
	unsure   bool      // whether the command came through
	before   Stats     // at the last look
	settled  reckoning // of the judged wishes

	keyCommands   map[string]keyCommand
	commandedOpen bool // a command held it open at some time
	settledStop   bool // the stop had begun before the last step
	tells         int  // requests whose answer nobody hears

	// Guarded by the machine's mu.
	policies []Policy // all there were
	sent     int      // requests
	running  int      // handlers, and builds
	handling int      // handlers
	tries    int      // handlers begun
	left     []time.Time
}

// GoString is what rapid shows of a draw.
func (w *ward) GoString() string { return w.name }

// GoString is what rapid shows of a draw.
func (n *brood) GoString() string { return n.String() }

func (n *brood) String() string {
	if n == nil {
		return "the system"
	}
	return n.name
}

// brood is what is known of a group.
type brood struct {
	g        *Group
	name     string
	under    *brood
	stopping bool
}

func (n *brood) parent(m *machine) Parent {
	if n == nil {
		return m.sys
	}
	return n.g
}

// anyHome draws the System or a group, also one that has stopped.
func (m *machine) anyHome(t *rapid.T) *brood {
	i := rapid.IntRange(0, len(m.broods)).Draw(t, "under")
	if i == 0 {
		return nil
	}
	return m.broods[i-1]
}

func (m *machine) anyWard(t *rapid.T) *ward {
	if len(m.wards) == 0 {
		t.Skip("there is no guard")
	}
	return rapid.SampledFrom(m.wards[max(0, len(m.wards)-10):]).Draw(t, "ward")
}

// expect judges the error of making something by what is certain: a System that
// shuts down, or a group that stops, refuses; a name is taken or not.
func (m *machine) expect(t *rapid.T, what string, err error, stopped, taken bool) {
	named, isName := errors.AsType[*NameError](err)
	switch {
	case stopped && !errors.Is(err, ErrStopped) && !isName, stopped && isName && !taken:
		m.fail(t, "%s under what has stopped: %v", what, err)
	case !stopped && taken && (!isName || !named.Taken):
		m.fail(t, "%s with a name that is taken: %v", what, err)
	case !stopped && !taken && err != nil:
		m.fail(t, "%s: %v", what, err)
	}
}

// name draws a name and tells whether it is taken: yes, no, or nobody knows.
func (m *machine) name(t *rapid.T) (name string, taken, unknown bool) {
	name = rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "Bad"}).Draw(t, "name")
	for _, w := range m.wards {
		if w.name == name && !w.g.hasStopped() {
			taken, unknown = true, w.stopping
		}
	}
	return name, taken, unknown
}

// make lets one constructor run, and puts what it made among the wards.
func (m *machine) make(t *rapid.T, create func(w *ward, under Parent) error) {
	name, taken, unknown := m.name(t)
	w := &ward{name: name, under: m.anyHome(t), policies: []Policy{m.drawPolicy(t)}}
	err := create(w, w.under.parent(m))
	plan, _ := w.policy().MarshalJSON()
	m.with(" ", name, " under ", w.under, " ", string(plan), err)
	if name == "Bad" {
		if _, is := errors.AsType[fuseboard.Problem](err); !is {
			m.fail(t, "a bad name: %v", err)
		}
		return
	}
	if !unknown {
		m.expect(t, "guard "+name, err, m.down || w.under != nil && w.under.stopping, taken)
	}
	if err == nil {
		w.note()
		m.wards = append(m.wards, w)
	}
}

func (w *ward) policy() Policy { return w.policies[len(w.policies)-1] }

// note remembers what of its policy can hold its circuit open.
func (w *ward) note() { w.held = w.held || w.policy().Panics.On() || w.under != nil }

// hooks are those of every ward.
func (m *machine) hooks() With[*wish, int] {
	return With[*wish, int]{Safe: func(w *wish) bool { return w.safe }, Discard: m.discard}
}

// discard takes an answer that nobody gets, which must be one, once.
func (m *machine) discard(answer int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if answer == 0 { // of an attempt that failed
		return
	}
	if m.dropped[answer] {
		m.faults = append(m.faults, fmt.Sprintf("attempt %d of wish %d is discarded twice", answer&15, answer>>4))
	}
	m.dropped[answer] = true
}

func (m *machine) protect(t *rapid.T) {
	m.make(t, func(w *ward, under Parent) error {
		g, err := Protect(under, w.name, w.policy())
		if err != nil {
			return err
		}
		w.g = g
		r, err := Bind(g, "charge", m.handle(w), m.hooks())
		w.refs = append(w.refs, r)
		return err
	})
}

func (m *machine) spawn(t *rapid.T) {
	m.make(t, func(w *ward, under Parent) error {
		r, err := Spawn(under, w.name, m.handle(w), w.policy(), m.hooks())
		if err == nil {
			w.g, w.refs = r.Guard, []*Ref[*wish, int]{r}
		}
		return err
	})
}

func (m *machine) bind(t *rapid.T) {
	w := m.anyWard(t)
	if w.keyed != nil {
		t.Skip("its guards come and go")
	}
	op := rapid.SampledFrom([]string{"refund", "status"}).Draw(t, "op")
	taken := false
	for _, r := range w.refs {
		taken = taken || r.op.name == op
	}
	r, err := Bind(w.g, op, m.handle(w), m.hooks())
	m.expect(t, "an operation", err, w.g.hasStopped(), taken)
	if err == nil {
		w.refs = append(w.refs, r)
	}
}
