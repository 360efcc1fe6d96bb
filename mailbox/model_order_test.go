// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// lineOf names those among whom the order decides: of one priority, and of one tenant where
// tenants take turns.
type lineOf struct {
	priority fuseboard.Priority
	tenant   string
}

// lineState is what CoDel remembers of a line.
type lineState struct {
	calm   fuseboard.Instant
	stands bool
}

func (v *visit) line() lineOf { return lineOf{v.priority, v.tenant} }

func (m *model) inLine(l lineOf) (all []*visit) {
	for _, v := range m.waiting {
		if v.line() == l {
			all = append(all, v)
		}
	}
	return all
}

// share is how much of n a priority may have: no more than any above it.
func (m *model) share(n int, p fuseboard.Priority) int {
	q := m.bulkhead.Quota
	least := 1.0
	for above, share := range map[fuseboard.Priority]float64{
		fuseboard.Critical: q.Critical, fuseboard.High: q.High, fuseboard.Normal: q.Normal, fuseboard.Sheddable: q.Sheddable,
	} {
		if above >= p && share > 0 {
			least = min(least, share)
		}
	}
	return max(min(n, 1), int(least*float64(n)+0.0001))
}

func (m *model) free(p fuseboard.Priority) bool {
	return !m.suspended && (m.bulkhead.Concurrency == 0 || m.inUse < m.share(m.bulkhead.Concurrency, p))
}

// full is why there is no place for v; nil if there is one.
func (m *model) full(v *visit) error {
	queue := m.depth().Queue
	switch taken := len(m.waiting); {
	case taken < m.share(queue, v.priority):
		if m.crowded != nil && m.crowded() {
			return mailbox.ErrLimit
		}
		return nil
	case queue == 0 && m.suspended:
		return mailbox.ErrSuspended
	case taken < queue, queue == 0 && m.inUse < m.bulkhead.Concurrency:
		return mailbox.ErrQuota
	}
	return mailbox.ErrFull
}

// mayOust is whether a full queue looks closer at v.
func (m *model) mayOust(v *visit) bool {
	return m.depth().Queue > 0 && slices.ContainsFunc(m.waiting, func(w *visit) bool {
		return w.priority < v.priority || m.bulkhead.Fair && w.priority == v.priority
	})
}

// yields is who gives its place to v: the last to be served of the lowest priority.
func (m *model) yields(v *visit) *visit {
	lowest := v.priority
	for _, w := range m.waiting {
		lowest = min(lowest, w.priority)
	}
	if !m.bulkhead.Fair {
		if lowest == v.priority {
			return nil
		}
		return m.last(lineOf{priority: lowest})
	}
	most, own := 0, len(m.inLine(lineOf{lowest, v.tenant}))
	var tied []string
	for _, tenant := range m.turns[lowest] {
		switch n := len(m.inLine(lineOf{lowest, tenant})); {
		case n > most:
			most, tied = n, []string{tenant}
		case n == most:
			tied = append(tied, tenant)
		}
	}
	if most == 0 || lowest == v.priority && most <= own+1 {
		return nil
	}
	return m.last(lineOf{lowest, tied[m.tie(lowest, tied)]})
}

func (m *model) newest(l lineOf) bool {
	return m.bulkhead.Order == mailbox.LIFO || m.bulkhead.Order == mailbox.CoDel && m.lines[l].stands
}

func (m *model) first(l lineOf) *visit {
	all := m.inLine(l)
	if m.newest(l) {
		return all[len(all)-1]
	}
	return all[0]
}

func (m *model) last(l lineOf) *visit {
	all := m.inLine(l)
	if m.newest(l) {
		return all[0]
	}
	return all[len(all)-1]
}

// add queues v.
func (m *model) add(v *visit) {
	if m.lines == nil {
		m.lines, m.turns = map[lineOf]*lineState{}, map[fuseboard.Priority][]string{}
	}
	if len(m.inLine(v.line())) == 0 {
		m.lines[v.line()] = &lineState{calm: v.since}
		m.turns[v.priority] = append(m.turns[v.priority], v.tenant)
	}
	m.waiting = append(m.waiting, v)
}

// answer takes v out of the queue.
func (m *model) answer(v *visit, why error) {
	v.expect(why)
	at := slices.Index(m.waiting, v)
	m.waiting = slices.Delete(m.waiting, at, at+1)
	if len(m.inLine(v.line())) == 0 {
		delete(m.lines, v.line())
		at := slices.Index(m.turns[v.priority], v.tenant)
		m.turns[v.priority] = slices.Delete(m.turns[v.priority], at, at+1)
	}
}

// grant lends what is free to those whose turn it is.
func (m *model) grant() {
	for len(m.waiting) > 0 {
		p := fuseboard.Sheddable
		for _, v := range m.waiting {
			p = max(p, v.priority)
		}
		if !m.free(p) {
			return
		}
		l := lineOf{p, m.turns[p][0]}
		m.relieve(l)
		m.turns[p] = append(m.turns[p][1:], l.tenant)
		m.answer(m.first(l), nil)
		m.inUse++
	}
}

// relieve refuses whom CoDel finds too old, but the last one.
func (m *model) relieve(l lineOf) {
	if m.bulkhead.Order != mailbox.CoDel {
		return
	}
	state, sojourn := m.lines[l], func() time.Duration { return m.now.Sub(m.inLine(l)[0].since) }
	if !state.stands && sojourn() <= m.bulkhead.Target {
		state.calm = m.now
	}
	state.stands = state.stands || m.now.Sub(state.calm) >= m.bulkhead.Interval
	for state.stands && len(m.inLine(l)) > 1 && sojourn() > m.bulkhead.Target {
		m.answer(m.inLine(l)[0], mailbox.ErrSojourn)
	}
}

// reshape takes over another bulkhead. Who waits when tenants begin or cease to take turns
// is of none.
func (m *model) reshape(b mailbox.Bulkhead) {
	was := m.bulkhead
	m.bulkhead = b
	if was.Fair == b.Fair {
		return
	}
	all := m.waiting
	m.waiting, m.lines, m.turns = nil, nil, nil
	for _, v := range all {
		v.tenant = ""
		m.add(v)
	}
}
