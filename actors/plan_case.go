// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// priorities is how many there are.
const priorities = int(fuseboard.Critical-fuseboard.Sheddable) + 1

// table is what the cases of a policy make of its plan: a plan for each row (a block of
// operations, a tenant that a case names, or any other, and a priority) and each step (an attempt
// from which on other cases apply). A plan is made when the first call needs it, so that what nobody
// sends costs nothing; how many there are at most is bounded by the cases: see [maxPairs].
type table struct {
	base    *plan
	blocks  []block        // of operations; the first is that of those that no case names. Nil: none names any
	named   map[string]int // the operations that cases name: the number of their block
	tenants map[string]int // those that cases name, from 1; all others are 0
	steps   []int          // ascending; the first is 1
	plans   []atomic.Pointer[plan]
}

// newTable is that of a plan whose policy has cases; nil for one without.
func newTable(base *plan) *table {
	if len(base.given.Cases) == 0 {
		return nil
	}
	tenants, steps := map[string]int{}, map[int]bool{1: true}
	for _, c := range base.given.Cases {
		if c.Tenant != "" && tenants[c.Tenant] == 0 {
			tenants[c.Tenant] = len(tenants) + 1
		}
		steps[c.from()] = true
	}
	t := &table{base: base, tenants: tenants, steps: slices.Sorted(maps.Keys(steps))}
	t.divide(base.given.Cases)
	t.plans = make([]atomic.Pointer[plan], max(len(t.blocks), 1)*t.blockSize())
	return t
}

// of is the plan of a call of the operation with the context, in its first attempt: p itself
// where the policy has no cases.
func (p *plan) of(ctx context.Context, o *operation) *plan {
	if p.table == nil {
		return p
	}
	m := fuseboard.MetaOf(ctx)
	return p.table.at(p.table.row(o.block(p.table), m.Priority, m.Tenant), 0)
}

// base is the plan that all calls of the guard have, but for what cases change.
func (p *plan) base() *plan {
	if p.table == nil {
		return p
	}
	return p.table.base
}

// planned finds the plan of the call. It is false where its handler runs on other goroutines.
func (s *straight) planned(ctx context.Context, o *operation) bool {
	return !wantsInfo(ctx) && (!s.plan.varies || s.vary(ctx, o))
}

func (s *straight) vary(ctx context.Context, o *operation) bool {
	if s.plan.isolated {
		return false
	}
	s.plan = s.plan.of(ctx, o)
	return true
}

// next is the plan of the call's attempt.
func (p *plan) next(attempt int) *plan { return p.table.at(p.row, p.table.step(attempt)) }

// row is where the plans of a priority and a tenant begin, in the block that begins there.
func (t *table) row(block int, p fuseboard.Priority, tenant string) int {
	at := int(min(max(p, fuseboard.Sheddable), fuseboard.Critical) - fuseboard.Sheddable)
	if tenant != "" {
		at += priorities * t.tenants[tenant]
	}
	return block + at*len(t.steps)
}

// step is the last one that the attempt has reached.
func (t *table) step(attempt int) int {
	last := len(t.steps) - 1
	for last > 0 && t.steps[last] > attempt {
		last--
	}
	return last
}

// at returns the plan of a step of a row, made at first need.
func (t *table) at(row, step int) *plan {
	place := &t.plans[row+step]
	if p := place.Load(); p != nil {
		return p
	}
	place.CompareAndSwap(nil, t.compile(row, step))
	return place.Load()
}

// compile makes a plan: the base with the cases of a step of a row laid over.
func (t *table) compile(row, step int) *plan {
	p := t.overlay(t.applied(row, step))
	p.row, p.stepped = row, len(t.steps) > 1
	return p
}

// overlay is the base with these cases laid over.
func (t *table) overlay(applied []int) *plan {
	p := *t.base
	p.applied = applied
	for _, i := range applied {
		t.base.given.Cases[i].lay(&p.given)
		p.cost = cmp.Or(t.base.given.Cases[i].Cost, p.cost)
	}
	p.settle()
	return &p
}

// applied are the cases that match in a step of a row, in their order.
func (t *table) applied(row, step int) (applied []int) {
	at := row % t.blockSize() / len(t.steps)
	op, priority, tenant := t.operation(row), fuseboard.Sheddable+fuseboard.Priority(at%priorities), t.tenant(at/priorities) //nolint:gosec // one of four
	for i, c := range t.base.given.Cases {
		if c.from() <= t.steps[step] && c.matches(op, priority, tenant) {
			applied = append(applied, i)
		}
	}
	return applied
}

// tenant is the one of that number; empty for those that no case names.
func (t *table) tenant(number int) string {
	for name, n := range t.tenants {
		if n == number {
			return name
		}
	}
	return ""
}

// gateBulkhead is what the gate is told. Where cases set a wait, that is the longest of
// all, and each call bounds its own: see [call.patience].
func (p *plan) gateBulkhead() Bulkhead {
	return p.patientBulkhead(p.bulkhead())
}

func (p *plan) patientBulkhead(b Bulkhead) Bulkhead {
	if p.waits {
		for _, c := range p.given.Cases {
			b.MaxWait = max(b.MaxWait, c.MaxWait, mailbox.DefaultMaxWait)
		}
	}
	return b
}

// setsWait reports whether some case sets how long calls may queue.
func (p Policy) setsWait() bool {
	return p.Bulkhead.Queue > 0 && slices.ContainsFunc(p.Cases, func(c Case) bool { return c.MaxWait > 0 })
}

// patience is until when the call may stand at the gate from now on.
func (c *call) patience(now fuseboard.Instant) fuseboard.Instant {
	if !c.plan.waits {
		return c.span.Until
	}
	return c.plan.given.Bulkhead.WaitUntil(now, c.span.Until)
}
