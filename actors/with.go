// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"reflect"
	"slices"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/cache"
)

// With holds what cannot be data about an operation. Every field may be nil.
// The hooks run on the goroutine of the call and must be safe for concurrent use.
type With[Req, Resp any] struct {
	// Safe reports whether the request may be repeated although the dependency may
	// have done it already. Nil: never, except where it surely was not reached. Before a copy
	// is sent of an attempt ([Policy].Hedge) it is asked once, and nil means that none is.
	Safe func(Req) bool
	// Classify says what an answer means, where the default classifier (see
	// [supervision.Classify]) does not know: a response that is a failure, an
	// error that is not. An Outcome without a Kind leaves the decision to the default; its
	// Final and Repeats count then, too. It is not asked about an attempt whose caller left it behind (see [Workers]).
	Classify func(Resp, error) fuseboard.Outcome
	// Discard disposes of an answer that nobody gets, because the attempt was
	// repeated, its caller has left it behind (see [Workers]), or a copy of it was first.
	Discard func(Resp)
	// Hold keeps the attempt going for an answer that is not all there when the handler
	// returns: an HTTP body, rows, a stream. Permit, context and deadline last until
	// [Held.End] is called, and so does the outcome: it is recorded then. Hold is given
	// the answer that the caller gets, without an error, and returns what the caller gets
	// in its place; it must see to it that End is called once, or the permit is lost
	// until the guard stops. Of a request that came as a message, and in [ShadowPolicy],
	// only successes and voids are held; there the context is the caller's own and is not
	// cancelled. In [BypassPolicy] it is not called.
	Hold func(Resp, Held) Resp
	// Elsewhere is the handler of a copy of an attempt ([Policy].Hedge), numbered from 1, where that
	// goes to another endpoint: nil for the operation's own, as where Elsewhere is nil or panics,
	// which is logged. It is asked when the copy is about to be sent. A handler of [Rebuild]
	// has no part in what goes elsewhere.
	Elsewhere func(number int) Handler[Req, Resp]
	// Glance is a first look at an answer that came without an error, so that the dearer hooks
	// are asked only where they have something to say: fine says that it is a success, and
	// Classify is not asked; whole that nothing of it is still to come, and a success or
	// void is not given to Hold. Nil says neither.
	Glance func(Resp) (fine, whole bool)
	// Room returns the room that a request brings for what its call needs, which is then
	// not allocated. See [Room]; nil where this one brings none.
	Room func(Req) *Room
	// Cost is what a request takes of the rate limit ([Policy].Rate): 1 for an ordinary one,
	// more for one that costs the dependency more. Less than 1 counts as 1, and so does what one
	// says that panics, which is logged. It is asked once a call. Nil: 1.
	Cost func(Req) int
	// Meta gives the handler's context the number of its attempt and the chain of
	// dependencies, this one included: see [fuseboard.MetaOf]. It costs two allocations an
	// attempt. False: the context carries what the caller's does.
	Meta bool
	// Stages are code of the user's that stands in the way of the operation's calls; see [Stage].
	// At most [MaxStages].
	Stages []Stage[Req, Resp]
	// Key names what a request asks for, so that answers can be kept for the next one that asks for
	// the same: by [Policy].Cache, and for a last-good answer of [Policy].Fallback. Everything that
	// makes a difference to the answer must be in it: the tenant, the language. ok false:
	// this request's answer is neither kept nor given from what is kept. It runs before every
	// call, so it should be cheap; one that panics has said false, and is logged. Nil: nothing is kept.
	Key func(Req) (key string, ok bool)
	// Store makes the store of the operation's cache, for as many entries as the policy says: that of
	// patterns/cache/otterstore, or your own. Nil: the built-in one.
	Store cache.Make[Resp]
	// Fallback computes an answer for a request whose call failed or was refused, with the reason;
	// see [Policy].Fallback. It returns [ErrDeclined] to pass on to the next step.
	// Set without that section it is the only step, for every failure. [Instead]
	// makes one that asks another ref.
	Fallback func(ctx context.Context, req Req, cause error) (Resp, error)

	around bool // calls are answered in more ways than by the handler, whatever the policy says
}

// Always is a Safe hook for operations that may always be repeated: reads, and
// writes that the dependency recognises when they come twice.
func Always[Req any](Req) bool { return true }

// Never is a Safe hook for operations that must not be repeated once they may
// have been done. Nil means the same; Never says that it was thought of, and
// keeps the warning about it away.
func Never[Req any](Req) bool { return false }

// hooksOf returns the hooks as an operation keeps them. Those of one type that have none share theirs.
func hooksOf[Req, Resp any](s *System, with []With[Req, Resp]) *With[Req, Resp] {
	if len(with) == 0 {
		of := reflect.TypeFor[With[Req, Resp]]()
		if none, found := s.hookless.Load(of); found {
			w, _ := none.(*With[Req, Resp])
			return w
		}
		none, _ := s.hookless.LoadOrStore(of, new(With[Req, Resp]))
		w, _ := none.(*With[Req, Resp])
		return w
	}
	w := with[0]
	w.Stages = slices.Clone(w.Stages)
	w.around = w.Fallback != nil || w.has(AroundCall) || w.has(AroundProtection)
	return &w
}
