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
	waiting           []*visit                        // as they came
	turns             map[fuseboard.Priority][]string // whose tenants take them, the next one first
	lines             map[lineOf]*lineState
	crowded           func() bool                                  // a quota over several gates is spent; nil: there is none
	tie               func(fuseboard.Priority, []string) (one int) // of tenants with as many waiters
}

// visit is one caller or job, in the model and in the gate.
type visit struct {
	priority fuseboard.Priority
	tenant   string // empty where tenants do not take turns
	since    fuseboard.Instant
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

// admitsAll is for whom the least is known: TryEnter.
func (m *model) admitsAll() bool {
	return !m.closed && m.free(fuseboard.Sheddable) && len(m.waiting) == 0
}

// admits is for one whose priority is known, which finds a permit that nobody waiting may have.
func (m *model) admits(p fuseboard.Priority) bool {
	return !m.closed && m.free(p) && !slices.ContainsFunc(m.waiting, func(v *visit) bool { return v.priority >= p })
}

// arrive is what Enter and Post should do with v.
func (m *model) arrive(v *visit, until fuseboard.Instant) {
	v.since, v.limit = m.now, min(until, m.now.Add(m.patience(until)))
	if m.closed {
		v.expect(mailbox.ErrStopped)
		return
	}
	if m.admits(v.priority) {
		m.inUse++
		v.expect(nil)
		return
	}
	full := m.full(v)
	switch {
	case full != nil && !m.mayOust(v):
		v.expect(full)
	case v.cause != nil:
		v.expect(v.cause)
	case v.limit <= m.now:
		v.expect(mailbox.ErrLate)
	default:
		m.queueUp(v, full)
	}
}

func (m *model) queueUp(v *visit, full error) {
	if full != nil {
		victim := m.yields(v)
		if victim == nil {
			v.expect(full)
			return
		}
		m.answer(victim, mailbox.ErrYielded)
	}
	m.add(v)
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

// drop answers those who match with why and returns how many they are.
func (m *model) drop(why error, match func(*visit) bool) (n int) {
	for _, v := range slices.Clone(m.waiting) {
		if match(v) {
			m.answer(v, why)
			n++
		}
	}
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

// Where little happens but that many come, long queues of all orders come about.
func TestLongQueuesAgreeWithTheNaiveModel(t *testing.T) {
	overLanes(t, func(t *testing.T, lanes int) {
		synctest.Test(t, func(t *testing.T) {
			rapid.Check(struct{ rapid.TB }{t}, func(rt *rapid.T) {
				m := newMachine(rt, lanes)
				defer m.tearDown()
				m.reshape(drawRules(rt, mailbox.Bulkhead{Concurrency: rapid.IntRange(1, 5).Draw(rt, "permits"), Queue: 4}))
				m.gate.Resize(m.bulkhead)
				all, few := m.steps(), map[string]func(*rapid.T){"": m.agree}
				for _, name := range []string{"Enter", "Enter again", "Post", "Leave", "Cancel"} {
					few[name], few[name+" once more"] = all[name], all[name]
				}
				few["Resize, rarely"] = rarely(all["Resize"])
				few["Suspend, rarely"] = rarely(all["Suspend"])
				few["Resume"] = all["Resume"]
				few["Wait"], few["Wait more"] = m.advanceShortly, m.advanceShortly
				rt.Repeat(few)
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
	b := mailbox.Bulkhead{
		Concurrency: rapid.IntRange(1, 3).Draw(t, "concurrency"),
		Queue:       rapid.IntRange(0, 4).Draw(t, "queue"),
		MaxWait:     rapid.SampledFrom([]time.Duration{0, time.Millisecond, 30 * time.Millisecond}).Draw(t, "max wait"),
	}
	if rapid.Bool().Draw(t, "plain") {
		return b
	}
	return drawRules(t, b)
}

// drawRules adds an order, tenants that take turns, or quotas.
func drawRules(t *rapid.T, b mailbox.Bulkhead) mailbox.Bulkhead {
	b.Queue += rapid.IntRange(0, 4).Draw(t, "more places")
	b.Order = rapid.SampledFrom([]mailbox.Order{mailbox.FIFO, mailbox.LIFO, mailbox.CoDel, mailbox.CoDel}).Draw(t, "order")
	b.Fair = rapid.Bool().Draw(t, "fair")
	if b.Order == mailbox.CoDel {
		b.MaxWait = rapid.SampledFrom([]time.Duration{0, 200 * time.Millisecond, time.Second}).Draw(t, "max wait of codel")
		b.Target, b.Interval = 5*time.Millisecond, 20*time.Millisecond
	}
	if rapid.Bool().Draw(t, "quota") {
		share := rapid.SampledFrom([]float64{0, 0.2, 0.5, 0.7, 1})
		b.Quota = mailbox.PriorityQuota{
			High: share.Draw(t, "high"), Normal: share.Draw(t, "normal"), Sheddable: share.Draw(t, "sheddable"),
		}
	}
	return b
}

// matches compares an answer of the gate with the model's.
func (v *visit) matches() bool {
	if !v.done {
		return !v.ended && v.answers == 0
	}
	return v.ended && v.answers == 1 && (v.want == nil) == (v.got == nil) && errors.Is(v.got, v.want)
}
