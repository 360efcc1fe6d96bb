// SPDX-License-Identifier: Apache-2.0

package fuseboard_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/fuseboard/fuseboard"
)

func TestMetaCrossesGoroutinesAndTheInnermostCounts(t *testing.T) {
	outer := fuseboard.WithMeta(context.Background(), fuseboard.Meta{Tenant: "acme", Request: "r-1", Chain: []string{"checkout"}})
	inner := fuseboard.WithMeta(outer, fuseboard.Meta{Tenant: "other", Attempt: 2})
	child, cancel := context.WithCancel(inner)
	defer cancel()
	got := make(chan fuseboard.Meta)
	go func() { got <- fuseboard.MetaOf(child) }()
	if m := <-got; !reflect.DeepEqual(m, fuseboard.Meta{Tenant: "other", Attempt: 2}) {
		t.Errorf("the innermost is %+v", m)
	}
	if m := fuseboard.MetaOf(outer); m.Tenant != "acme" || m.Request != "r-1" || m.Chain[0] != "checkout" {
		t.Errorf("the outer is %+v", m)
	}
	if m := fuseboard.MetaOf(context.Background()); !reflect.DeepEqual(m, fuseboard.Meta{}) {
		t.Errorf("nothing said is %+v", m)
	}
}

func TestPriorityIsPartOfMeta(t *testing.T) {
	ctx := fuseboard.WithMeta(context.Background(), fuseboard.Meta{Tenant: "acme", Priority: fuseboard.High})
	if p := fuseboard.PriorityOf(ctx); p != fuseboard.High {
		t.Errorf("the priority is %v", p)
	}
	m := fuseboard.MetaOf(fuseboard.WithPriority(ctx, fuseboard.Critical))
	if m.Tenant != "acme" || m.Priority != fuseboard.Critical {
		t.Errorf("with another priority it is %+v", m)
	}
}

func TestMetaSharesNothingWithWhoGaveIt(t *testing.T) {
	chain := []string{"checkout"}
	ctx := fuseboard.WithMeta(context.Background(), fuseboard.Meta{Chain: chain, Priority: 100})
	chain[0] = "changed"
	if m := fuseboard.MetaOf(ctx); m.Chain[0] != "checkout" || m.Priority != fuseboard.Critical {
		t.Errorf("it carries %+v", m)
	}
	var none context.Context
	if fuseboard.WithMeta(none, fuseboard.Meta{Tenant: "a"}) != nil || fuseboard.MetaOf(none).Tenant != "" {
		t.Error("a nil context became one")
	}
}

func TestAllocReadingMeta(t *testing.T) {
	ctx := fuseboard.WithMeta(context.Background(), fuseboard.Meta{Tenant: "acme"})
	if n := testing.AllocsPerRun(100, func() { _ = fuseboard.MetaOf(ctx) }); n != 0 {
		t.Errorf("reading allocates %v times", n)
	}
	if s := fmt.Sprint(ctx); s != "fuseboard.WithMeta" {
		t.Errorf("it prints as %s", s)
	}
}

func ExampleWithMeta() {
	ctx := fuseboard.WithMeta(context.Background(), fuseboard.Meta{Tenant: "acme", Priority: fuseboard.High})
	m := fuseboard.MetaOf(ctx) // in a handler, an actor, or the next process
	fmt.Println(m.Tenant, m.Priority)
	// Output: acme high
}
