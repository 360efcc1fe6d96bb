// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

// Held is an attempt that goes on after its handler has returned: its permit is
// taken, its context lives, its outcome is open, until End. It is a small value,
// given to [With].Hold. The zero Held is that of an attempt which is over. Its
// methods are safe for concurrent use.
type Held struct {
	attempt *holding
	turn    uint64
}

// End ends the attempt: the outcome is recorded, the context is cancelled, the
// permit goes to the next caller. err is how the answer ended after it had begun:
// nil leaves the outcome as it was when the handler returned, else the default
// classifier judges it. The first End counts; further ones do nothing.
func (h Held) End(err error) {
	if h.attempt == nil {
		return
	}
	for {
		switch h.attempt.turn.Load() { // first, because a body is often ended twice: at its end, and closed
		case h.turn:
			if h.attempt.turn.CompareAndSwap(h.turn, h.turn+nextTurn) {
				h.attempt.end(err)
				return
			}
		case h.turn + settling:
			runtime.Gosched() // a Settle is under way, which never waits
		default:
			return
		}
	}
}

// Settle records the outcome as it is now, for an answer that may go on for long and
// whose end says nothing about the dependency: a stream of events, an upgraded
// connection. Permit and context stay until End, whose err then counts nowhere.
func (h Held) Settle() {
	if h.attempt == nil {
		return
	}
	if h.attempt.turn.CompareAndSwap(h.turn, h.turn+settling) {
		h.attempt.settle()
		h.attempt.turn.Store(h.turn)
	}
}

// holding is what a Held leads to. It is used again once it has ended; the turn
// tells the holders of an older one that they are late.
type holding struct {
	// turn moves on when an answer that was held ends: whoever moves it on from a turn has
	// what is below.
	turn atomic.Uint64

	// Of the call, as far as its end needs it.
	op       *operation
	parent   context.Context
	lazy     *deadline.Lazy
	permit   supervision.Permit
	out      fuseboard.Outcome
	came     fuseboard.Instant
	began    fuseboard.Instant
	returned fuseboard.Instant
	attempts int
	settled  bool
	learns   bool
	copied   bool              // it was a copy
	shadowed bool              // its policy is only watched
	claimed  bool              // in shadow: it has a place of those that would be let in
	cut      fuseboard.Instant // in shadow: when its policy would have cut it short

	// Of one that goes straight, instead of most of that.
	direct   bool
	straight straight
}

// How a turn moves: settling is added while a Settle is under way.
const (
	settling = 1
	nextTurn = 2
)

// pending is the part of a call that outlives its handler: set while the attempt has
// neither been ended nor handed over to a [Held].
type pending struct {
	returned fuseboard.Instant // its handler did
	lazy     *deadline.Lazy    // its context
	on       bool              // the attempt goes on
	settled  bool              // its outcome was recorded
	whole    bool              // its answer is all there: see [With].Glance
	gone     bool              // its answer was discarded, and the next attempt never came
}

// errBrokeOff is why a call whose answer had begun has failed after all.
var errBrokeOff = errors.New("its answer broke off after it had begun")

// lasted is until when an attempt is taken to have lasted: what its caller does with a
// held answer is not the dependency's time.
func (c *call) lasted(now fuseboard.Instant) fuseboard.Instant {
	if c.pending.on && c.out.Kind != fuseboard.Failure {
		return c.returned
	}
	return now
}

// finish ends an attempt whose handler is through, or leaves it open where its
// answer may be held. A failure is recorded at once: whether it is repeated is
// asked of a circuit that knows of it.
func (c *call) finish(lazy *deadline.Lazy, err error) {
	if err != nil || c.pending.whole || c.broke != nil || c.left || (c.worker != nil && c.out.Kind == fuseboard.Failure) {
		lazy.End()
		c.conclude(err)
		return
	}
	c.judge(nil)
	c.now = c.guard.clock.Now()
	c.pending = pending{on: true, returned: c.now, lazy: lazy}
	c.measure(c.now)
	if c.out.Kind == fuseboard.Failure {
		c.settle()
	}
}

// settle records the outcome of an attempt that goes on, once.
func (c *call) settle() {
	if !c.settled {
		c.settled = true
		c.record(c.guard.clock.Now())
	}
}

// drop disposes of the answer of an open attempt that is repeated, and ends it.
func (w *With[Req, Resp]) drop(c *call, resp Resp) (none Resp) {
	sound := false
	defer func() {
		c.shutOpen()
		if !sound { // Discard is ending the goroutine
			c.vanished()
		}
	}()
	w.discard(c, resp)
	sound = true
	return none
}

// shutOpen ends an attempt that was open and is not held: its answer is gone.
func (c *call) shutOpen() {
	c.pending.lazy.End()
	c.settle()
	c.vacate()
	c.pending = pending{gone: true}
}

// keep gives an open attempt to the Hold hook, with the answer that the caller gets.
func (w *With[Req, Resp]) keep(c *call, resp Resp) Resp {
	if !c.pending.on {
		return resp
	}
	sound := false
	defer func() {
		if !sound { // Hold is ending the goroutine
			c.lostAtHold()
		}
	}()
	resp = w.hand(c.op, c.hold(), resp)
	sound = true
	return resp
}

// lostAtHold ends a call whose Hold hook does not return.
func (c *call) lostAtHold() {
	if c.out.Kind == fuseboard.Failure {
		c.gaveUp(ErrGoexit)
	}
	c.over(c.lost(nil))
}

// keepOn is keep of a call that goes straight, whose handler has returned.
func (w *With[Req, Resp]) keepOn(parent context.Context, s *straight, o *operation, resp Resp) Resp {
	s.now = s.guard.clock.Now()
	if e := s.guard.key; e != nil && !handOver(&s.lends) {
		e.kept.Add(1) // released with the permit
	}
	h := o.holding()
	h.op, h.parent, h.returned, h.direct, h.claimed, h.straight = o, parent, s.now, true, false, *s
	sound := false
	defer func() {
		if !sound { // Hold is ending the goroutine
			c := new(call)
			s.become(c, parent, o)
			c.now, c.out = s.now, fuseboard.Outcome{Kind: fuseboard.Success, Elapsed: s.now.Sub(s.began)}
			c.lostAtHold()
		}
	}()
	resp = w.hand(o, Held{attempt: h, turn: h.turn.Load()}, resp)
	sound = true
	return resp
}

// hand calls the Hold hook. One that panics is a fault of the service: it is logged, and
// the attempt ends.
func (w *With[Req, Resp]) hand(o *operation, held Held, resp Resp) (kept Resp) {
	sound := false
	defer func() {
		if sound {
			return
		}
		if v := recover(); v != nil {
			o.guard.sys.log.Error("Hold panicked", "operation", title(o.guard.name, o.name), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
		held.End(nil)
		kept = resp
	}()
	kept = w.Hold(resp, held)
	sound = true
	return kept
}

// hold moves the open attempt out of the call, which may end before it.
func (c *call) hold() Held {
	if c.worker != nil { // it is free for the next request; the permit is not
		c.worker.crew.free(c.worker, c.now)
		c.worker = nil
		c.unhost()
	}
	if e := c.guard.key; e != nil && !handOver(&c.lends) {
		e.kept.Add(1) // released with the permit
	}
	h := c.op.holding()
	h.op, h.parent, h.lazy, h.permit = c.op, c.parent, c.pending.lazy, c.permit
	copyOutcome(&h.out, &c.out)
	h.came, h.began, h.returned, h.attempts, h.settled, h.learns = c.came, c.began, c.returned, c.attempts, c.settled, c.learns
	h.copied = c.copied
	h.shadowed, h.claimed, h.cut = c.shadowed, c.claimed, fuseboard.Never
	if c.shadowed && c.try.Scope != deadline.Caller {
		h.cut = c.try.Until
	}
	c.pending, c.shadowed = pending{}, false
	return Held{attempt: h, turn: h.turn.Load()}
}

// handOver reports that a call's keep of its key goes with an answer that is held.
func handOver(lends *bool) bool {
	lent := *lends
	*lends = false
	return lent
}

// lead makes c the call as it was when its handler returned, as far as it is needed.
// c is zero: what is written where it stands need not be moved there.
func (h *holding) lead(c *call) {
	if h.direct {
		h.straight.become(c, h.parent, h.op)
		c.out = fuseboard.Outcome{Kind: fuseboard.Success, Elapsed: h.returned.Sub(c.began)}
		c.pending.on, c.pending.settled, c.pending.returned, c.pending.lazy = true, h.settled, h.returned, h.straight.lazy
		return
	}
	c.op, c.guard, c.parent, c.permit = h.op, h.op.guard, h.parent, h.permit
	copyOutcome(&c.out, &h.out)
	c.came, c.began, c.attempts, c.shadowed, c.claimed, c.learns = h.came, h.began, h.attempts, h.shadowed, h.claimed, h.learns
	c.copied = h.copied
	c.pending.on, c.pending.settled, c.pending.returned, c.pending.lazy = true, h.settled, h.returned, h.lazy
}

// settle records the outcome of what goes on being held.
func (h *holding) settle() {
	var c call
	h.lead(&c)
	c.settle()
	h.settled = true
}

// end ends what was held. A success takes until its answer began, and is counted now: it may have been
// held for longer than the window reaches, where those that break off are counted too,
// and its key was in use until now.
func (h *holding) end(err error) {
	g, now := h.op.guard, h.op.guard.clock.Now()
	if s := &h.straight; h.direct && err == nil && !h.settled && s.passes(now, h.returned.Sub(s.began)) {
		s.lazy.End()
		g.gate.LeaveAt(int(s.lane))
	} else {
		h.endCarefully(now, err)
	}
	if e := g.key; e != nil {
		e.release(now)
	}
	pool := h.op.holdings.Load()
	h.op, h.parent, h.lazy, h.straight.lazy = nil, nil, nil, nil
	h.direct, h.settled = false, false
	pool.Put(h)
}

// endCarefully ends what does not end straight.
func (h *holding) endCarefully(now fuseboard.Instant, err error) {
	var c call
	h.lead(&c)
	if !c.settled {
		c.endedWith(now, err)
		if h.claimed && now >= h.cut {
			c.wouldCut(h.cut)
		}
		c.record(now)
		if c.out.Kind == fuseboard.Failure {
			c.gaveUp(errBrokeOff)
		}
	}
	c.pending.lazy.End()
	c.vacate()
}

// endedWith is the outcome of an answer that broke off after it had begun.
func (c *call) endedWith(now fuseboard.Instant, err error) {
	if err == nil {
		return
	}
	elapsed := now.Sub(c.began)
	if c.guard.family.Cancelled() {
		c.out = fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
	} else {
		c.out = supervision.Classify(err, c.parent.Err() == context.Canceled)
	}
	c.out.Elapsed = elapsed
}

// holding returns one that is not in use.
func (o *operation) holding() *holding {
	if o.holdings.Load() == nil {
		o.holdings.CompareAndSwap(nil, new(sync.Pool))
	}
	if h, ok := o.holdings.Load().Get().(*holding); ok {
		return h
	}
	return new(holding)
}
