// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"
)

// ending is a Stop or a Shutdown on its way.
type ending struct {
	what  string
	wards []*ward
	due   time.Time // it must have returned by then; zero: it may take as long as it takes
	all   bool      // it is the Shutdown that reports

	// Guarded by the machine's mu.
	returned bool
	err      error
	at       time.Time
	running  map[*ward]int // at that moment
	judged   bool
}

// grace is how much longer than its context an ending may take: a stop has one for
// what it has cancelled, one for its goroutines and one for its actor, a Shutdown one
// more each for groups, users' actors and the log.
const grace = 3 * cancelGrace

func endGoroutine() { runtime.Goexit() }

// end lets the ending run on its own goroutine.
func (m *machine) end(e *ending, within time.Duration, run func(context.Context) error) {
	ctx, over := context.WithCancel(context.Background())
	if within > 0 {
		ctx, over = context.WithTimeout(ctx, within)
		e.due = time.Now().Add(within + grace)
		if e.all {
			e.due = e.due.Add(grace)
		}
	} else if within == 0 {
		over()
		e.due = time.Now().Add(2 * grace)
	}
	m.with(e.what, within)
	for _, w := range e.wards {
		w.stopping, w.halted = true, true
	}
	m.ends = append(m.ends, e)
	go func() {
		defer over()
		err := run(ctx)
		m.mu.Lock()
		defer m.mu.Unlock()
		e.returned, e.err, e.at = true, err, time.Now()
		e.running = map[*ward]int{}
		for _, w := range e.wards {
			e.running[w] = w.running
		}
	}()
}

// patience draws the time that an ending is given; below zero: all that it takes.
func patience(t *rapid.T) time.Duration {
	return rapid.SampledFrom([]time.Duration{-1, 0, 10 * time.Millisecond, 300 * time.Millisecond, 5 * time.Second, time.Minute}).Draw(t, "within")
}

func (m *machine) stop(t *rapid.T) {
	w := m.anyWard(t)
	run := w.g.Stop
	if w.keyed != nil {
		run = w.keyed.Stop
	}
	m.end(&ending{what: "stop of " + w.name, wards: []*ward{w}}, patience(t), run)
}

func (m *machine) anyBrood(t *rapid.T) *brood {
	if len(m.broods) == 0 {
		t.Skip("there is no group")
	}
	return rapid.SampledFrom(m.broods[max(0, len(m.broods)-6):]).Draw(t, "group")
}

// inside reports whether the brood is above, or is, n.
func (n *brood) inside(above *brood) bool {
	for ; n != nil; n = n.under {
		if n == above {
			return true
		}
	}
	return false
}

// below returns the wards of a group that have not stopped.
func (m *machine) below(n *brood) (all []*ward) {
	for _, w := range m.wards {
		if w.under.inside(n) && !w.g.hasStopped() {
			all = append(all, w)
		}
	}
	return all
}

// closing tells the model that nothing is made in the group any more.
func (m *machine) closing(n *brood) []*ward {
	for _, other := range m.broods {
		if other.inside(n) {
			other.stopping = true
		}
	}
	return m.below(n)
}

func (m *machine) stopGroup(t *rapid.T) {
	n := m.anyBrood(t)
	m.end(&ending{what: "stop of group " + n.name, wards: m.closing(n)}, patience(t), n.g.Stop)
}

// rawStop is a Stop or a PoisonPill that somebody sends to a PID.
func (m *machine) rawStop(t *rapid.T) {
	pid, w, n := m.anyPID(t)
	if _, there := m.sys.actors.ProcessRegistry.GetLocal(pid.Id); !there {
		t.Skip("it has stopped") // a stop that finds nobody is the sender's dead letter
	}
	m.with(pid.Id)
	var wards []*ward
	switch {
	case w != nil:
		wards = []*ward{w}
	case n != nil:
		wards = m.closing(n)
	}
	poison := rapid.Bool().Draw(t, "poison")
	for _, one := range wards {
		one.stopping, one.halted = true, one.halted || one != w || !poison
	}
	if poison {
		m.with(" poison")
		m.sys.actors.Root.Poison(pid)
		return
	}
	m.sys.actors.Root.Stop(pid)
}

// anyPID draws whom to harm, and what is harmed.
func (m *machine) anyPID(t *rapid.T) (*actor.PID, *ward, *brood) {
	switch what := rapid.SampledFrom([]string{"guard", "worker", "group"}).Draw(t, "whom"); what {
	case "group":
		n := m.anyBrood(t)
		return n.g.PID(), nil, n
	case "worker":
		return m.sys.actors.NewLocalPID(m.anyWard(t).g.PID().Id + "/worker-1"), nil, nil
	default:
		w := m.anyWard(t)
		return w.g.PID(), w, nil
	}
}

// shutdown is one of many steps only in a few histories.
func (m *machine) shutdown(t *rapid.T) {
	if rapid.IntRange(0, 15).Draw(t, "really") != 0 {
		t.Skip("not now")
	}
	m.shut(patience(t))
}

func (m *machine) shut(within time.Duration) {
	first := !m.down
	m.down = true
	for _, n := range m.broods {
		n.stopping = true
	}
	e := &ending{what: "shutdown", all: first}
	if first {
		e.wards = slices.Clone(m.wards)
	}
	m.end(e, within, m.sys.Shutdown)
}

// judgeEndings looks at those that have returned since, and for those that are late.
func (m *machine) judgeEndings() {
	now := time.Now()
	for _, e := range m.ends {
		m.mu.Lock()
		returned, judged := e.returned, e.judged
		e.judged = returned
		m.mu.Unlock()
		switch {
		case judged:
		case returned:
			m.judgeEnding(e)
		case !e.due.IsZero() && now.After(e.due):
			m.fault("%s should have ended %s ago", e.what, now.Sub(e.due))
		}
	}
}

// judgeEnding compares what an ending reports with what runs: a handler that still
// runs is named, and one that is named ran a moment ago.
func (m *machine) judgeEnding(e *ending) {
	if !e.due.IsZero() && e.at.After(e.due) {
		m.fault("%s ended %s too late", e.what, e.at.Sub(e.due))
	}
	left, is := errors.AsType[*AbandonedError](e.err)
	if e.err != nil && !is && (!m.down || e.all) {
		m.fault("%s: %v", e.what, e.err)
	}
	m.cut = m.cut || is && e.all
	named := map[string]int{}
	if is {
		for _, one := range left.Guards {
			named[one.Dependency] += one.Running
		}
	}
	least, most := map[string]int{}, map[string]int{}
	for _, w := range e.wards {
		if w.keyed == nil || !w.watched() { // else some may run on their callers' goroutines, without a key
			least[w.name] += e.running[w]
		}
		if most[w.name] += e.running[w] + w.leftSince(m, e.at.Add(-grace)); w.broke {
			most[w.name] += w.sent // requests that wait for the restart to get a worker
		}
	}
	for name := range least {
		if n := named[name]; n < least[name] || n > most[name] {
			m.fault("%s reports %d handlers of %s, and %d to %d run: %v", e.what, n, name, least[name], most[name], e.err)
		}
	}
	if len(e.wards) == 1 && e.err == nil && !e.wards[0].g.hasStopped() {
		m.fault("%s is over, and it has not stopped", e.what)
	}
}

// leftSince counts handlers that have ended after that.
func (w *ward) leftSince(m *machine, since time.Time) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, at := range w.left {
		if !at.Before(since) {
			n++
		}
	}
	return n
}
