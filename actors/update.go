// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"

	"github.com/fuseboard/fuseboard/supervision"
)

// update puts a policy in force, in the guard's turn. What happened under the
// old one is told first.
func (r *receiver) update(p Policy) Change {
	g := r.guard
	r.publish()
	before := g.plan.Load()
	after := compile(p, before.version+1)
	change := before.changeTo(after)
	change.Lost = append(
		lostOf(g.circuit.Reshape(g.clock.Now(), after.given.Breaker), after),
		r.reshapeBudget(before, after)...)
	after.staff(before.pool, g.gate)
	g.gate.Resize(after.bulkhead())
	g.plan.Store(after)
	if c := g.crew.Load(); c != nil {
		c.strategy.Reshape(after.given.Restart)
	}
	r.event(Event{Kind: EventUpdated, Change: change.clone()})
	r.publish()
	return change
}

// lostOf says what the circuit could not keep.
func lostOf(loss supervision.Loss, after *plan) (words []string) {
	off := !after.given.Breaker.On()
	if loss.State != Closed {
		words = append(words, fmt.Sprintf("the circuit's state (%s), because the breaker is off now", loss.State))
	}
	switch {
	case loss.Window && off:
		words = append(words, "the breaker's window, because the breaker is off now")
	case loss.Window:
		words = append(words, "the breaker's window, because breaker.window has another shape")
	}
	if loss.OpenTime > 0 {
		words = append(words, fmt.Sprintf("%s of the circuit's open time, because breaker.max_open is less now", short(loss.OpenTime)))
	}
	return words
}

// reshapeBudget says whether the budget's account is lost. While no policy
// repeats, the account stays as it is and grows old: retry may come back.
func (r *receiver) reshapeBudget(before, after *plan) []string {
	r.repeated = r.repeated || before.repeats
	if !after.repeats || r.guard.spent.Reshape(after.retry.Budget) || !r.repeated {
		return nil
	}
	return []string{"the retry budget's account, because retry.budget.window is another"}
}
