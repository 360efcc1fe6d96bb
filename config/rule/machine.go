// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

const (
	// Period is how often samples ought to be taken.
	Period = time.Second
	// Gap is how long a value may be missing, because nobody asked or because it was not
	// known, without ending a "for": three periods. What held before a longer one counts no more.
	Gap = 3 * Period
	// Dwell is the least time between two changes of a [Machine].
	Dwell = time.Second
)

// Machine is one rule at work, for the host or for one dependency. It is off until its
// when holds, and then on until its until does. What held before a change counts no more
// after it, so each state lasts at least as long as the "for" of what ends it, and at least
// [Dwell]. It belongs to one goroutine at a time.
type Machine struct {
	conditions [2]Condition // when, until
	watches    [2]*watch    // of these
	on         bool
	stepped    bool
	changed    bool // at least once
	since      fuseboard.Instant
	now        fuseboard.Instant
	began      string // why it is on
}

// NewMachine returns a machine that is off. Without an until it is the when's
// [Condition.Opposite]. It is an error when there is no when. What is probably not meant
// says [Judge].
func NewMachine(when, until Condition) (*Machine, error) {
	if when.IsZero() {
		return nil, Flaws{emptyFlaw("when")}
	}
	if until.IsZero() {
		until = when.Opposite()
	}
	return &Machine{conditions: [2]Condition{when, until}, watches: [2]*watch{newWatch(when), newWatch(until)}}, nil
}

// When returns the condition that turns the rule on.
func (m *Machine) When() Condition { return m.conditions[0] }

// Until returns the condition that turns it off.
func (m *Machine) Until() Condition { return m.conditions[1] }

// Scope returns the narrowest scope of both: where it is [Dependency], each has a machine
// of its own.
func (m *Machine) Scope() Scope { return max(m.When().Scope(), m.Until().Scope()) }

// Step judges a sample, taken at now while the wall clock showed wall, and reports whether
// the rule went on or off. Call it once a [Period]; a rule without signals may wait for
// [Machine.Next]. Instants never go back: an earlier one counts as the last.
func (m *Machine) Step(now fuseboard.Instant, wall time.Time, s Sample) (changed bool) {
	m.now, m.stepped = max(now, m.now), true
	if m.active().judge(m.now, wall, s) != True || m.now < m.rested() {
		return false
	}
	if !m.on {
		m.began = m.active().proof()
	}
	m.on, m.changed, m.since = !m.on, true, m.now
	m.active().forget()
	m.active().judge(m.now, wall, s) // what ends it begins to be counted now
	return true
}

// Inherit lets m, before its first step, go on where another machine is, which it follows
// because its rule was edited: on or off, since when and why. What ends that state is
// counted anew.
func (m *Machine) Inherit(before *Machine) {
	m.on, m.changed, m.since, m.now, m.began = before.on, before.changed, before.since, before.now, before.began
}

// On reports whether the rule is on.
func (m *Machine) On() bool { return m.on }

// Since returns when the rule last changed; zero before its first change.
func (m *Machine) Since() fuseboard.Instant { return m.since }

// Next returns the earliest instant at which the rule may change while the sample stays as
// it is: when a "for" is over, a window of time begins or ends, or the [Dwell] is over. False: not
// before a value changes. A wall clock that is set meanwhile is seen at the next Step only.
func (m *Machine) Next() (at fuseboard.Instant, changes bool) {
	if !m.stepped {
		return 0, true
	}
	w := m.active()
	if at = w.next(); w.truth == True {
		at = m.now
	}
	at = max(at, m.rested())
	return at, at != fuseboard.Never
}

// Why says in words, with the numbers of the last sample, what holds and what is missing.
// Off: "cpu 60%, needs > 85% for 10s". On: why it went on, and what would end it: "cpu 91% >
// 85% for 10s; to end: cpu 88%, needs < 76.5% for 10s".
func (m *Machine) Why() string {
	switch {
	case !m.stepped:
		return "nothing has been read yet"
	case m.on:
		return m.began + "; to end: " + m.active().lack()
	}
	return m.active().lack()
}

// active is the condition that would change the state.
func (m *Machine) active() *watch {
	if m.on {
		return m.watches[1]
	}
	return m.watches[0]
}

// rested is when the machine may change again.
func (m *Machine) rested() fuseboard.Instant {
	if !m.changed {
		return 0
	}
	return m.since.Add(Dwell)
}

func emptyFlaw(what string) Flaw {
	return Flaw{Column: 1, Length: 1, Problem: fuseboard.Problem{
		Code: CodeEmpty, Message: "there is no " + what, Fix: "write one, for example: " + signals[cpu].Example,
	}}
}
