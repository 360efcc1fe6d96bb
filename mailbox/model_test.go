// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	processor "github.com/fuseboard/fuseboard/internal/lane"
	"github.com/fuseboard/fuseboard/mailbox"
)

// model is the gate as one would write it with one goroutine and a slice.
type model struct {
	bulkhead          mailbox.Bulkhead
	closed, suspended bool
	now               fuseboard.Instant
	inUse             int
	waiting           []*visit
	crowded           func() bool // a quota over several gates is spent; nil: there is none
}

// visit is one caller or job, in the model and in the gate.
type visit struct {
	priority fuseboard.Priority
	limit    fuseboard.Instant
	leave    func()
	cause    error

	want, got   error
	done, ended bool // answered in the model; answered by the gate
	answers     int
}

func (v *visit) expect(err error) { v.want, v.done = err, true }

func (m *model) depth() mailbox.Depth {
	d := mailbox.Depth{
		Limit: m.bulkhead.Concurrency, Queue: m.bulkhead.Queue, InUse: m.inUse,
		Waiting: len(m.waiting), Priorities: m.priorities(), Closed: m.closed, Suspended: m.suspended,
	}
	if d.Limit == 0 {
		d.Queue = mailbox.SuspendedQueue
	}
	return d
}

func (m *model) free() bool {
	return !m.suspended && (m.bulkhead.Concurrency == 0 || m.inUse < m.bulkhead.Concurrency)
}

func (m *model) admits() bool { return !m.closed && m.free() && len(m.waiting) == 0 }

// arrive is what Enter and Post should do with v.
func (m *model) arrive(v *visit, until fuseboard.Instant) {
	queue := m.depth().Queue
	v.limit = min(until, m.now.Add(m.patience(until)))
	switch {
	case m.closed:
		v.expect(mailbox.ErrStopped)
	case m.admits():
		m.inUse++
		v.expect(nil)
	case queue == 0 && m.suspended:
		v.expect(mailbox.ErrSuspended)
	case len(m.waiting) >= queue:
		v.expect(mailbox.ErrFull)
	case m.crowded != nil && m.crowded():
		v.expect(mailbox.ErrLimit)
	case v.cause != nil:
		v.expect(v.cause)
	case v.limit <= m.now:
		v.expect(mailbox.ErrLate)
	default:
		m.waiting = append(m.waiting, v)
	}
}

func (m *model) patience(until fuseboard.Instant) time.Duration {
	if m.bulkhead.MaxWait != 0 {
		return m.bulkhead.MaxWait
	}
	if fifth := (until - m.now) / 5; until != fuseboard.Never && time.Duration(fifth) < 100*time.Millisecond {
		return max(0, time.Duration(fifth))
	}
	return 100 * time.Millisecond
}

func (m *model) priorities() (n mailbox.ByPriority) {
	for _, v := range m.waiting {
		switch v.priority {
		case fuseboard.Critical:
			n.Critical++
		case fuseboard.High:
			n.High++
		case fuseboard.Normal:
			n.Normal++
		case fuseboard.Sheddable:
			n.Sheddable++
		}
	}
	return n
}

// next is the place of whom a permit goes to: the oldest of the highest priority.
func (m *model) next() (at int) {
	for i, v := range m.waiting {
		if v.priority > m.waiting[at].priority {
			at = i
		}
	}
	return at
}

func (m *model) grant() {
	for len(m.waiting) > 0 && m.free() {
		at := m.next()
		m.waiting[at].expect(nil)
		m.waiting = slices.Delete(m.waiting, at, at+1)
		m.inUse++
	}
}

// drop answers those who match with why and returns how many they are.
func (m *model) drop(why error, match func(*visit) bool) (n int) {
	var kept []*visit
	for _, v := range m.waiting {
		if match(v) {
			v.expect(why)
			n++
		} else {
			kept = append(kept, v)
		}
	}
	m.waiting = kept
	return n
}

func (m *model) advance(d time.Duration) {
	m.now = m.now.Add(d)
	why := mailbox.ErrLate
	if m.suspended {
		why = mailbox.ErrSuspended
	}
	m.drop(why, func(v *visit) bool { return v.limit <= m.now })
}

func everyone(*visit) bool { return true }

func TestGateAgreesWithTheNaiveModel(t *testing.T) {
	overLanes(t, func(t *testing.T, lanes int) {
		synctest.Test(t, func(t *testing.T) {
			// Hidden from rapid: a bubble's T has no Deadline.
			rapid.Check(struct{ rapid.TB }{t}, func(rt *rapid.T) {
				m := newMachine(rt, lanes)
				defer m.tearDown()
				steps := m.steps()
				steps["Advance"], steps[""] = m.advance, m.agree
				rt.Repeat(steps)
			})
		})
	})
}

// overLanes runs a test of gates that are never divided, and of those whose permits are
// divided over one lane and over four, whatever processors there are: each asks for the
// next of them in turn.
func overLanes(t *testing.T, test func(t *testing.T, lanes int)) {
	t.Run("whole", func(t *testing.T) { test(t, 0) })
	for _, n := range []int{1, 4} {
		t.Run(fmt.Sprintf("divided over %d", n), func(t *testing.T) {
			defer processor.Force(n)()
			test(t, n)
		})
	}
}

func drawBulkhead(t *rapid.T) mailbox.Bulkhead {
	if rapid.IntRange(0, 9).Draw(t, "off") == 0 {
		return mailbox.Bulkhead{}
	}
	return mailbox.Bulkhead{
		Concurrency: rapid.IntRange(1, 3).Draw(t, "concurrency"),
		Queue:       rapid.IntRange(0, 4).Draw(t, "queue"),
		MaxWait:     rapid.SampledFrom([]time.Duration{0, time.Millisecond, 30 * time.Millisecond}).Draw(t, "max wait"),
	}
}

// matches compares an answer of the gate with the model's.
func (v *visit) matches() bool {
	if !v.done {
		return !v.ended && v.answers == 0
	}
	return v.ended && v.answers == 1 && (v.want == nil) == (v.got == nil) && errors.Is(v.got, v.want)
}
