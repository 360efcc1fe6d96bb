// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"strings"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// finish ends the history: with a Shutdown under which handlers may still hang, or
// after all is quiet; then nothing may be left.
func (m *machine) finish(t *rapid.T) {
	if rapid.Bool().Draw(t, "quiet first") {
		m.letAllGo()
		m.allPasses()
		m.check(t)
		m.quiet(t)
	}
	m.shut(rapid.SampledFrom([]time.Duration{0, 20 * time.Millisecond, 3 * time.Second, time.Minute}).Draw(t, "shutdown within"))
	m.allPasses()
	m.check(t)
	m.letAllGo()
	m.allPasses()
	m.check(t)
	m.quiet(t)
	m.afterwards(t)
	m.check(t)
	m.nothingLeft()
	m.confess(t)
}

// allPasses lets all happen that has a time: no wait in a history is as long.
func (m *machine) allPasses() {
	for range 5 {
		time.Sleep(time.Minute)
		m.listen()
	}
}

// quiet is what holds when every handler has ended and every caller has gone.
func (m *machine) quiet(t *rapid.T) {
	m.mu.Lock()
	for _, w := range m.wishes {
		if w.way != "tell" {
			m.faults = append(m.faults, w.say("is not answered"))
		}
	}
	forged := m.forged
	m.mu.Unlock()
	if forged != 0 {
		m.fault("%d forged messages are not answered", forged)
	}
	for _, w := range m.wards {
		m.quietWard(w)
	}
	m.confess(t)
}

func (m *machine) quietWard(w *ward) {
	for _, e := range w.entries() {
		if e.kept.Load() != 0 && !(w.broke && w.g.hasStopped()) { // a command that came while it was broken keeps its key
			m.fault("%s is kept %d times", e.guard.name, e.kept.Load())
		}
	}
	m.mu.Lock()
	builds := w.running - w.handling // a handler that is never ready is built again for ever
	m.mu.Unlock()
	for _, g := range w.guards() {
		d, crew := g.gate.Depth(), g.pool.Load().Crew()
		if d.InUse != 0 || d.Waiting != 0 || g.posted.count() != builds || crew.Running != 0 || crew.Abandoned != 0 {
			m.fault("%s: %+v, %d posted, %+v", g.name, d, g.posted.count(), crew)
		}
	}
	m.mu.Lock()
	r, sent, tries, watched := w.settled, uint64(w.sent), uint64(w.tries), w.watched()
	m.mu.Unlock()
	s := w.before
	if w.keyed == nil && s.Calls != sent-r.letters || s.Attempts != tries && !(watched && w.keyed != nil) || w.tells == 0 && s.Successes != r.succeeded && !watched {
		m.fault("%s: %d requests and %d handlers, %+v: %+v", w.name, sent, tries, r, s)
	}
}

// afterwards is what everything gets after a Shutdown.
func (m *machine) afterwards(t *rapid.T) {
	ctx := context.Background()
	for _, w := range m.wards {
		if !w.g.hasStopped() {
			m.fault("%s has not stopped", w.name)
		}
		late := m.newWish(w, "call")
		late.deeds, late.key, late.safe = []act{{how: "ok"}}, "a", true
		late.ctx, late.leave = context.WithCancel(ctx)
		if late.start(); !errors.Is(late.err, ErrStopped) {
			m.fault("a call of %s after the shutdown: %v", w.name, late.err)
		}
		_, err := w.g.Update(ctx, Policy{})
		if err := errors.Join(err, w.g.Command(ctx, Command{Mode: Enforce, Reason: "r", By: "b"})); !errors.Is(err, ErrStopped) {
			m.fault("control of %s after the shutdown: %v", w.name, err)
		}
	}
	_, err := Protect(m.sys, "late", Policy{})
	_, err2 := m.sys.Group("late", GroupPolicy{})
	if !errors.Is(err, ErrStopped) || !errors.Is(err2, ErrStopped) {
		m.fail(t, "after the shutdown: %v, %v", err, err2)
	}
	if n := m.sub.Dropped(); n > 0 {
		m.fault("%d events dropped", n)
	}
}

// nothingLeft looks for what the System has left behind: actors, and guards or groups
// that never said that they stopped.
func (m *machine) nothingLeft() {
	for _, pid := range m.mouths {
		m.sys.actors.ProcessRegistry.Remove(pid)
	}
	synctest.Wait()
	for id := range m.registered() {
		if !m.base[id] && !strings.HasPrefix(id, "guardian$") { // the System's strategy, as the library knows it
			m.fault("%s is left in the registry", id)
		}
	}
	for who, s := range m.told {
		group := strings.Contains(who, "::")
		if !s.stopped && !(m.cut && group) {
			m.fault("%s: the last event is number %d, and not that it stopped", who, s.seq)
		}
	}
	if n := len(m.sys.Guards()) + len(m.sys.Groups()) + len(m.sys.Keyrings()); n != 0 {
		m.fault("%d guards, groups or keyrings are listed", n)
	}
	for _, e := range m.ends {
		m.mu.Lock()
		returned := e.returned
		m.mu.Unlock()
		if !returned {
			m.fault("%s has not ended", e.what)
		}
	}
	if m.sys.users.count() != 0 {
		m.fault("%d users' actors are left", m.sys.users.count())
	}
}
