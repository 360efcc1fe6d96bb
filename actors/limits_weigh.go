// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"unsafe"
)

// weight is how many bytes the evidence of one guard of this policy takes at most, but for
// the text of its tenants' names. Every guard has a retry account, whether its policy
// repeats or not.
func (p Policy) weight() int64 {
	sum := int64(p.Breaker.Bytes()) + int64(p.Retry.Budget.Bytes()) + int64(p.Panics.Bytes()) + p.Throttle.Bytes()
	if p.Rate.Limit != 0 {
		sum += p.Rate.Bytes()
	}
	sum += p.Rate.PerTenant.Bytes(int(unsafe.Sizeof("")))
	if p.Adaptive.On() {
		sum += p.Adaptive.Bytes() + int64(unsafe.Sizeof(adapt{}))
	}
	return sum + p.liveBytes()
}

// reserveFor takes the name, and the bytes that the plan needs. Both are given
// back by unreserve, or when the guard has stopped.
func (s *System) reserveFor(name string, first *plan) error {
	if err := s.reserve(name); err != nil {
		return err
	}
	if err := s.weigh(name, first.weight); err != nil {
		s.release(name)
		return err
	}
	s.pressure.take(s.sheddingOf(first))
	return nil
}

func (s *System) unreserve(g *Guard) {
	g.letGo()
	s.release(g.name)
}

// weigh takes so many bytes more for a guard.
func (s *System) weigh(name string, more int64) error {
	l := &s.limits.bytes
	if l.quota.Take(more) {
		return nil
	}
	s.refusedFor(l)
	return &CallError{
		Dependency: name, Cause: ErrLimit, by: byLimits, clock: s.clock,
		detail: fmt.Sprintf("it needs %d bytes more, and %d are taken: %s", more, l.quota.Used(), l.detail),
	}
}

func (s *System) lighten(less int64) { s.limits.bytes.quota.Give(less) }

// reweigh takes what a guard needs more under another plan. Where that needs less,
// it is given back by lighten(before.weight - after.weight) once it is in force.
func (g *Guard) reweigh(before, after *plan) error {
	return g.sys.weigh(g.name, after.weight-before.weight)
}

// letGo gives back what a guard that stops has of the System's limits, that of its
// keys included, where it stands for a keyring.
func (g *Guard) letGo() {
	p := g.plan.Load()
	weight := p.weight
	g.sys.lighten(weight)
	g.sys.pressure.give(g.sys.sheddingOf(p))
	if k := g.keys; k != nil {
		n := int64(k.Len()) // for good: see close
		g.sys.lighten(n * weight)
		g.sys.limits.keys.quota.Give(n)
		g.sys.limits.forget(k)
	}
}
