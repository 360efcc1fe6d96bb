// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// fallback is the section, or what stands for it where only the hook is there.
func (w *With[Req, Resp]) fallback(given Fallback) Fallback {
	if !given.On() && w.Fallback != nil {
		return Fallback{Steps: []FallbackStep{{Use: fallback.Computed}}}
	}
	return given
}

// sources are where the fallback of the operation finds answers.
func (a *answers[Req, Resp]) sources() fallback.Sources[Req, Resp] {
	g, kept := a.op.guard, a.kept
	s := a.with.sources(g.name)
	if kept != nil {
		s.Kept = func(req Req, maxAge time.Duration) (resp Resp, age time.Duration, ok bool) {
			key, ok := a.key(req)
			if !ok {
				return resp, 0, false
			}
			return kept.Get(g.clock.Now(), key, maxAge)
		}
	}
	s.Guard = func(name string) (func(context.Context, Req) (Resp, error), error) {
		return otherRef[Req, Resp](g.sys, name, a.op.name)
	}
	s.Slots = g.living().fallbackSlots()
	return s
}

// sources are those that need no guard: enough to judge a policy by.
func (w *With[Req, Resp]) sources(name string) fallback.Sources[Req, Resp] {
	s := fallback.Sources[Req, Resp]{Name: name, Compute: w.Fallback}
	if w.Key != nil {
		s.Kept = func(Req, time.Duration) (resp Resp, age time.Duration, ok bool) { return resp, 0, false }
	}
	s.Guard = func(string) (func(context.Context, Req) (Resp, error), error) { return nil, nil }
	return s
}

// fallbackSlots are those of all operations of the guard, and of all keys.
func (g *Guard) fallbackSlots() *fallback.Slots {
	if g.slots.Load() == nil {
		g.slots.CompareAndSwap(nil, new(fallback.Slots))
	}
	return g.slots.Load()
}

var errKeyedFallback = errors.New("its guards have keys: ask it with With.Fallback, which can give one")

// otherRef finds the operation of the same name and the same types of another guard.
func otherRef[Req, Resp any](sys *System, name, op string) (func(context.Context, Req) (Resp, error), error) {
	g, found := sys.Guard(name)
	if !found && sys.hasKeyring(name) {
		return nil, errKeyedFallback
	}
	if !found {
		return nil, fmt.Errorf("there is no dependency %q in this System: make it, or correct fallback.steps", name)
	}
	typed := g.boundAs(op)
	if typed == nil {
		return nil, fmt.Errorf("%s has no operation %q: bind one, or correct fallback.steps", name, op)
	}
	ref, same := typed.(*Ref[Req, Resp])
	if !same {
		return nil, fmt.Errorf("%s has other types: it is a %T, and a handler of %v to %v is wanted",
			title(name, op), typed, reflect.TypeFor[Req](), reflect.TypeFor[Resp]())
	}
	return ref.Call, nil
}

func (s *System) hasKeyring(name string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	g := s.guards[name]
	return g != nil && g.keys != nil
}

// Instead makes a Fallback hook (see [With]) that asks another ref the same request. What that
// answers counts for its own guard alone. It declines where the other ref is itself being answered for:
// refs that stand in for each other are asked once each.
//
//	actors.With[Order, Receipt]{Fallback: actors.Instead(payments2)}
func Instead[Req, Resp any](other *Ref[Req, Resp]) func(context.Context, Req, error) (Resp, error) {
	return func(ctx context.Context, req Req, _ error) (resp Resp, err error) {
		if other.answering(ctx) {
			return resp, fmt.Errorf("%s is on the way of this call already: %w", title(other.name, other.op.name), ErrDeclined)
		}
		return other.Call(ctx, req)
	}
}

// answering reports whether ctx is that of a fallback of the operation's.
func (r *Ref[Req, Resp]) answering(ctx context.Context) bool {
	if !r.made() {
		return false
	}
	made := r.op.answers.Load()
	if made == nil {
		return false
	}
	a, _ := made.view.(*answers[Req, Resp])
	return a.chain != nil && a.chain.Answering(ctx)
}
