// SPDX-License-Identifier: Apache-2.0

package supervision

// Rules are a [Breaker] made ready, for any number of circuits: thousands under one
// policy share them. Immutable; make them with [NewRules].
type Rules struct{ plan }

// NewRules makes a breaker ready. Defaults are filled in; values outside their range
// are taken as its nearest end ([Breaker.Validate] reports them).
func NewRules(b Breaker) *Rules { return &Rules{plan: compile(b)} }

// Circuit returns a closed circuit under the rules, as [NewCircuit] does. Nil rules
// are those of the zero Breaker.
func (r *Rules) Circuit(seed uint64) *Circuit {
	if r == nil {
		r = NewRules(Breaker{})
	}
	c := &Circuit{seed: seed}
	c.phase.Store(newPhase(facts{epoch: 1, plan: &r.plan, lanes: &c.lanes}.closed(), nil))
	return c
}
