// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"

	"github.com/fuseboard/fuseboard/supervision"
)

// runInShadow runs the handler as if there were no policy: on this goroutine, with the
// context that the call came with, and its answer, error or panic goes on untouched.
// What the policy would have done is counted, and the circuit and the budget see what
// they would have seen.
func runInShadow[Req, Resp any](ctx context.Context, c *call, o *operation, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	c.info, ctx = asksInfo(ctx)
	if refused := c.watchFrom(ctx, o); refused != nil {
		c.over(refused)
		return resp, refused
	}
	return runWatched(ctx, c, h, w, req)
}

// runWatched is runInShadow for a call that has begun.
func runWatched[Req, Resp any](ctx context.Context, c *call, h Handler[Req, Resp], w *With[Req, Resp], req Req) (resp Resp, err error) {
	if c.callerless { // it came a while ago
		c.now = c.guard.clock.Now()
	}
	c.attempts, c.began = 1, c.now
	c.try = c.guard.try(c.plan, c.span, c.now)
	if c.generation != nil {
		h, _ = c.generation.handle.(Handler[Req, Resp])
	}
	sound := false
	defer func() {
		var value any
		if !sound { // a panic, or the goroutine is ending
			value = recover()
			c.out, c.broke = broken(value)
		}
		watched(c, w, req, resp, err)
		resp = w.keep(c, resp)
		c.over(cmp.Or(c.broke, err))
		if value != nil {
			panic(value)
		}
	}()
	resp, err = h.run(ctx, req)
	sound = true
	return resp, err
}

// watchFrom is what begin and enter are for a call that is enforced. It refuses only
// where there is nothing to run: after a stop, and while there is no handler.
func (c *call) watchFrom(ctx context.Context, o *operation) error {
	g := o.guard
	c.op, c.guard, c.parent = o, g, ctx
	if ctx == nil { // the handler gets what it was given; we need one to ask
		c.parent = context.Background()
	}
	c.plan, c.now = g.plan.Load().of(c.parent, o), g.clock.Now()
	c.came = c.now
	if err := g.shadow().over.Enter(); err != nil {
		return c.stopped()
	}
	if o.generations != nil {
		c.generation = o.generations.now.Load()
		if refusal := c.generation.refusal; refusal != nil {
			c.generation = nil
			g.shadow().over.Leave(false)
			return c.restarting(refusal)
		}
	}
	c.shadowed = true
	c.span = c.plan.given.Deadline.Begin(c.parent, g.clock, c.now)
	if c.claimed = c.wouldRun(); c.claimed && c.plan.deposits {
		g.spent.Deposit(c.now)
	}
	return nil
}

// wouldRun reports whether the policy would have let the call run, perhaps after a
// wait. It asks in the order in which a call is asked that is enforced, and counts the
// first refusal.
func (c *call) wouldRun() bool {
	g := c.guard
	phase, refuses := g.circuit.Refuses()
	switch {
	case refuses && c.now < phase.Until:
		return g.wouldRefuse(refusedOpen)
	case c.span.Passed(c.now):
		return g.wouldRefuse(refusedLate)
	case c.parent.Err() != nil: // its caller has left it
		return false
	case c.admit() != nil: // refuse has counted it
		return false
	}
	reason := c.wouldEnter()
	if reason < 0 {
		c.asked, c.learns = nil, c.asked != nil
		return true
	}
	c.unadmit()
	c.permit = supervision.Permit{} // its outcome counts nowhere
	return g.wouldRefuse(reason)
}

// wouldEnter is the reason for which an admitted call would have found no goroutine
// or no permit; -1 if there is none.
func (c *call) wouldEnter() int {
	g := c.guard
	if c.callerless {
		c.hosted = g.sys.limits.goroutines.quota.Take(1)
	}
	if c.callerless && !c.hosted || c.plan.isolated && g.pool.Load().Spent() {
		return refusedUnhosted
	}
	waits, why := g.shadow().over.Claim(c.parent)
	if why != nil {
		return reasonOf(why)
	}
	if waits || c.turn != 0 {
		g.shadow().waited.Add(1)
	}
	return -1
}

// wouldRefuse counts what an enforced policy would have refused. It is false, for
// whoever asks whether the call would have run.
func (g *Guard) wouldRefuse(reason int) bool {
	g.shadow().refused[reason].Add(1)
	return false
}
