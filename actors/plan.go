// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

// plan is a policy compiled once: what a call needs to know, without asking
// the policy again. It is immutable, and guards of equal policies may share it; a guard swaps it atomically.
type plan struct {
	given    Policy // as the user wrote it; with its cases laid over, where it is that of some calls
	version  uint64 // counts from 1 with every Update
	retry    Retry  // with its defaults
	repeats  bool
	deposits bool               // its calls count for the retry budget
	adapts   bool               // the limit of an attempt is a live one
	limits   deadline.Limits    // then: its bounds
	hedges   bool               // copies of attempts may be sent
	first    deadline.First     // what ends a first attempt whose caller has no deadline
	isolated bool               // handlers run on goroutines of the pool
	weight   int64              // of the evidence, in bytes; see Limits.WindowBytes
	rules    *supervision.Rules // of the circuit

	table   *table // what cases make of it; nil where there are none
	answers bool   // calls may be answered by something else than the handler
	loaded  bool   // some section follows how much is asked; see load
	cost    int    // of a call in the rate limit
	varies  bool   // a call has to look first: there are cases, or it is isolated
	waits   bool   // cases set how long calls may queue
	row     int    // of the table that it is from
	stepped bool   // the next attempt may have another plan
	applied []int  // the cases that are laid over; nil in the plan of the guard
}

func compile(given Policy, version uint64) *plan {
	given = given.clone()
	p := &plan{
		given: given, version: version,
		isolated: given.Workers.On(), weight: given.weight(), rules: supervision.NewRules(given.Breaker),
		waits: given.setsWait(), loaded: given.loads(), cost: 1,
		answers: given.Cache.On() || given.Fallback.On(),
	}
	p.settle()
	p.table = newTable(p)
	p.varies = p.isolated || p.table != nil
	return p
}

// settle works out what cases may change.
func (p *plan) settle() {
	p.retry = p.given.Retry.WithDefaults()
	p.repeats = p.retry.MostAttempts() > 1
	p.hedges = p.given.Hedge.On() && p.isolated
	p.deposits = p.repeats || p.hedges
	p.adapts, p.limits = p.given.Deadline.Adaptive.On(), p.given.Deadline.Limits()
	p.first = p.given.Deadline.First()
}

// workers are those of the policy, with their defaults.
func (p *plan) workers() Workers { return p.given.workers() }

// workers are those of the policy, with their defaults: enough for an adaptive limit.
func (p Policy) workers() Workers {
	b := p.Bulkhead
	if p.Adaptive.On() {
		b.Concurrency = p.adaptive().WithDefaults().Max
	}
	return p.Workers.WithDefaults(b)
}

// adaptive is the section with its beginning: where it names none, the permits of the bulkhead.
func (p Policy) adaptive() Adaptive {
	a := p.Adaptive
	if a.On() && a.Initial == 0 && p.Bulkhead.Concurrency > 0 {
		d := a.WithDefaults()
		a.Initial = min(max(p.Bulkhead.Concurrency, d.Min), d.Max)
	}
	return a
}

// bulkhead is the gate's: no more permits than workers. An adaptive limit is at its beginning.
func (p *plan) bulkhead() Bulkhead {
	if p.given.Adaptive.On() {
		return p.bulkheadOf(p.given.adaptive().WithDefaults().Initial)
	}
	return p.workers().Bound(p.given.Bulkhead)
}

// permits says how many there are.
func (p *plan) permits() string {
	if a := p.given.Adaptive; a.On() {
		most, _ := p.given.WithDefaults().permits()
		return fmt.Sprintf("the adaptive limit (%d to %d)", min(a.WithDefaults().Min, most), most)
	}
	return strconv.Itoa(p.bulkhead().WithDefaults().Concurrency)
}

// bulkheadOf is that of so many permits.
func (p *plan) bulkheadOf(permits int) Bulkhead {
	b := p.given.Bulkhead
	b.Concurrency = permits
	return p.workers().Bound(b)
}

// man gives the guard its pool if the plan has workers. The pool outlives every
// plan: its goroutines do, and so does work that was left behind.
func (g *Guard) man(p *plan) {
	switch pool := g.pool.Load(); {
	case pool != nil:
		pool.Resize(p.workers())
	case p.isolated:
		g.pool.Store(mailbox.NewPool(g.gate, p.workers()))
	}
}

// Change says what an Update did to a running guard.
type Change struct {
	// Version numbers the guard's policies, the first one 1.
	Version uint64
	// Before and After are the policies as they were given.
	Before, After Policy
	// Changed lists the paths that differ, as in policy files: "breaker.open_for".
	// The policies are compared with their defaults: a value that is written out
	// and the same value by default do not differ.
	Changed []string
	// Lost says, in plain words, what could not survive the change; empty when all
	// did. It judges by shape: a window or an account that was dropped is named,
	// also when little was in it.
	Lost []string
}

// clone returns a change that shares nothing with c.
func (c Change) clone() Change {
	c.Before, c.After = c.Before.clone(), c.After.clone()
	c.Changed, c.Lost = slices.Clone(c.Changed), slices.Clone(c.Lost)
	return c
}

func (p *plan) changeTo(next *plan) Change {
	return Change{
		Version: next.version, Before: p.given.clone(), After: next.given.clone(),
		Changed: plain.Diff(p.given.effective(), next.given.effective()),
	}
}

// effective is the policy with its defaults, those of weights and classes included: what
// is said of a class and holds anyway is as if it were not said.
func (p Policy) effective() Policy {
	p = p.clone().WithDefaults()
	maps.DeleteFunc(p.Breaker.Weights, func(class fuseboard.Class, weight float64) bool {
		return weight == supervision.TreatmentOf(class).Weight
	})
	maps.DeleteFunc(p.Retry.Budget.Weights, func(_ fuseboard.Class, weight float64) bool { return weight == 1 })
	unsaid := p.Retry
	unsaid.Classes = nil
	maps.DeleteFunc(p.Retry.Classes, func(class fuseboard.Class, said ClassRetry) bool { return said == unsaid.For(class) })
	return p.clone()
}
