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

// letThrough is [Ref.Call]'s for a key. What has stopped refuses as where it is enforced.
func (k *Keyed[Req, Resp]) letThrough(ctx context.Context, key string, req Req) (Resp, error) {
	if k.head.gate.Closed() {
		return k.enforced(ctx, key, req)
	}
	e, err := k.takeUnder(ctx, ShadowPolicy, key)
	if err != nil {
		var none Resp
		return none, err
	}
	if e == nil {
		return k.handle(ctx, req)
	}
	return shadowKept(ctx, e, e.guard.self, k.handle, &k.with, req)
}
