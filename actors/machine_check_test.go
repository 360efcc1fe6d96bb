// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strings"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// say tells of a wish, for whoever looks for the fault.
func (w *wish) say(what string) string {
	var b strings.Builder
	for _, d := range w.deeds {
		fmt.Fprintf(&b, " %s(%s, deaf %v)", d.how, d.take, d.deaf)
	}
	plan, _ := w.plan.MarshalJSON()
	return fmt.Sprintf("wish %d of %s by %s (safe %v, dated %v,%s) %s: after %d tries, %d answers: %d, %v\nunder %s",
		w.id, w.of.name, w.way, w.safe, w.dated, b.String(), what, w.tries, w.answers, w.value, w.err, plan)
}

// GoString is what rapid shows of a draw.
func (w *wish) GoString() string { return fmt.Sprint("wish ", w.id) }

// story is what was told of one guard, key or group.
type story struct {
	seq, epoch, version uint64
	state               State
	stopped             bool
}

// listen reads what was told since the last step.
func (m *machine) listen() {
	for {
		select {
		case e, more := <-m.sub.C():
			if !more {
				return
			}
			m.hear(e)
		default:
			return
		}
	}
}

func (m *machine) hear(e Event) {
	who := fmt.Sprintf("%s:%s:%q", e.Group, e.Dependency, e.Key)
	s := m.told[who]
	if s == nil || s.stopped {
		s = &story{epoch: 1, version: 1}
		m.told[who] = s
	}
	s.seq++
	if e.Seq != s.seq || (e.Kind == EventStarted) != (e.Seq == 1) {
		m.fault("%s: event %d (%s), want %d", who, e.Seq, e.Kind, s.seq)
	}
	switch e.Kind {
	case EventStopped:
		s.stopped = true
	case EventTransition:
		s.epoch++
		if e.Transition.Epoch != s.epoch || e.Transition.From != s.state {
			m.fault("%s: %+v after epoch %d, %s", who, e.Transition, s.epoch-1, s.state)
		}
		s.state = e.Transition.To
	case EventUpdated:
		if s.version++; e.Change.Version != s.version {
			m.fault("%s: version %d, want %d", who, e.Change.Version, s.version)
		}
	default:
	}
}

// check is what holds after each step, when nobody has anything to do but to wait.
func (m *machine) check(t rapid.TB) {
	synctest.Wait()
	m.steps++
	for m.judgeWishes() { // their contexts end, and what waits under those is answered
		synctest.Wait()
	}
	m.judgeEndings()
	m.listen()
	for _, w := range m.wards {
		m.checkStats(w)
		if w.keyed != nil {
			m.checkKeys(w)
		} else {
			m.checkGuard(w)
		}
		if w.g.hasStopped() {
			m.checkStopped(w)
		}
		w.settledStop = w.halted
	}
	m.confess(t)
}

// checkStopped looks for what rings or waits although its guard has stopped.
func (m *machine) checkStopped(w *ward) {
	rings := func(a *alarm) bool { return a.timer != nil && a.timer.Stop() }
	for _, g := range w.guards() {
		if n := g.pool.Load().Crew().Idle; n != 0 {
			m.fault("%s has stopped, and %d idle goroutines wait for work", g.name, n)
		}
		if rings(&g.alarm) {
			m.fault("%s has stopped, and its alarm is set", g.name)
		}
	}
	if w.keyed != nil && rings(&w.keyed.alarm) {
		m.fault("%s has stopped, and will look for idle keys", w.name)
	}
	if c := w.g.crew.Load(); c != nil && c.sweep != nil && c.sweep.Stop() {
		m.fault("%s has stopped, and will look for idle workers", w.name)
	}
}

// guards returns the guard, or that of the keyring and those of its keys.
func (w *ward) guards() []*Guard {
	all := []*Guard{w.g}
	for _, e := range w.entries() {
		all = append(all, &e.guard)
	}
	return all
}

func (w *ward) entries() []*entry {
	if w.keyed == nil {
		return nil
	}
	return w.keyed.entries()
}

// checkGuard looks at permits, at the command in force and at what was told.
func (m *machine) checkGuard(w *ward) {
	s := w.before
	m.mu.Lock()
	running := w.handling
	m.mu.Unlock()
	if s.Gate.InUse != running && (!w.broke || s.Gate.InUse < running) {
		m.fault("%s: %d permits are in use, and %d handlers run", w.name, s.Gate.InUse, running)
	}
	if w.stopping {
		return
	}
	if s.PolicyVersion != uint64(len(w.policies)) && !w.lags {
		m.fault("%s: policy %d, want %d", w.name, s.PolicyVersion, len(w.policies))
	}
	switch now := time.Now(); {
	case w.unsure:
	case now.Before(w.until) && s.Mode != w.command.Mode:
		m.fault("%s: mode %s under the command %s", w.name, s.Mode, w.command.Mode)
	case !now.Before(w.vague) && s.Mode != Enforce && (s.Mode != HoldOpen || !w.held):
		m.fault("%s: mode %s, and nobody commands it", w.name, s.Mode)
	}
	if told := w.g.told.Load(); told != s.Epoch && !w.broke {
		m.fault("%s: told epoch %d of %d", w.name, told, s.Epoch)
	}
}

// numbersOf are those that never fall.
func numbersOf(s Stats) []uint64 {
	r := s.Rejected
	return []uint64{s.Calls, s.Attempts, s.Retries, s.Successes, s.Failures, s.Voids, s.Left, s.Failed, s.Suppressed, s.NotRepeated.sum(), s.begun(), s.CallLatency.Count(), r.Breaker, r.Bulkhead, r.Restart, r.Deadline, r.Workers, r.Stopped}
}

// begun is how many repetitions have begun.
func (s Stats) begun() (all uint64) {
	for _, r := range s.Repeated {
		all += uint64(r.Count)
	}
	return all
}

// counted returns the numbers of a guard, or those of all keys in the same form.
func (w *ward) counted() Stats {
	if w.keyed == nil {
		return w.g.Stats()
	}
	s := w.keyed.Stats()
	return Stats{
		Calls: s.Calls, Attempts: s.Attempts, Retries: s.Retries, Successes: s.Successes, Failures: s.Failures, Voids: s.Voids,
		Rejected: s.Rejected, Left: s.Left, PolicyVersion: s.PolicyVersion,
		Failed: s.Failed, Suppressed: s.Suppressed, NotRepeated: s.NotRepeated, Repeated: s.Repeated, CallLatency: s.CallLatency, AttemptLatency: s.AttemptLatency,
	}
}

// checkStats compares what a guard has counted with the answers that were judged.
func (m *machine) checkStats(w *ward) {
	s, was := w.counted(), w.before
	w.before = s
	for i, n := range numbersOf(s) {
		if n < numbersOf(was)[i] {
			m.fault("%s: a number falls: %+v, %+v", w.name, was, s)
		}
	}
	if s.Attempts != s.Successes+s.Failures+s.Voids || s.Calls != s.Attempts-s.Retries+s.Left+s.Rejected.sum() {
		m.fault("%s: the numbers do not add up: %+v", w.name, s)
	}
	// Every attempt is timed; of the calls with attempts those that are not over are not.
	if s.AttemptLatency.Count() != s.Attempts || s.CallLatency.Count() > s.Calls-s.Left-s.Rejected.sum() ||
		s.CallLatency.Count() < s.Failed || s.Failed > s.Failures {
		m.fault("%s: the durations do not add up: %+v", w.name, s)
	}
	// What has begun may not have ended; who was refused by the budget may not have been answered.
	if s.begun() < s.Retries || s.NotRepeated.sum() > s.Failed || s.NotRepeated.Budget > s.Suppressed {
		m.fault("%s: the repetitions do not add up: %+v", w.name, s)
	}
	m.mu.Lock()
	r, sent, tries, watched := w.settled, uint64(w.sent), uint64(w.tries), w.watched()
	m.mu.Unlock()
	if s.Attempts > tries || s.Calls > sent-r.letters || s.Calls < r.judged-r.letters-r.keys && !(watched && w.keyed != nil) {
		m.fault("%s: %d requests, %d handlers run, %+v: %+v", w.name, sent, tries, r, s)
	}
	if w.tells > 0 || w.keyed != nil {
		return
	}
	if s.Rejected != r.rejected || s.Left != r.left || s.Successes < r.succeeded && !watched {
		m.fault("%s counts %+v and answers %+v", w.name, s, r)
	}
}

// checkKeys looks at the keys there are.
func (m *machine) checkKeys(w *ward) {
	s := w.keyed.Stats()
	if s.Keys > s.Max || s.Created != uint64(s.Keys)+s.EvictedIdle+s.EvictedForRoom || int64(s.Keys) != w.keyed.count.Load() {
		m.fault("%s: %+v, %d counted", w.name, s, w.keyed.count.Load())
	}
	if w.stopping {
		return
	}
	for key, c := range w.keyCommands {
		g, found := w.keyed.Guard(key)
		switch {
		case !time.Now().Before(c.until):
			delete(w.keyCommands, key)
		case !found || g.circuit.Mode() != c.mode:
			m.fault("%s: key %q has lost the command %s", w.name, key, c.mode)
		}
	}
	in := 0
	for _, g := range w.keyed.All() {
		in += g.gate.Depth().InUse
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if in != w.handling && !w.broke && !w.watched() {
		m.faults = append(m.faults, fmt.Sprintf("%s: %d permits are in use, and %d handlers run", w.name, in, w.handling))
	}
}
