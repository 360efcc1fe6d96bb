// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// racer is one of the handlers that run for the same attempt: the first, or a copy. Each has
// all that an attempt has, and an outcome of its own.
type racer[Req, Resp any] struct {
	call  call
	place *mailbox.Seat
	task  *task[Req, Resp] // not to be touched once it was left
	lazy  *deadline.Lazy
	resp  Resp
	err   error
}

// race is an attempt of which copies are sent. The first run that ends without a failure
// decides how the attempt ends, and the others lose; where all have failed, the last to fail
// decides, because it is the latest news of the dependency and the only one whose permit is
// still held. A retry sees one attempt. It shares nothing with the call, which lives on its
// caller's stack: whoever runs it takes the decision over from it.
type race[Req, Resp any] struct {
	call   call // as it was when a copy was due
	h      Handler[Req, Resp]
	w      With[Req, Resp]
	req    Req
	live   *live
	done   <-chan struct{}
	vigil  *mailbox.Vigil      // nil before the first copy
	runs   []*racer[Req, Resp] // that go on
	sent   int                 // copies
	due    fuseboard.Instant   // when the next copy is; Never: none
	agreed bool                // the Safe hook has agreed
	won    *racer[Req, Resp]   // that decides; nil before
	over   bool                // and all is done that follows from it
	why    mailbox.Ending      // how the wait for it has ended
}

// newRace is that of an attempt whose first copy is due.
func newRace[Req, Resp any](c *call, h Handler[Req, Resp], w *With[Req, Resp], req Req, s *mailbox.Seat, t *task[Req, Resp]) *race[Req, Resp] {
	r := &race[Req, Resp]{call: c.alone(), h: h, w: *w, req: req, live: c.guard.live.Load(), done: c.parent.Done()}
	r.runs = []*racer[Req, Resp]{{call: r.call, place: s, task: t, lazy: t.lazy}}
	return r
}

// wait runs the race until it is decided.
func (r *race[Req, Resp]) wait() {
	defer func() {
		if !r.over { // a hook is ending this goroutine
			r.desert()
		}
		if r.vigil != nil {
			r.vigil.End()
		}
	}()
	r.call.now = r.call.guard.clock.Now()
	r.send()
	if r.vigil == nil { // there is no copy: an attempt as any other
		r.won = r.runs[0]
		r.why = r.won.place.Wait(r.done, 0, r.call.try.Until)
		r.over = true
		return
	}
	for !r.over {
		s, why := r.vigil.Wait(r.done, r.soonest())
		r.call.now = r.call.guard.clock.Now()
		switch why {
		case mailbox.Answered:
			r.answered(r.runOf(s))
		case mailbox.TimeUp:
			r.timeUp()
		default:
			r.leave(why, slices.Clone(r.runs))
		}
	}
}

// into gives the decision to the call, with the context of the run that has made it.
func (r *race[Req, Resp]) into(c *call) *deadline.Lazy {
	c.adopt(&r.won.call)
	if r.why != mailbox.Answered {
		c.seat = r.won.place
	}
	return r.won.lazy
}

// judged reports whether the outcome of the run that has decided is known: it was answered,
// and there were others.
func (r *race[Req, Resp]) judged() bool { return r.vigil != nil && r.why == mailbox.Answered }

// soonest is when there is something to do, if nobody answers before.
func (r *race[Req, Resp]) soonest() fuseboard.Instant {
	at := r.due
	for _, x := range r.runs {
		at = min(at, x.call.try.Until)
	}
	return at
}

// timeUp leaves the runs whose time is over, and sends the next copy where that is due.
func (r *race[Req, Resp]) timeUp() {
	var late []*racer[Req, Resp]
	for _, x := range r.runs {
		if x.call.try.Passed(r.call.now) {
			late = append(late, x)
		}
	}
	r.leave(mailbox.TimeUp, late)
	if !r.over && r.call.now >= r.due {
		r.send()
	}
}

// runOf takes the run of the seat out of those that go on.
func (r *race[Req, Resp]) runOf(s *mailbox.Seat) *racer[Req, Resp] {
	i := slices.IndexFunc(r.runs, func(x *racer[Req, Resp]) bool { return x.place == s })
	x := r.runs[i]
	r.runs = slices.Delete(r.runs, i, i+1)
	return x
}

// send sends the next copy, unless something refuses it; then there are no more of this attempt.
func (r *race[Req, Resp]) send() {
	number := r.sent + 1
	r.due = fuseboard.Never
	if !r.mayHedge() {
		return
	}
	counts := &r.call.guard.count.seldom().hedges
	if r.agreed = r.agreed || r.w.agrees(&r.call, r.req); !r.agreed {
		counts.refused[keptUnagreed].Add(1)
		return
	}
	h := r.w.elsewhere(&r.call, number)
	k, s, why := r.call.copyOf(r.call.now, h != nil)
	if why != sentCopy {
		counts.refused[why].Add(1)
		return
	}
	counts.sent.Add(1)
	r.sent = number
	r.begin(k, s, r.handlerOf(k, h))
	if wait, sends := r.live.hedger.Wait(); sends && r.sent < r.live.hedger.Copies() {
		r.due = r.call.now.Add(wait)
	}
}

// mayHedge reports whether there is somebody who knows when copies are due, and time for one.
func (r *race[Req, Resp]) mayHedge() bool {
	if r.live == nil || r.live.hedger == nil { // an Update came meanwhile
		return false
	}
	return r.vigil != nil || r.call.now < r.call.try.Until
}

// handlerOf is the handler of a copy: that of elsewhere, of its generation, or the operation's.
func (r *race[Req, Resp]) handlerOf(k *call, elsewhere Handler[Req, Resp]) (h Handler[Req, Resp]) {
	switch {
	case elsewhere != nil:
		return elsewhere
	case k.generation != nil:
		h, _ = k.generation.handle.(Handler[Req, Resp])
		return h
	}
	return r.h
}

// begin starts a copy that holds all that it needs.
func (r *race[Req, Resp]) begin(k *call, s *mailbox.Seat, h Handler[Req, Resp]) {
	if r.vigil == nil {
		r.vigil = r.call.guard.pool.Load().Vigil()
		r.vigil.Add(r.runs[0].place)
	}
	var none Resp
	x := &racer[Req, Resp]{call: *k, place: s}
	t := newTask(&x.call, h, &r.w, r.req, none)
	t.repeats = false
	t.ctx, t.lazy = r.live.origin.ContextIn(nil, x.call.parent, x.call.try)
	if r.w.Meta {
		t.ctx = x.call.within(t.ctx)
	}
	x.task, x.lazy = t, t.lazy
	r.runs = append(r.runs, x)
	r.vigil.Add(s)
	s.Start(t)
}
