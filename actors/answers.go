// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// answers is what may answer the calls of one operation beside its handler: the cache before
// it, the fallback after it, and the user's stages around both. It is made from a plan, and
// from the next plan anew, with what is kept.
//
// The protected call within is that of every operation ([through]): it knows nothing of what
// stands around it.
type answers[Req, Resp any] struct {
	op     *operation
	handle Handler[Req, Resp]
	with   *With[Req, Resp]

	cache  *cache.Cache[Resp]         // nil: nothing is cached
	chain  *fallback.Chain[Req, Resp] // nil: a failure is a failure
	kept   *fallback.Kept[Resp]       // last good answers; nil where requests have no keys
	keeps  bool                       // some step asks for them
	past   []*cache.Cache[Resp]       // of policies before; their loads may still run
	gone   answersGone                // what was counted by those that an Update has ended
	direct bool                       // calls begin at the cache: no stages stand around it
	outer  Handler[Req, Resp]         // the whole call, with the stages around it
	inner  Handler[Req, Resp]         // the protected call, with those around it
}

// madeAnswers are an operation's answers, made for a plan.
type madeAnswers struct {
	plan *plan
	view answersView // an *answers of the operation's types
}

// answersView is what can be told of answers of any type.
type answersView interface {
	stats(into *answerStats)
	close(ctx context.Context)
	renew() (lost []string)
}

// goesAround reports whether calls of an operation may be answered by something else than its
// handler. own says that the operation's own hooks do so.
func (g *Guard) goesAround(own bool) bool { return own || g.plan.Load().answers }

// answersOf returns the answers of the operation under the plan in force.
func answersOf[Req, Resp any](o *operation, h Handler[Req, Resp], w *With[Req, Resp]) *answers[Req, Resp] {
	p := o.guard.plan.Load()
	if made := o.answers.Load(); made != nil && made.plan == p {
		a, _ := made.view.(*answers[Req, Resp])
		return a
	}
	a, _ := makeAnswers(o, h, w)
	return a
}

// renewAnswers puts the answers of the guard's operations under the plan in force, also for calls
// that are under way and for which no other comes, and says what was lost. It may run code of the user's (a
// store's), so it is not for the guard's own turn; those of keys are renewed by the next call.
func (g *Guard) renewAnswers() (lost []string) {
	for _, o := range g.operations() {
		if made := o.answers.Load(); made != nil {
			lost = append(lost, made.view.renew()...)
		}
	}
	return lost
}

func (a *answers[Req, Resp]) renew() (lost []string) {
	_, lost = makeAnswers(a.op, a.handle, a.with)
	return lost
}

// makeAnswers makes them, of those before where there are any, and says what could not be kept.
func makeAnswers[Req, Resp any](o *operation, h Handler[Req, Resp], w *With[Req, Resp]) (a *answers[Req, Resp], lost []string) {
	g := o.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.plan.Load()
	a = &answers[Req, Resp]{op: o, handle: h, with: w}
	if made := o.answers.Load(); made != nil {
		last, _ := made.view.(*answers[Req, Resp])
		if made.plan == p {
			return last, nil
		}
		a.cache, a.chain, a.kept, a.keeps, a.past, a.gone = last.cache, last.chain, last.kept, last.keeps, last.past, last.gone
	}
	lost = a.adopt(p)
	a.inner = w.staged(AroundProtection, a.protect)
	a.outer = w.staged(AroundCall, a.answer)
	a.direct = a.cache != nil && !w.has(AroundCall)
	o.answers.Store(&madeAnswers{plan: p, view: a})
	return a, lost
}

// key asks the Key hook.
func (a *answers[Req, Resp]) key(req Req) (key string, ok bool) {
	if a.with.Key == nil {
		return "", false
	}
	sound := false
	defer func() {
		if sound {
			return
		}
		if v := recover(); v != nil {
			a.op.guard.sys.log.Error("Key panicked", "operation", title(a.op.guard.name, a.op.name), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			key, ok = "", false
		}
	}()
	key, ok = a.with.Key(req)
	sound = true
	return key, ok
}
