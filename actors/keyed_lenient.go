// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
)

// takeUnder is take for a call under the mode. Neither an entry nor an error: the
// call runs without a guard, because the policy is bypassed, or in shadow and the key
// can have none.
func (k *Keyring) takeUnder(ctx context.Context, m PolicyMode, key string) (*entry, error) {
	switch m {
	case BypassPolicy:
		return nil, nil
	case ShadowPolicy:
		e, err := k.find(key, false)
		if placeless(err) {
			k.let.Add(1)
			return nil, nil
		}
		return e, err
	default:
		return k.takeFor(ctx, key)
	}
}

// placeless reports whether a key was refused because it can have no guard, and not
// because its Keyring has stopped.
func placeless(err error) bool {
	refused, is := errors.AsType[*CallError](err)
	return is && refused.by != bySystem
}

// unsettled is Call where the Keyring's way does not tell all: the mode is looked up.
func (k *Keyed[Req, Resp]) unsettled(ctx context.Context, key string, req Req) (Resp, error) {
	if !k.made() {
		var none Resp
		return none, errUnbound
	}
	m := k.head.leniency()
	switch {
	case m == EnforcePolicy || k.head.gate.Closed(): // what has stopped refuses as ever
		return k.enforced(ctx, key, req)
	case m == BypassPolicy:
		return k.bare(unasked(ctx), req)
	}
	return k.inShadow(ctx, key, req)
}

// inShadow is Call under a policy in shadow.
func (k *Keyed[Req, Resp]) inShadow(ctx context.Context, key string, req Req) (Resp, error) {
	e, err := k.takeUnder(ctx, ShadowPolicy, key)
	if err != nil {
		var none Resp
		return none, err
	}
	if e == nil {
		return k.bare(unasked(ctx), req)
	}
	if e.guard.goesAround(k.with.around) {
		return answeredKept(ctx, e, e.guard.self, k.handle, k.with, req)
	}
	return shadowKept(ctx, e, e.guard.self, k.handle, k.with, req)
}
