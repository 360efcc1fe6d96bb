// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// workerIdle is how long a worker without a request is kept.
const workerIdle = 10 * time.Second

// crew is a guard's workers, and the strategy that supervises them. A guard that
// gets no messages has none. There are never more workers with a request than
// permits in use, because a worker is freed before its permit is.
type crew struct {
	guard    *Guard
	strategy *strategy.Strategy

	mu     sync.Mutex
	idle   []*worker // the last one used is the first to be used again
	hiring []job     // wait for the guard's turn to make them a worker
	made   uint64    // numbers the workers
	shift  uint64    // raised when the circuit opens: workers of an older one leave
	sweep  *time.Timer
	closed bool
}

// staff returns the guard's crew, which is made when it is first needed.
func (g *Guard) staff() *crew {
	if g.key != nil { // all keys of a Keyring have one
		return g.key.ring.head.staff()
	}
	if c := g.crew.Load(); c != nil {
		return c
	}
	above := g.sys.strat
	if g.group != nil {
		above = g.group.strat
	}
	c := &crew{guard: g, strategy: strategy.New(g.clock, strategy.Options{
		Seed: g.seed, Above: above, Rebuilding: g.receiver.rebuilding, Climbed: g.receiver.climbed,
	})}
	if !g.crew.CompareAndSwap(nil, c) {
		return g.crew.Load()
	}
	for p := (*plan)(nil); p != g.plan.Load(); { // after it can be found: an Update reshapes what it finds
		p = g.plan.Load()
		c.strategy.Reshape(p.given.Restart)
	}
	if g.hasHalted() { // a stop that came meanwhile has not seen it
		c.strategy.Stop()
	}
	return c
}

// assign gives the job, which holds a permit, to an idle worker or lets the guard
// make one. Any goroutine may call it.
func (c *crew) assign(j job) {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		j.dismiss()
		return
	}
	if last := len(c.idle) - 1; last >= 0 {
		w := c.idle[last]
		c.idle[last] = nil
		c.idle = c.idle[:last]
		w.next = j
		c.mu.Unlock()
		c.send(w.pid, j.parcel())
		return
	}
	c.hiring = append(c.hiring, j)
	c.mu.Unlock()
	c.send(c.guard.address(), hire{})
}

func (c *crew) send(to *actor.PID, message any) { c.guard.sys.root.Send(to, message) }

// hire makes a worker for the first job that waits for one. In the guard's turn.
func (c *crew) hire(ctx actor.Context) {
	c.mu.Lock()
	if len(c.hiring) == 0 {
		c.mu.Unlock()
		return
	}
	j := c.hiring[0]
	c.hiring = slices.Delete(c.hiring, 0, 1)
	c.made++
	w := &worker{crew: c, shift: c.shift, next: j, desk: &desk{hands: &c.guard.sys.hands}}
	name := fmt.Sprintf("worker-%d", c.made)
	c.mu.Unlock()
	pid, err := ctx.SpawnNamed(actor.PropsFromProducer(func() actor.Actor { return w }, atDesk(w.desk)), name)
	if err != nil { // the number is the guard's own, so nobody has the name
		j.dismiss()
		return
	}
	w.pid = pid
	ctx.Send(pid, j.parcel())
}

// free makes the worker idle, or lets it go when the circuit has opened since it
// was made. It comes before the permit is given back. now is the last clock read of its
// request: the idle stand in the order of these nearly, and the sweep needs no more.
func (c *crew) free(w *worker, now fuseboard.Instant) {
	c.mu.Lock()
	stopping := c.closed || w.gone // by the actor library
	stays := !stopping && w.shift == c.shift
	if stays {
		w.since = now
		c.idle = append(c.idle, w)
		if c.sweep == nil {
			c.sweep = time.AfterFunc(workerIdle, c.rest)
		}
	}
	c.mu.Unlock()
	if !stays && !stopping {
		c.guard.sys.root.Stop(w.pid)
	}
}

// rest stops the workers that have been idle for long.
func (c *crew) rest() {
	now := c.guard.clock.Now()
	c.mu.Lock()
	n := 0 // they became idle in the order in which they stand
	for n < len(c.idle) && now.Sub(c.idle[n].since) >= workerIdle {
		n++
	}
	leave := slices.Clone(c.idle[:n])
	c.idle = slices.Delete(c.idle, 0, n)
	switch {
	case c.closed:
	case len(c.idle) > 0:
		c.sweep.Reset(workerIdle - now.Sub(c.idle[0].since))
	default:
		c.sweep = nil
	}
	c.mu.Unlock()
	c.stop(leave)
}

// disband lets all workers go, the busy ones when they are free: the circuit
// refuses, and nobody knows for how long.
func (c *crew) disband() {
	c.mu.Lock()
	c.shift++
	leave := c.idle
	c.idle = nil
	c.mu.Unlock()
	c.stop(leave)
}

func (c *crew) stop(workers []*worker) {
	for _, w := range workers {
		c.guard.sys.root.Stop(w.pid)
	}
}

// lose forgets a worker that has stopped. What it had not begun goes to another.
func (c *crew) lose(w *worker) {
	c.mu.Lock()
	w.gone = true
	j := w.begin()
	c.idle = slices.DeleteFunc(c.idle, func(i *worker) bool { return i == w })
	c.mu.Unlock()
	if j != nil {
		j.stray()
		c.assign(j)
	}
}

// close ends the crew with its guard: who still waits for a worker is answered.
// The workers are stopped by the actor library, as children are.
func (c *crew) close() {
	c.mu.Lock()
	c.closed = true
	waiting := c.hiring
	c.hiring, c.idle = nil, nil
	if c.sweep != nil {
		c.sweep.Stop()
	}
	c.mu.Unlock()
	for _, j := range waiting {
		j.dismiss()
	}
}
