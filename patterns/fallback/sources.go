// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"context"
	"errors"
	"time"
)

// ErrDeclined is what a [Sources].Compute returns, itself or wrapped, that has no answer to
// this request or this failure: the next step is tried.
var ErrDeclined = errors.New("declined")

// Sources are where the answers of a [Chain] come from: what can't be data. A step whose
// source is nil is passed over. Each function may be called from many goroutines at once;
// one that panics fails its step.
type Sources[Req, Resp any] struct {
	// Name is the dependency's. It ends circles: where a falls back to b and b to a, a is not
	// asked again. Empty: a circle ends one round later.
	Name string
	// Compute makes an answer of the request and of the error that the caller would get.
	// It returns [ErrDeclined] to pass on to the next step. The context ends after
	// Policy.Timeout; a function that ignores it keeps its caller, and its slot, until it
	// returns.
	Compute func(ctx context.Context, req Req, cause error) (Resp, error)
	// Kept returns the last good answer to the request that is at most maxAge old, and how
	// old it is. See [Kept].
	Kept func(req Req, maxAge time.Duration) (resp Resp, age time.Duration, ok bool)
	// Guard finds the operation of another dependency by the dependency's name. It is called
	// at each use, so that guards may be made later; its error fails the step.
	Guard func(name string) (func(context.Context, Req) (Resp, error), error)
	// Decode reads a Value. Default: encoding/json, which refuses unknown fields.
	Decode func(raw []byte, into *Resp) error
	// Slots are shared by the chains of one dependency, so that Policy.Concurrency bounds all
	// of them together. Default: the chain has its own.
	Slots *Slots
}
