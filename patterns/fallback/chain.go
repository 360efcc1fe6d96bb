// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"sync"
	"sync/atomic"
)

// Chain answers the failed calls of one operation as its [Policy] says. Make one with
// [New]. Safe for concurrent use.
type Chain[Req, Resp any] struct {
	sources Sources[Req, Resp]
	slots   *Slots
	now     atomic.Pointer[plan[Resp]]
	reshape sync.Mutex // held by Reshape alone
}

// plan is a policy, its values read. It never changes.
type plan[Resp any] struct {
	policy Policy // with its defaults
	steps  []planned[Resp]
}

type planned[Resp any] struct {
	Step
	ready  Resp // the value, where fresh is false
	fresh  bool // read the value anew for each answer: who gets it may change it
	counts *counts
}

type counts [Results]atomic.Uint64

// New makes a chain. It returns all that is wrong with p at once, as [fuseboard.Problems]:
// what [Policy.Validate] finds, and each Value that is no answer of the operation, with its
// path, place and the type that is wanted. A policy that is off makes a chain that answers
// nothing. What only deserves a warning is told by [Check].
func New[Req, Resp any](p Policy, s Sources[Req, Resp]) (*Chain[Req, Resp], error) {
	if s.Decode == nil {
		s.Decode = strictly[Resp]
	}
	c := &Chain[Req, Resp]{sources: s, slots: s.Slots}
	if c.slots == nil {
		c.slots = &Slots{}
	}
	if err := c.Reshape(p); err != nil {
		return nil, err
	}
	return c, nil
}

// Reshape puts another policy in force, or returns all that is wrong with it and changes
// nothing. An answer that is on its way keeps to the policy that it began with. A step that
// stands at the same place and uses the same keeps its counts. Steps that run keep their
// slots, also where Concurrency is now less.
func (c *Chain[Req, Resp]) Reshape(p Policy) error {
	values, problems := judge(p, c.sources)
	if err := problems.Err(); err != nil {
		return err
	}
	p = p.WithDefaults()
	next := &plan[Resp]{policy: p, steps: make([]planned[Resp], len(p.Steps))}
	fresh := shares[Resp]()
	c.reshape.Lock()
	defer c.reshape.Unlock()
	last := c.now.Load()
	for i, s := range p.Steps {
		next.steps[i] = planned[Resp]{Step: s, ready: values[i], fresh: fresh, counts: last.countsOf(i, s)}
	}
	c.now.Store(next)
	return nil
}

// countsOf returns the counts of the ith step if it is used as s is, else new ones.
func (p *plan[Resp]) countsOf(i int, s Step) *counts {
	if p != nil && i < len(p.steps) && p.steps[i].Use == s.Use && p.steps[i].Guard == s.Guard {
		return p.steps[i].counts
	}
	return &counts{}
}

// Policy returns what is in force, with every default written out. It shares nothing with
// the chain.
func (c *Chain[Req, Resp]) Policy() Policy { return c.now.Load().policy.Clone() }
