// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"fmt"

	"github.com/fuseboard/fuseboard/supervision"
)

// changed answers an Update.
type changed struct {
	change Change
	err    error // then nothing has changed
}

// change asks the guard for an Update.
func (g *Guard) change(ctx context.Context, p Policy) (Change, error) {
	ask := &update{policy: p, answer: make(chan changed, 1)}
	g.demand(ask)
	answer, err := answerOf(ctx, g, ask.answer)
	if err = cmp.Or(err, answer.err); err == nil {
		answer.change = answer.change.clone() // subscribers have the other
		answer.change.Lost = append(answer.change.Lost, g.renewAnswers()...)
	}
	return answer.change, err
}

// update puts a policy in force, in the guard's turn. What happened under the
// old one is told first.
func (r *receiver) update(p Policy) changed {
	g := r.guard
	r.publish()
	before := g.plan.Load()
	after := g.sys.plans.compile(p, before.version+1)
	if err := g.reweigh(before, after); err != nil {
		return changed{err: err}
	}
	g.sys.pressure.take(g.sys.sheddingOf(after))
	change := before.changeTo(after)
	change.Lost = r.adopt(after)
	g.sys.pressure.give(g.sys.sheddingOf(before))
	if before.given.Mode != after.given.Mode {
		g.group.stir() // its circuit counts there, or not any more
	}
	g.sys.lighten(before.weight - after.weight)
	r.updated(change)
	r.publish()
	return changed{change: change}
}

// adopt puts the guard under another plan and says what did not survive. The
// events of it are published afterwards.
func (r *receiver) adopt(after *plan) []string {
	g := r.guard
	r.endThrottle(after)
	lost := append(
		lostOf(after.rules.Reshape(g.circuit, g.clock.Now()), after),
		r.reshapeBudget(g.plan.Load(), after)...)
	before := g.plan.Load()
	g.heed(before, after)
	g.man(after)
	lost = append(lost, g.relearn(after)...)
	lost = append(lost, g.reload(after)...)
	g.steer()
	g.reshapeCrew(after)
	if before.given.Fleet != after.given.Fleet {
		g.sys.fleet.look(g)
	}
	return lost
}

// reshapeCrew lets the guard's supervision judge restarts by another plan.
func (g *Guard) reshapeCrew(p *plan) {
	if c := g.crew.Load(); c != nil {
		c.strategy.Reshape(p.given.Restart)
	}
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
// repeats or hedges, the account stays as it is and grows old: retry may come back.
func (r *receiver) reshapeBudget(before, after *plan) []string {
	r.repeated = r.repeated || before.given.spends()
	if !after.given.spends() || r.guard.spent.Reshape(after.retry.Budget) || !r.repeated {
		return nil
	}
	return []string{"the retry budget's account, because retry.budget.window is another"}
}
