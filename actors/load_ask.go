// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

// shed refuses an attempt of too low a priority while the host is under pressure.
func (c *call) shed() error {
	l := c.guard.load.Load()
	if l == nil || l.shed == nil || c.asked != nil || l.shed.Level() == 0 {
		return nil
	}
	if e := l.shed.Admit(fuseboard.PriorityOf(c.parent)); e != nil {
		return c.turnDown(refusedShed, c.op.refusedShed(e))
	}
	return nil
}

// ask asks what stands between circuit and gate: the throttle, then the rate limit. Where
// one refuses, nothing of the attempt is kept, the circuit's permit included. Where the
// call has to wait for its turn, c.turn says until when; it has taken it.
func (c *call) ask() error {
	l := c.guard.loadOf()
	if refused := c.askThrottle(l); refused != nil {
		c.guard.circuit.Return(c.permit)
		return refused
	}
	c.asked, c.ofTenant, c.ofRate, c.turn = l, false, false, 0
	if refused := c.askRate(l); refused != nil {
		c.unadmit()
		return refused
	}
	return nil
}

func (c *call) askThrottle(l *load) error {
	if l.throttle == nil {
		return nil
	}
	ok, chance := l.throttle.Admit(c.now, fuseboard.PriorityOf(c.parent), c.guard.random())
	if ok {
		return nil
	}
	if !c.shadowed && !l.news.keeps.Load() {
		c.guard.nudge()
	}
	return c.turnDown(refusedThrottled, c.op.refusedThrottle(c.plan, chance))
}

func (c *call) askRate(l *load) error {
	cost := c.price()
	if l.tenants != nil {
		tenant := tenantIn(c.parent)
		again, ok := l.tenants.Take(c.now, tenant, cost)
		if !ok {
			return c.turnDown(refusedTenant, c.op.refusedTenant(c.plan, tenant, again))
		}
		c.ofTenant, c.taken = true, c.now
	}
	if l.rate == nil {
		return nil
	}
	turn, err := l.rate.Reserve(c.now, cost, c.span.Until)
	if err != nil {
		return c.refuseRate(turn, err)
	}
	c.ofRate, c.taken = true, turn
	if turn > c.now {
		c.turn = turn
	}
	return nil
}

// tenantIn is for whom a call is, as a table of tenants knows them.
func tenantIn(ctx context.Context) string { return tenantKey(fuseboard.MetaOf(ctx).Tenant) }

// tenantKey is the tenant, or where that is longer than a key may be its safe name, so
// that a table of tenants is bounded in bytes, and the errors that name them are.
func tenantKey(tenant string) string {
	if len(tenant) > longestKey {
		return safeName(tenant)
	}
	return tenant
}

// weigh asks the hook what the request costs.
func (w *With[Req, Resp]) weigh(c *call, o *operation, req Req) {
	if w.Cost == nil {
		return
	}
	c.cost = 1
	defer func() {
		if v := recover(); v != nil {
			o.guard.sys.log.Error("Cost panicked", "operation", title(o.guard.name, o.name), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	c.cost = int32(min(max(w.Cost(req), 1), math.MaxInt32)) //nolint:gosec // in range
}

// price is what the attempt takes of the rate limit: what the request costs, times
// what its case says.
func (c *call) price() int {
	if c.cost == 0 {
		return c.plan.cost
	}
	return int(min(int64(c.cost)*int64(c.plan.cost), math.MaxInt32))
}

func (c *call) refuseRate(again fuseboard.Instant, why error) error {
	reason := refusedRate
	if errors.Is(why, ratelimit.ErrQueueFull) || errors.Is(why, ratelimit.ErrNoTime) {
		reason = refusedTurn
	}
	return c.turnDown(reason, c.op.refusedRate(c.plan, again, why))
}

// turnDown is a refusal, or that of a guard which has stopped meanwhile.
func (c *call) turnDown(reason int, e *CallError) error {
	if c.guard.hasHalted() {
		return c.stopped()
	}
	return c.refuse(reason, e)
}

// unask gives back what ask has taken, to whom it has taken it from: after an Update that
// may be a limit which is not in force any more.
func (c *call) unask() {
	l := c.asked
	if l == nil {
		return
	}
	c.asked = nil
	if c.ofTenant {
		l.tenants.Refund(c.taken, tenantIn(c.parent), c.price())
	}
	if c.ofRate {
		l.rate.Refund(c.taken, c.price())
	}
	c.ofTenant, c.ofRate, c.turn = false, false, 0
}

// turnWait is a request without a goroutine of its own that waits for its turn on one of
// the System's, which was reserved for it already.
type turnWait struct {
	call   *call
	come   func()      // to the gate
	refuse func(error) // with what ended the wait
}

// Run waits, and brings the request to the gate.
func (p *turnWait) Run() {
	if err := p.call.awaitTurn(); err != nil {
		p.refuse(err)
		return
	}
	p.come()
}
