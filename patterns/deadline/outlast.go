// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"

	"github.com/fuseboard/fuseboard"
)

// Outlast returns a context for work that goes on after the span of ctx is over, and
// what ends it: the same parent and the same [Family], but no deadline of its own.
// ctx must be one that [Context] returned. Where that was the caller's own, it is
// returned as it is, with a nil Lazy: its deadline is the caller's.
func Outlast(ctx context.Context) (context.Context, *Lazy) {
	l, own := ctx.(*Lazy)
	if !own {
		return ctx, nil
	}
	longer := &Lazy{parent: l.parent, origin: l.origin, start: l.start, until: fuseboard.Never}
	return longer, longer
}
