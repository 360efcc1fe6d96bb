// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"slices"

	"github.com/fuseboard/fuseboard"
)

// within returns ctx with what the request has become in this hop: one dependency
// further along its chain, in the attempt that is about to run.
func (c *call) within(ctx context.Context) context.Context {
	m := fuseboard.MetaOf(c.parent)
	m.Chain = append(slices.Clip(m.Chain), c.guard.name)
	m.Attempt = c.attempts
	return fuseboard.WithMeta(ctx, m)
}
