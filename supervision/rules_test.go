// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"testing"
	"time"
)

func TestNilRulesAreThoseOfABreakerThatIsOff(t *testing.T) {
	var none *Rules
	c := none.Circuit(1)
	p, ok := c.Admit(0)
	equal(t, "admitted", ok, true)
	c.Record(0, p, broken)
	equal(t, "state", c.State(), Closed)
	on := NewCircuit(Breaker{Consecutive: 1}, 1)
	p, _ = on.Admit(0)
	on.Record(0, p, broken)
	equal(t, "loss", none.Reshape(on, 0), Loss{State: Open})
	equal(t, "state", on.State(), Closed)
}

func TestRulesAreNotChangedByTheirCircuits(t *testing.T) {
	rules := NewRules(Breaker{Consecutive: 1, OpenFor: time.Second})
	one, other := rules.Circuit(1), rules.Circuit(2)
	NewRules(Breaker{Consecutive: 5}).Reshape(one, 0)
	p, _ := other.Admit(0)
	other.Record(0, p, broken)
	equal(t, "state", other.State(), Open)
	p, _ = one.Admit(0)
	one.Record(0, p, broken)
	equal(t, "state", one.State(), Closed)
}
