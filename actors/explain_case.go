// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Row is one case of a policy's table.
type Row struct {
	// Case is its path in the policy: "cases[0]". What it sets has this as its [Origin].
	Case string
	// When says for which calls it is: "priority sheddable, tenant acme"; "every call".
	When string
	// Applies reports whether it is laid over the policy for the call that
	// [Guard.ExplainCall] tells of. In [Guard.Explain] it is false.
	Applies bool
	// Settings are what it sets, in the order of the policy's fields and by their paths there;
	// last its cost, which is a field of the case alone.
	Settings []Setting
}

// ExplainCall is [Guard.Explain] for calls made with a context like ctx: the settings are
// those that its priority and its tenant have in the attempt of that number, counted from
// 1, and each says which case of the policy it is from, if any; the verdict is that of such a
// call. Less than 1 is 1; nil is a context of which nothing was said.
// The context's deadline and its end are not looked at.
//
// It tells of work without an operation: [Do] and [Guard.Enter], and calls of what [Spawn] and
// [SpawnKeyed] have bound. [Ref.ExplainCall] tells of calls of the ref, [Guard.ExplainOperation]
// of those of an operation by its name.
func (g *Guard) ExplainCall(ctx context.Context, attempt int) Explanation {
	return g.ExplainOperation(ctx, "", attempt)
}

// ExplainCall is [Guard.ExplainCall] for calls of this operation.
func (r *Ref[Req, Resp]) ExplainCall(ctx context.Context, attempt int) Explanation {
	if !r.made() {
		return Explanation{}
	}
	return r.ExplainOperation(ctx, r.op.name, attempt)
}

// ExplainOperation is [Guard.ExplainCall] for calls of the operation of that name, for who has
// the name and not its ref: a console. Empty is work without an operation. What nobody has bound
// is told as it would be if somebody did.
func (g *Guard) ExplainOperation(ctx context.Context, op string, attempt int) Explanation {
	if !g.made() {
		return Explanation{}
	}
	s := g.sight()
	m := fuseboard.MetaOf(ctx)
	s.asked = &inquiry{op: op, meta: m, attempt: max(attempt, 1)}
	s.priority, s.tenant = m.Priority, tenantKey(m.Tenant)
	s.waits, s.noEntry = g.gate.Foresee(m.Priority)
	s.plan = s.planOf(op)
	e := s.explanation()
	e.Call = s.asked.words()
	return e
}

// inquiry is the call that an explanation was asked about.
type inquiry struct {
	op      string
	meta    fuseboard.Meta
	attempt int
}

func (a *inquiry) words() string {
	var words []string
	if a.op != "" {
		words = append(words, "operation "+a.op)
	}
	words = append(words, "priority "+a.meta.Priority.String())
	if a.meta.Tenant != "" {
		words = append(words, tenantWords(a.meta.Tenant))
	}
	return strings.Join(append(words, "attempt "+strconv.Itoa(a.attempt)), ", ")
}

// planOf is the plan of calls of an operation: of those that are asked about, else of those that
// only the cases match that name the operation and nothing beside it.
func (s sight) planOf(op string) *plan {
	t := s.plan.table
	switch {
	case t == nil:
		return s.plan
	case s.asked != nil:
		return t.at(t.rowOf(op, s.asked.meta), t.step(s.asked.attempt))
	}
	var applied []int
	for i, c := range t.base.given.Cases {
		if slices.Contains(c.Operations, op) && len(c.Priorities) == 0 && c.Tenant == "" && c.from() == 1 {
			applied = append(applied, i)
		}
	}
	if applied == nil {
		return s.plan
	}
	return t.overlay(applied)
}

// rows are the cases of the policy.
func (s sight) rows() []Row {
	rows := make([]Row, len(s.plan.given.Cases))
	for i, c := range s.plan.given.Cases {
		rows[i] = Row{Case: casePathOf(i), When: c.when(), Applies: slices.Contains(s.plan.applied, i), Settings: s.setBy(i)}
	}
	return rows
}

// setBy are the settings that a case has.
func (s sight) setBy(i int) (all []Setting) {
	p := s.basePolicy()
	laid := p.Cases[i].lay(&p)
	for _, leaf := range plain.Leaves(p) {
		if slices.ContainsFunc(laid, func(l plain.Laid) bool { return l.Path == leaf.Path }) {
			all = append(all, Setting{Path: leaf.Path, Value: leaf.Text, Origin: Origin(casePathOf(i))})
		}
	}
	if cost := p.Cases[i].Cost; cost != 0 && p.Rate.On() {
		all = append(all, Setting{Path: "cost", Value: strconv.Itoa(cost), Origin: Origin(casePathOf(i))})
	}
	return all
}

// basePolicy is the guard's, without what cases have laid over it.
func (s sight) basePolicy() Policy {
	if t := s.plan.table; t != nil {
		return t.base.given
	}
	return s.plan.given
}

// origins are the cases that fields of the plan are from, by path.
func (s sight) origins() map[string]int { return layCases(s.basePolicy(), s.plan.applied).origin }

// writeRows tells the cases.
func (e Explanation) writeRows(p *page) {
	for i, row := range e.Cases {
		p.heading("Cases", i)
		words := row.When + ": "
		if len(row.Settings) == 0 {
			words += "sets nothing"
		}
		for n, s := range row.Settings {
			if n > 0 {
				words += ", "
			}
			words += s.Path + " " + s.Value
		}
		if row.Applies {
			words += " (applies)"
		}
		p.para("  - "+row.Case+", ", words)
	}
}

// caseOrigins are the origins among the settings that are cases, in their order.
func caseOrigins(all []Setting) (found []Origin) {
	for _, s := range all {
		if s.Origin != Given && s.Origin != Default && !slices.Contains(found, s.Origin) {
			found = append(found, s.Origin)
		}
	}
	return found
}

func rowsJSON(rows []Row) (out []rowJSON) {
	for _, r := range rows {
		row := rowJSON{Case: r.Case, When: r.When, Applies: r.Applies}
		for _, s := range r.Settings {
			row.Settings = append(row.Settings, settingJSON(s))
		}
		out = append(out, row)
	}
	return out
}
