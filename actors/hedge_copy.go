// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"runtime/debug"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// classHedge is how the retry budget counts copies: a weight can be given to it, and
// [Stats].Amplification names it among the causes.
const classHedge fuseboard.Class = "hedge"

// copyOf makes the call of a copy, which holds all that an attempt needs: permits, what it
// takes of the rate limit, a goroutine. It waits for nothing: where something refuses
// it, the copy holds nothing, and why says who. Among all that has to agree the budget comes last,
// because what was booked there cannot be given back.
func (c *call) copyOf(now fuseboard.Instant, elsewhere bool) (k *call, s *mailbox.Seat, why int) {
	g := c.guard
	k = &call{
		op: c.op, guard: g, plan: c.plan, parent: c.parent, span: c.span, came: c.came,
		attempts: c.attempts, cost: c.cost, now: now, began: now, copied: true,
	}
	if why = k.copyAdmitted(c); why != sentCopy {
		return nil, nil, why
	}
	if !g.gate.TryEnter() {
		k.unadmit()
		return nil, nil, keptBulkhead
	}
	if why = k.copyStarts(elsewhere); why != sentCopy {
		return nil, nil, why
	}
	if s = g.pool.Load().Reserve(); s == nil {
		g.sys.refusedFor(&g.sys.limits.goroutines)
		k.giveUp()
		return nil, nil, keptLimits
	}
	if !g.spent.WithdrawFor(now, classHedge) {
		s.Cancel()
		k.giveUp()
		return nil, nil, keptForBudget
	}
	k.learns, k.asked = k.asked != nil, nil
	k.try = g.try(k.plan, k.span, now)
	return k, s, sentCopy
}

// copyAdmitted asks all who are asked before the gate. There are no copies while the circuit is not
// closed, nor of a probe, nor of an attempt from before the circuit moved.
func (c *call) copyAdmitted(first *call) (why int) {
	g := c.guard
	switch {
	case g.hasHalted():
		return keptHalted
	case first.permit.Probe(), !g.circuit.Still(first.permit), g.circuit.State() != Closed:
		return keptOpen
	case c.overloaded():
		return keptWorkers
	case c.shed() != nil:
		return keptShedding
	}
	permit, admitted := g.circuit.Admit(c.now)
	if !admitted || permit.Probe() {
		g.circuit.Return(permit)
		return keptOpen
	}
	c.permit = permit
	if !c.plan.loaded {
		return sentCopy
	}
	if err := c.ask(); err != nil {
		return keptByLoad(err)
	}
	if c.turn != 0 { // it would have to wait
		c.unadmit()
		return keptRate
	}
	return sentCopy
}

// copyStarts is the last look before the dependency is touched, of a copy that holds its permits.
func (c *call) copyStarts(elsewhere bool) (why int) {
	if !c.guard.circuit.Start(c.now, &c.permit) {
		c.giveUp()
		return keptOpen
	}
	if c.op.generations != nil && !elsewhere && c.choose() != nil {
		return keptRestart
	}
	return sentCopy
}

// giveUp gives back what a copy holds that is not sent.
func (c *call) giveUp() {
	c.generation = nil
	c.unadmit()
	c.vacate()
}

// keptByLoad is the reason in a refusal of what stands between circuit and gate.
func keptByLoad(err error) int {
	e, _ := err.(*CallError) //nolint:errorlint // a refusal of ours, never wrapped
	switch {
	case e != nil && e.by == byThrottle:
		return keptThrottle
	case e != nil && e.by == bySystem:
		return keptHalted
	}
	return keptRate
}

// agrees asks the Safe hook about a copy. One that panics does not agree.
func (w *With[Req, Resp]) agrees(c *call, req Req) (safe bool) {
	defer c.faultOf("Safe")
	return w.Safe(req)
}

// elsewhere asks the hook for the handler of a copy; nil is that of the operation.
func (w *With[Req, Resp]) elsewhere(c *call, number int) (h Handler[Req, Resp]) {
	if w.Elsewhere == nil {
		return nil
	}
	defer c.faultOf("Elsewhere")
	if h = w.Elsewhere(number); h != nil {
		h = w.staged(AroundHandler, h)
	}
	return h
}

// faultOf is deferred where a hook is asked whose panic must not end the call: it is logged.
func (c *call) faultOf(hook string) {
	if v := recover(); v != nil {
		c.guard.sys.log.Error(hook+" panicked", "operation", title(c.guard.name, c.op.name), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	}
}
