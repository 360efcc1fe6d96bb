// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"time"
)

// BenchmarkCases compares calls under a full policy without cases with those under the
// same policy with some, of callers of whom nothing was said, whom no case matches, and
// whom some do; and of operations that a case names, or does not.
func BenchmarkCases(b *testing.B) {
	varied := fullPolicy
	varied.Cases = []Case{
		{Priorities: sheddableOnly, Deadline: Deadline{Total: 600 * time.Millisecond}},
		{Tenant: "globex", Deadline: Deadline{Attempt: 500 * time.Millisecond}},
	}
	byName := varied
	byName.Cases = append(byName.Cases[:2:2], Case{Operations: []string{"charge"}, Deadline: Deadline{Attempt: 450 * time.Millisecond}})
	stepped := varied
	stepped.Cases = append(stepped.Cases[:2:2], Case{Attempt: 2, Deadline: Deadline{Attempt: 400 * time.Millisecond}})
	for _, k := range []struct {
		name   string
		policy Policy
		ctx    context.Context
		op     string
	}{
		{"none", fullPolicy, context.Background(), ""},
		{"nothing said", varied, context.Background(), ""},
		{"no match", varied, ctxOf(0, "acme"), ""},
		{"match", varied, ctxOf(0, "globex"), ""},
		{"match, by attempt too", stepped, ctxOf(0, "globex"), ""},
		{"none, meta", fullPolicy, ctxOf(0, "globex"), ""},
		{"none, named", fullPolicy, context.Background(), "charge"},
		{"others named", byName, context.Background(), ""},
		{"other named", byName, context.Background(), "status"},
		{"named", byName, context.Background(), "charge"},
		{"named, match", byName, ctxOf(0, "globex"), "charge"},
	} {
		b.Run(k.name, func(b *testing.B) {
			r := spawn(b, start(b), k.policy, echo)
			if k.op != "" {
				r = bindTo(b, r.Guard, k.op, echo)
			}
			b.ReportAllocs()
			for b.Loop() {
				_, _ = r.Call(k.ctx, 1)
			}
		})
	}
}

// bindTo binds one operation more.
func bindTo[Req, Resp any](t testing.TB, g *Guard, op string, h Handler[Req, Resp], with ...With[Req, Resp]) *Ref[Req, Resp] {
	t.Helper()
	r, err := Bind(g, op, h, with...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
