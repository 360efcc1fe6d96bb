// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync/atomic"
)

// Keyed is one typed operation with a guard for each key: tenant, host, shard.
// One tenant that fails opens its own circuit and fills its own bulkhead; the
// others are not concerned. Its Keyring holds the guards: how many there are, what
// they do, their common policy. Safe for concurrent use.
//
// A guard is made at the first call with its key, and forgotten when the key is
// not used for KeyLimits.Idle, or when another key needs its place: of a few keys
// drawn at random one that came only once, else the one not used for longest. To forget a key is to forget
// its window and its counts: its next call finds a new guard with nothing counted.
// Therefore a guard is never forgotten while it knows something that matters or
// somebody is inside: while its circuit is not closed, while a command is in
// force, while a call of the key runs, waits or backs off. Where no key can be
// forgotten a call with a new one is refused with ErrTooManyKeys.
//
// Take keys from what you know (accounts, configured hosts), not from what anybody
// can make up: a key whose calls fail until its circuit opens keeps its place
// until its probes pass, or somebody gives a Command with Reset.
type Keyed[Req, Resp any] struct {
	*Keyring
	settled *atomic.Uint32 // the Keyring's way
	handle  Handler[Req, Resp]
	bare    Handler[Req, Resp] // handle with all stages, where there is no guard
	with    *With[Req, Resp]
}

// SpawnKeyed makes a Keyed. The name, of the form that [Protect] wants, is taken
// in the System as a guard's is; all keys are protected by p, each with permits,
// windows and a retry budget of its own. The zero KeyLimits are the defaults.
// The handler is not told its key: let Req carry it. At most one With is accepted.
//
// A key is any string of 1 to 256 bytes. It need not be printable: what logs,
// events and errors call its guard is (see [Keyring.Guard]).
//
// Errors: those of [Protect] and [Bind], and [Problems] with everything wrong with
// the limits. Its warnings are logged once, not for each key.
func SpawnKeyed[Req, Resp any](under Parent, name string, h Handler[Req, Resp], p Policy, limits KeyLimits, with ...With[Req, Resp]) (*Keyed[Req, Resp], error) {
	if err := checkHooks(h, with); err != nil {
		return nil, err
	}
	sys, err := systemOf(under)
	if err != nil {
		return nil, err
	}
	given, src, err := sourced(under, name, p)
	if err != nil {
		return nil, err
	}
	k := &Keyed[Req, Resp]{with: hooksOf(sys, with)}
	k.handle = k.with.staged(AroundHandler, h)
	k.bare = k.with.staged(AroundCall, k.with.staged(AroundProtection, k.handle))
	ring, err := newKeyring(under, name, given, limits, keyedOperation{typed: k, safe: k.with.Safe != nil, fits: k.with.fits(name, "", given)})
	if err != nil {
		return nil, err
	}
	k.Keyring = ring
	if !k.with.around {
		k.settled = &ring.head.way
	}
	sys.announce(src, name, p)
	return k, nil
}

// keyedOperation is what a Keyring has to know of its operation.
type keyedOperation struct {
	typed typed
	safe  bool
	fits  Problems
}

// fits reports what is wrong with a policy for the operation.
func (k *Keyed[Req, Resp]) fits(p Policy) Problems { return k.with.fits(k.Keyring.head.name, "", p) }

func (k *Keyed[Req, Resp]) stagesAt(at Seam) []string { return k.with.stagesAt(at) }

// made reports whether k came from SpawnKeyed.
func (k *Keyed[Req, Resp]) made() bool { return k != nil && k.Keyring.made() }

// Call runs the operation under the guard of the key, as [Ref.Call] does under
// its own. Beside what that returns: a [*CallError] that was refused by "keys",
// with ErrTooManyKeys, or by "limits", with ErrLimit, which allocate nothing, or with a [*KeyError] for a key
// that cannot be one. Then no guard was touched.
func (k *Keyed[Req, Resp]) Call(ctx context.Context, key string, req Req) (Resp, error) {
	if k == nil || k.settled == nil {
		return k.unsettled(ctx, key, req)
	}
	switch k.settled.Load() {
	case wayBypass:
		return k.handle(unasked(ctx), req)
	case wayEnforce:
		return k.enforced(ctx, key, req)
	}
	return k.unsettled(ctx, key, req)
}

// enforced is Call under a policy that is enforced.
func (k *Keyed[Req, Resp]) enforced(ctx context.Context, key string, req Req) (resp Resp, err error) {
	e, err := k.takeFor(ctx, key)
	if err != nil {
		return resp, err
	}
	if e.guard.goesAround(k.with.around) {
		return answeredKept(ctx, e, e.guard.self, k.handle, k.with, req)
	}
	return through(ctx, e, e.guard.self, k.handle, k.with, req)
}

// Ask runs the operation on a goroutine of the key's guard and returns at once,
// as [Ref.Ask] does. The key keeps its guard until the answer is there.
func (k *Keyed[Req, Resp]) Ask(ctx context.Context, key string, req Req) *Future[Resp] {
	f := newFuture[Resp]()
	_ = k.post(ctx, key, req, f) // f has it
	return f
}

// Tell runs the operation on a goroutine of the key's guard and forgets its
// answer, as [Ref.Tell] does. The error is that of a call refused at once.
func (k *Keyed[Req, Resp]) Tell(ctx context.Context, key string, req Req) error {
	return k.post(ctx, key, req, nil)
}

func (k *Keyed[Req, Resp]) post(ctx context.Context, key string, req Req, f *Future[Resp]) error {
	if !k.made() {
		var none Resp
		f.give(none, errUnbound)
		return errUnbound
	}
	m := k.head.leniency()
	e, err := k.takeUnder(ctx, m, key)
	if e == nil && err == nil {
		return postLeniently(ctx, BypassPolicy, k.head.self, k.bare, k.with, req, f)
	}
	if err != nil {
		var none Resp
		f.give(none, err)
		return err
	}
	defer e.release(untimed) // post keeps it as long as it needs
	return k.refOf(e).post(ctx, req, f)
}

// refOf is the operation under the guard of one key.
func (k *Keyed[Req, Resp]) refOf(e *entry) *Ref[Req, Resp] {
	return &Ref[Req, Resp]{Guard: &e.guard, op: e.guard.self, handle: k.handle, with: k.with}
}

// callKept is Call for a ref that was bound to the guard of a key.
func (r *Ref[Req, Resp]) callKept(ctx context.Context, req Req) (resp Resp, err error) {
	e := r.key
	if !e.keep() {
		return resp, e.goneFor(ctx, r.op.name)
	}
	return through(ctx, e, r.op, r.handle, r.with, req)
}

// giveBack ends what post began for the guard of a key: after the answer, and
// after its goroutine was counted out, so that a guard that is gone runs nothing.
func (p *posted[Req, Resp]) giveBack() {
	if e := p.ref.key; e != nil {
		e.release(e.guard.clock.Now())
	}
}
