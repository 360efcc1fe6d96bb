// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"time"
)

// BenchmarkCases compares calls under a full policy without cases with those under the
// same policy with some, of callers of whom nothing was said, whom no case matches, and
// whom some do.
func BenchmarkCases(b *testing.B) {
	varied := fullPolicy
	varied.Cases = []Case{
		{Priorities: sheddableOnly, Deadline: Deadline{Total: 600 * time.Millisecond}},
		{Tenant: "globex", Deadline: Deadline{Attempt: 500 * time.Millisecond}},
	}
	later := varied
	later.Cases = append(later.Cases[:2:2], Case{Attempt: 2, Deadline: Deadline{Attempt: 400 * time.Millisecond}})
	for _, k := range []struct {
		name   string
		policy Policy
		ctx    context.Context
	}{
		{"none", fullPolicy, context.Background()},
		{"nothing said", varied, context.Background()},
		{"no match", varied, ctxOf(0, "acme")},
		{"match", varied, ctxOf(0, "globex")},
		{"match, by attempt too", later, ctxOf(0, "globex")},
		{"none, meta", fullPolicy, ctxOf(0, "globex")},
	} {
		b.Run(k.name, func(b *testing.B) {
			r := spawn(b, start(b), k.policy, echo)
			b.ReportAllocs()
			for b.Loop() {
				_, _ = r.Call(k.ctx, 1)
			}
		})
	}
}
