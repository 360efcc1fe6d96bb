// SPDX-License-Identifier: Apache-2.0

package fallback

import "context"

// mark says that a chain is answering, for all that is called on its behalf.
type mark struct {
	context.Context
	name  string // of the chain's dependency; may be empty
	chain any    // which chain it is, a pointer
	outer *mark  // the answer within which this one is made; nil: none
}

type markKey struct{}

// Value returns the mark for its own key, and else what the context beneath knows.
func (m *mark) Value(key any) any {
	if key == (markKey{}) {
		return m
	}
	return m.Context.Value(key)
}

// String names the context without reading what may change.
func (m *mark) String() string { return "fallback.mark" }

// Answering reports whether ctx is that of a step of the chain, or of what is called on its
// behalf. Who asks another dependency in a [Sources].Compute finds by it that the circle would close:
// that other one's chain is the one that asks.
func (c *Chain[Req, Resp]) Answering(ctx context.Context) bool {
	if ctx == nil {
		return false
	}
	for m := markIn(ctx); m != nil; m = m.outer {
		if m.chain == any(c) {
			return true
		}
	}
	return false
}

func markIn(ctx context.Context) *mark {
	m, _ := ctx.Value(markKey{}).(*mark)
	return m
}

// asks reports whether asking the guard of this name would close a circle: it is answered
// for already, or the chain itself is, further out.
func (m *mark) asks(guard string, chain any) bool {
	for ; m != nil; m = m.outer {
		if m.name == guard || m.chain == chain {
			return true
		}
	}
	return false
}
