// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// move is one step of a random program over a context. Verbs that need a number
// (which child, how long) take it from n.
type move struct {
	verb string
	n    int
}

var verbs = []string{
	"advance", "advance", "done", "err", "cause", "value", "deadline",
	"cancel child", "timeout child", "value child", "detached child", "lazy child", "look at child", "look at child",
	"stop child", "after func", "stop after func", "cancel caller", "cancel family", "end",
}

var errCaller = errors.New("the caller left")

// program is a random history: the caller's and the own time to go (0: none),
// and the moves.
type program struct {
	caller, own time.Duration
	moves       []move
}

func (p program) String() string { return fmt.Sprintf("caller %s own %s %v", p.caller, p.own, p.moves) }

func drawProgram(t *rapid.T) program {
	p := program{own: time.Duration(rapid.IntRange(0, 8).Draw(t, "own")) * ms}
	if over := rapid.IntRange(0, 4).Draw(t, "caller"); over > 0 && p.own > 0 {
		p.caller = p.own + time.Duration(over)*ms + time.Microsecond // later than ours, or it would be passed through
	}
	p.moves = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) move {
		return move{rapid.SampledFrom(verbs).Draw(t, "verb"), rapid.IntRange(0, 5).Draw(t, "n")}
	}), 1, 25).Draw(t, "moves")
	return p
}

// seen is what one move showed. Two ends that both came before anybody looked
// have no order, so then only the rough answer can be compared.
type seen struct {
	exact, rough string
	unordered    bool
}

// world carries out a program over one kind of context.
type world struct {
	c        *fuseboard.Clock
	span     Span
	family   Family
	lazy     *Lazy // nil: the reference, over context.WithDeadlineCause
	ctx      context.Context
	end      func()
	leave    context.CancelCauseFunc // ends the caller
	kin      []func()                // of the reference: what a guard would cancel by hand
	children []context.Context
	cancels  []func()
	stops    []func() bool
	ran      []*atomic.Bool // which after funcs did; nothing but time orders them before a look
	unseen   []string       // ends that came while nobody had looked
	trace    []seen
}

func newWorld(t *testing.T, p program, reference bool) *world {
	w := &world{c: fuseboard.NewClock()}
	parent, leave := context.WithCancelCause(context.WithValue(t.Context(), key{}, "v"))
	w.leave = leave
	if p.caller > 0 {
		var cancel context.CancelFunc
		parent, cancel = context.WithTimeout(parent, p.caller)
		t.Cleanup(cancel)
	}
	w.span = Policy{Total: p.own}.Begin(parent, w.c, w.c.Now())
	w.ctx, w.end = w.make(parent, w.span, reference, &w.lazy)
	return w
}

// make derives a context with span s: a lazy one, or as the library does it.
func (w *world) make(parent context.Context, s Span, reference bool, into **Lazy) (context.Context, func()) {
	if !reference {
		ctx, lazy := Context(parent, w.c, s, &w.family)
		*into = lazy
		return ctx, lazy.End
	}
	ctx, cancel := context.WithCancel(parent)
	if s.Until != fuseboard.Never {
		cancel()
		ctx, cancel = context.WithDeadlineCause(parent, w.c.Time(s.Until), s.Error(s.Until, nil))
	}
	w.kin = append(w.kin, cancel)
	if w.family.Cancelled() {
		cancel()
	}
	return ctx, cancel
}

// ended notes an end that came now, if nobody has looked yet.
func (w *world) ended(how string) {
	if w.lazy != nil && !built(w.lazy) && !slices.Contains(w.unseen, how) {
		w.unseen = append(w.unseen, how)
	}
}

func (w *world) afterFuncs() []bool {
	ran := make([]bool, len(w.ran))
	for i := range ran {
		ran[i] = w.ran[i].Load()
	}
	return ran
}

func (w *world) show(answers ...any) {
	rough := slices.Clone(answers)
	for i, a := range rough {
		if _, isErr := a.(error); isErr {
			rough[i] = "an error"
		}
	}
	w.trace = append(w.trace, seen{fmt.Sprint(answers...), fmt.Sprint(rough...), len(w.unseen) > 1})
}

func (w *world) do(m move) {
	switch m.verb {
	case "advance":
		passed := w.span.Passed(w.c.Now())
		time.Sleep(time.Duration(m.n) * ms)
		if !passed && w.span.Passed(w.c.Now()) {
			w.ended("deadline")
		}
	case "cancel caller":
		w.ended("caller")
		w.leave(errCaller)
	case "cancel family":
		w.ended("family")
		w.family.Cancel()
		for _, cancel := range w.kin {
			cancel()
		}
	case "end":
		w.ended("end")
		w.end()
	default:
		w.derive(m)
	}
	synctest.Wait()
}

func (w *world) derive(m move) {
	from := w.ctx
	if len(w.children) > 0 && m.n > 2 { // grandchildren
		from = w.children[m.n%len(w.children)]
	}
	// No two timers fire at one instant: their order would be the library's dice.
	switch d := time.Duration(m.n)*ms + time.Duration(len(w.children)+2)*time.Microsecond; m.verb {
	case "cancel child":
		w.adopt(context.WithCancel(from))
	case "timeout child":
		w.adopt(context.WithTimeout(from, d))
	case "value child":
		w.adopt(context.WithValue(from, mark{}, m.n), func() {})
	case "detached child":
		w.adopt(context.WithoutCancel(from), func() {})
	case "lazy child":
		if s := (Policy{Total: d}).Begin(from, w.c, w.c.Now()); s.Scope != Caller {
			var none *Lazy
			w.adopt(w.make(from, s, w.lazy == nil, &none))
			w.ctxTouched(len(w.children) - 1)
		}
	case "after func":
		ran := new(atomic.Bool)
		w.ran = append(w.ran, ran)
		w.stops = append(w.stops, context.AfterFunc(from, func() { ran.Store(true) }))
	default:
		w.observe(m)
	}
}

// ctxTouched looks at a new lazy child, so that only the root has unseen ends.
func (w *world) ctxTouched(i int) { w.children[i].Done() }

func (w *world) adopt(ctx context.Context, cancel context.CancelFunc) {
	w.children, w.cancels = append(w.children, ctx), append(w.cancels, cancel)
}

func (w *world) observe(m move) {
	switch m.verb {
	case "done":
		w.show(closed(w.ctx.Done()))
	case "err":
		w.show(w.ctx.Err())
	case "cause":
		w.show(context.Cause(w.ctx))
	case "value":
		w.show(w.ctx.Value(key{}), w.ctx.Value(mark{}))
	case "deadline":
		at, ok := w.ctx.Deadline()
		w.show(w.c.At(at), ok)
	case "look at child":
		if len(w.children) > 0 {
			c := w.children[m.n%len(w.children)]
			_, dated := c.Deadline()
			w.show(c.Err(), context.Cause(c), closed(c.Done()), c.Value(key{}), c.Value(mark{}), dated)
		}
	case "stop child":
		if len(w.cancels) > 0 {
			w.cancels[m.n%len(w.cancels)]()
		}
	case "stop after func":
		if len(w.stops) > 0 {
			w.show(w.stops[m.n%len(w.stops)](), w.afterFuncs())
		}
	}
}

// last shows everything at the end and leaves nothing behind.
func (w *world) last() {
	w.show(w.ctx.Err(), context.Cause(w.ctx), closed(w.ctx.Done()), w.afterFuncs())
	w.end()
	for _, cancel := range w.cancels {
		cancel()
	}
	w.leave(nil)
	synctest.Wait()
	w.show(w.ctx.Err(), context.Cause(w.ctx), closed(w.ctx.Done()), w.afterFuncs())
}

func run(t *testing.T, p program, reference bool) (trace []seen, left int) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, p, reference)
		for _, m := range p.moves {
			w.do(m)
		}
		w.last()
		trace, left = w.trace, size(&w.family)
	})
	return trace, left
}

// The context behaves as one made by context.WithDeadlineCause, in every answer
// to every random program of looks, children, ends and time.
func TestContextCannotBeToldFromTheLibrarys(t *testing.T) {
	exact, unordered := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProgram(rt)
		want, _ := run(t, p, true)
		got, left := run(t, p, false)
		if left != 0 {
			rt.Fatalf("%s: %d contexts are left in the family", p, left)
		}
		if len(got) != len(want) {
			rt.Fatalf("%s: %d answers, want %d", p, len(got), len(want))
		}
		for i := range got {
			if got[i].unordered {
				unordered++
				if got[i].rough != want[i].rough {
					rt.Fatalf("%s: answer %d is %s, want one like %s", p, i, got[i].exact, want[i].rough)
				}
				continue
			}
			exact++
			if got[i].exact != want[i].exact {
				rt.Fatalf("%s: answer %d is %s, want %s", p, i, got[i].exact, want[i].exact)
			}
		}
	})
	if !testing.Short() && exact < unordered { // the few programs of a short run need not be many of one kind
		t.Errorf("only %d answers were compared exactly, %d roughly", exact, unordered)
	}
}
