// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// answered ends a run whose handler is through. It is out of those that go on.
func (r *race[Req, Resp]) answered(x *racer[Req, Resp]) {
	t := x.task
	x.call.now, x.resp, x.err, x.call.out = r.call.now, t.resp, t.err, t.out
	t.recycle()
	if x.call.out.Kind == 0 { // it did return
		r.judge(x)
	} else {
		x.call.broke = x.err
	}
	if x.call.out.Kind == fuseboard.Failure && len(r.runs) > 0 {
		r.failed(x)
		return
	}
	r.won, r.why = x, mailbox.Answered
	if x.call.copied && x.call.out.Kind != fuseboard.Failure {
		r.call.guard.count.seldom().hedges.won.Add(1)
	}
	for len(r.runs) > 0 {
		r.lose(r.runOf(r.runs[0].place))
	}
	x.place.Free()
	r.over = true
}

// judge says how the run has ended.
func (r *race[Req, Resp]) judge(x *racer[Req, Resp]) {
	sound := false
	defer func() {
		if sound {
			return
		}
		if x.err = x.call.breaks(recover()); x.err == ErrGoexit { //nolint:errorlint // our own value, never wrapped
			r.won, r.why = x, mailbox.Answered // whatever others do
		}
	}()
	r.w.judge(&x.call, x.resp, x.err)
	sound = true
}

// failed ends a run that has failed while others go on. Nobody gets its answer.
func (r *race[Req, Resp]) failed(x *racer[Req, Resp]) {
	x.call.beside = true
	x.call.judge(x.err)
	x.call.record(r.call.now)
	defer func() { // also where Discard ends the goroutine
		x.lazy.End()
		x.place.Free()
		x.call.vacate()
	}()
	if x.call.broke == nil {
		r.w.discard(&x.call, x.resp)
	}
}

// lose ends a run for which another was faster: it is void, whatever it does. What it holds
// comes back when its handler has really ended.
func (r *race[Req, Resp]) lose(x *racer[Req, Resp]) {
	x.call.guard.count.seldom().hedges.lost.Add(1)
	x.call.beside, x.call.out = true, fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
	x.call.keepKey()
	if r.vigil.Lose(x.place, r.call.now) {
		x.lazy.Cancel(ErrLost)
		x.call.record(r.call.now)
		x.call.seat = x.place
		x.call.vacate()
		return
	}
	x.call.record(r.call.now) // it has ended at the same moment
	defer func() {
		x.place.Free()
		x.call.vacate()
	}()
	x.task.Late()
}

// leave leaves these runs, which the caller does not wait for any longer.
func (r *race[Req, Resp]) leave(why mailbox.Ending, these []*racer[Req, Resp]) {
	for _, x := range these {
		if r.over { // the one before has decided, and this one has lost
			return
		}
		left := r.vigil.Leave(x.place)
		r.runOf(x.place)
		switch {
		case !left: // it has ended at the same moment
			r.answered(x)
		case len(r.runs) == 0:
			r.won, r.why, r.over = x, why, true
		default:
			r.leaveBehind(x, why)
		}
	}
}

// leaveBehind ends a run that its caller has left while others go on.
func (r *race[Req, Resp]) leaveBehind(x *racer[Req, Resp], why mailbox.Ending) {
	x.call.keepKey()
	x.call.beside, x.call.seat, x.call.now = true, x.place, r.call.now
	x.call.judge(x.call.leftBehind(why))
	x.call.record(r.call.now)
	x.call.vacate()
}

// keepKey holds the guard of a key for work that is left behind, which holds a permit.
func (c *call) keepKey() {
	if e := c.guard.key; e != nil {
		e.kept.Add(1)
	}
}

// desert ends a race whose caller's goroutine is ending in a hook: the run that was judged, or
// else the last one, decides, and all others lose.
func (r *race[Req, Resp]) desert() {
	for len(r.runs) > 1 || r.won != nil && len(r.runs) > 0 {
		r.lose(r.runOf(r.runs[0].place))
	}
	switch x := r.won; {
	case x != nil:
		x.place.Free()
	case r.runs[0].place.Leave():
		r.won, r.why = r.runs[0], mailbox.Gone
		r.won.call.keepKey()
	default: // it has ended at the same moment
		r.won, r.why = r.runs[0], mailbox.Answered
		r.won.place.Free()
	}
}

// desertedTo is into for a race that a hook has ended, if it was one; lazy is the context of
// the attempt without it.
func (r *race[Req, Resp]) desertedTo(c *call, lazy *deadline.Lazy) *deadline.Lazy {
	if r == nil || r.won == nil || r.over {
		return lazy
	}
	return r.into(c)
}
