// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"context"
	"sync/atomic"
)

type noteKey struct{}

// Listen returns a context in which [Note] tells how often what was done for a request
// has been repeated; the most that was told is kept in most.
func Listen(ctx context.Context, most *atomic.Int32) context.Context {
	return context.WithValue(ctx, noteKey{}, most)
}

// Note tells whoever listens that something failed although it was repeated n times,
// also where the error or response that says so never reaches him.
func Note(ctx context.Context, n int) {
	most, ok := ctx.Value(noteKey{}).(*atomic.Int32)
	if !ok {
		return
	}
	for {
		old := most.Load()
		if int32(min(n, MostRepeats)) <= old || most.CompareAndSwap(old, int32(min(n, MostRepeats))) {
			return
		}
	}
}
