// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// Entry is a call that its caller makes by himself, between [Guard.Enter] and [Entry.End]:
// where the work cannot be a function, or must not cost an allocation. It holds a permit
// of the gate and the circuit's leave until it is ended; one that is never ended keeps its
// permit for ever. It is one attempt: what failed is repeated by entering again. It
// belongs to the goroutine that has it, and must not be copied. The zero Entry has ended.
type Entry struct {
	straight
	parent context.Context
	way    entryWay
}

// entryWay is how a call has come in.
type entryWay uint8

const (
	entryEnded    entryWay = iota
	entryStraight          // as straight
	entryWinding           // as the call in rest
	entryWatched           // in shadow, as the call in rest
	entryBypass            // past the guard
)

// errNeedsFunction refuses an Entry under a policy whose work runs on other goroutines.
var errNeedsFunction = fuseboard.Problem{
	Path: "workers", Code: "needs-function", Message: "give the work to other goroutines, and an Entry is work of the caller's own",
	Fix: "use Do or Call, or leave workers out",
}

// Enter begins a call whose work the caller does by himself, and must end:
//
//	entry, err := payments.Enter(ctx)
//	if err != nil {
//		return err
//	}
//	defer entry.Done(&err)
//
// It refuses, waits and counts as [Do] does, with the same errors. The policy's retries do
// not apply, and its total and attempt deadlines begin here. A policy with [Workers] is
// answered with a [fuseboard.Problem]. In [ShadowPolicy] and [BypassPolicy] nobody
// is refused.
//
// An Entry on the stack costs no allocation; its Context, where that is asked for, one.
func (g *Guard) Enter(ctx context.Context) (entry Entry, err error) {
	if !g.made() {
		return Entry{}, errUnbound
	}
	if g.key != nil && !g.key.keep() {
		return Entry{}, g.key.goneFor(ctx, "")
	}
	entry.guard, entry.parent = g, unasked(ctx)
	if g.way.Load() == wayEnforce && ctx != nil && entry.enter(ctx, g.self) {
		entry.way = entryStraight
		return entry, nil
	}
	if entry.way, err = entry.come(ctx); err != nil {
		return Entry{}, err
	}
	return entry, nil
}

// come lets a call in that ends as an [Entry] does, or gives its key back.
func (s *straight) come(ctx context.Context) (way entryWay, err error) {
	defer func() {
		if way == entryEnded { // also where the observer of a refusal ends the goroutine
			s.giveBack()
		}
	}()
	g := s.guard
	if m := g.leniency(); m != EnforcePolicy && !g.gate.Closed() {
		return s.comeLeniently(ctx, m)
	}
	if s.now == untimed && ctx != nil && s.enter(ctx, g.self) { // it was not tried yet
		return entryStraight, nil
	}
	return s.comeWinding(ctx)
}

// comeWinding is the way of a call that may be refused, or has to wait.
func (s *straight) comeWinding(ctx context.Context) (entryWay, error) {
	if ctx != nil && s.guard.circuit.RefusesAll() {
		if refused := s.guard.self.turnAway(ctx); refused != nil {
			return 0, refused
		}
	}
	c := call{now: s.now} // on the stack: a refusal allocates nothing
	err := c.begin(ctx, s.guard.self)
	if err == nil && c.plan.isolated {
		return 0, errNeedsFunction
	}
	if err == nil {
		err = c.enter()
	}
	s.now = c.now
	if err != nil {
		c.over(err)
		return 0, err
	}
	s.rest, s.plan = new(call), c.plan
	*s.rest = c
	s.began, s.until, s.scope = c.try.Start, c.try.Until, c.try.Scope // a wait is part of the total
	return entryWinding, nil
}

// comeLeniently is come under a policy that is not enforced.
func (s *straight) comeLeniently(ctx context.Context, m PolicyMode) (entryWay, error) {
	if m == BypassPolicy {
		return entryBypass, nil
	}
	c := new(call)
	c.info, ctx = asksInfo(ctx)
	if err := c.watchFrom(ctx, s.guard.self); err != nil {
		c.over(err)
		return 0, err
	}
	c.attempts, c.began = 1, c.now
	c.try = c.guard.try(c.plan, c.span, c.now)
	s.rest = c
	return entryWatched, nil
}

// Context returns the context of the work: the caller's, which ends at the attempt's
// deadline too, when the guard stops, and when the Entry has ended. That of an Entry
// which has ended is canceled. It is made at the first call, and allocates once.
func (e *Entry) Context() context.Context {
	switch {
	case e.way == entryEnded:
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		return ctx
	case e.way == entryBypass || e.way == entryWatched:
		return e.parent
	case e.lazy != nil:
		return e.lazy
	}
	ctx, lazy := e.context(nil, e.parent)
	e.lazy = lazy
	return ctx
}

// Deadline returns until when the work may take, as [context.Context.Deadline] of its
// Context does. It allocates nothing.
func (e *Entry) Deadline() (at time.Time, ok bool) {
	switch {
	case e.way == entryEnded || e.parent == nil:
		return time.Time{}, false
	case e.way == entryBypass || e.way == entryWatched || e.scope == deadline.Caller || e.until == fuseboard.Never:
		return e.parent.Deadline()
	}
	return e.guard.clock.Time(e.until), true
}

// End ends the call with the error of the work, which the default classifier judges (see
// [supervision.Classify]), and gives the permit back. It returns nil for nil, else
// what [Do] would have returned. A second End does nothing, and returns err.
func (e *Entry) End(err error) error { return e.end(err, fuseboard.Outcome{}, nil) }

// EndAs is End with an outcome that the caller knows better: a response that is a
// failure, an error that is not. One without a Kind is left to the default classifier.
func (e *Entry) EndAs(out fuseboard.Outcome, err error) error { return e.end(err, out, nil) }

// Done is End for a defer statement: err is where the function keeps its result, which
// becomes what End returns. A panic of the function ends here: it is the failure of
// this call, as in [Do], and err tells it. It goes on where the policy is not enforced, and where the
// Entry has ended before. Where runtime.Goexit ends the goroutine, the call
// ends as err has it.
func (e *Entry) Done(err *error) {
	if value := recover(); value != nil {
		way := e.way
		out, broke := broken(value)
		*err = e.end(broke, out, broke)
		if way != entryStraight && way != entryWinding { // it is not this call's, or its policy only watches
			panic(value)
		}
		return
	}
	*err = e.end(*err, fuseboard.Outcome{}, nil)
}

func (e *Entry) end(err error, out fuseboard.Outcome, broke error) error {
	way := e.way
	e.way = entryEnded
	straight := way == entryStraight && err == nil && out.Kind == fuseboard.Unclassified
	switch {
	case way == entryEnded:
		return err
	case straight && e.leave():
		if e.guard.key == nil && e.guard.sys.observer == nil {
			return nil
		}
		return e.endTold()
	}
	return e.endOtherwise(way, err, out, broke)
}

// endTold is the rest of an end that went straight where somebody hears of it.
func (e *Entry) endTold() error {
	defer e.giveBack() // also where the observer ends the goroutine
	if e.guard.sys.observer != nil {
		e.tell(e.parent, e.guard.self)
	}
	return nil
}

// endOtherwise ends what does not end straight.
func (e *Entry) endOtherwise(way entryWay, err error, out fuseboard.Outcome, broke error) error {
	defer e.giveBack()
	if way == entryBypass {
		return err
	}
	return e.endCarefully(way, err, out, broke)
}

// endCarefully is endOtherwise of what the guard has let in.
func (e *Entry) endCarefully(way entryWay, err error, out fuseboard.Outcome, broke error) error {
	c := e.rest
	if way == entryStraight {
		c = new(call)
		e.become(c, e.parent, e.guard.self)
	}
	w := With[struct{}, struct{}]{Classify: func(struct{}, error) fuseboard.Outcome { return out }}
	c.broke = broke
	if way == entryWatched {
		c.out = out
		watched(c, &w, struct{}{}, struct{}{}, err)
		e.now = c.now // before the observer, who may end the goroutine
		c.over(err)
		return err
	}
	if c.out = out; broke == nil {
		w.classify(c, struct{}{}, err)
	}
	e.lazy.End()
	c.conclude(err)
	if c.out.Kind == fuseboard.Failure {
		err = c.failed(err, nil)
	} else {
		err = c.answered(err)
	}
	e.now = c.now
	c.over(err)
	return err
}

// giveBack ends the keep of a key's guard.
func (s *straight) giveBack() {
	if s.guard.key != nil {
		s.guard.key.release(s.now)
	}
}
