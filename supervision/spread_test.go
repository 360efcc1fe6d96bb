// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"testing"
	"time"
)

// A circuit and an account are spread once, so what is being made at that moment must not
// miss it: else all processors write one word until the next transition, which may never come.
func TestSpreadReachesThePhaseThatIsJustBeingMade(t *testing.T) {
	c := NewCircuit(Breaker{FailureRate: 0.5}, 1)
	old := c.phase.Load()
	fresh := old.facts.closed()
	c.Spread(4)
	if _, ok := c.move(old, fresh, Transition{Cause: CauseCommand}); !ok {
		t.Fatal("not moved")
	}
	if strips := c.phase.Load().tally.span.strips.Load(); strips == nil || len(*strips) != 4 {
		t.Error("the new phase counts in one word")
	}
}

func TestSpreadReachesTheAccountThatIsJustBeingMade(t *testing.T) {
	for range 2000 {
		s := NewSpending(Budget{Window: 10 * time.Second})
		crowd(2, func(worker int) {
			if worker == 0 {
				s.Spread(4)
			} else {
				s.Reshape(Budget{Window: 20 * time.Second})
			}
		})
		if s.terms.Load().account.strips.Load() == nil {
			t.Fatal("the new account counts in one word")
		}
	}
}
