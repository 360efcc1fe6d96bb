// SPDX-License-Identifier: Apache-2.0

package fuseboard_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/fuseboard/fuseboard"
)

func TestPrioritiesAreOrderedAndNormalIsZero(t *testing.T) {
	if !(fuseboard.Critical > fuseboard.High && fuseboard.High > fuseboard.Normal && fuseboard.Normal > fuseboard.Sheddable) {
		t.Error("the priorities are not in their order")
	}
	if fuseboard.Priority(0) != fuseboard.Normal {
		t.Error("who says nothing is not normal")
	}
}

func TestPrioritiesHaveWords(t *testing.T) {
	for p, want := range map[fuseboard.Priority]string{
		fuseboard.Sheddable: "sheddable", fuseboard.Normal: "normal", fuseboard.High: "high", fuseboard.Critical: "critical",
	} {
		text, err := json.Marshal(p)
		if err != nil || p.String() != want || string(text) != `"`+want+`"` {
			t.Errorf("%d is %q, as JSON %s, %v", p, p, text, err)
		}
		var back fuseboard.Priority
		if err := json.Unmarshal(text, &back); err != nil || back != p {
			t.Errorf("%s reads as %v, %v", text, back, err)
		}
	}
	for _, p := range []fuseboard.Priority{math.MinInt8, -2, 3, math.MaxInt8} {
		if _, err := p.MarshalText(); err == nil || p.String() != "unknown" {
			t.Errorf("%d is %q, %v", int8(p), p, err)
		}
	}
	p := fuseboard.High
	const want = `"Urgent" is not a priority (accepted: sheddable, normal, high, critical)`
	if err := p.UnmarshalText([]byte("Urgent")); err == nil || err.Error() != want || p != fuseboard.High {
		t.Errorf("%v, %v", p, err)
	}
}

func TestContextCarriesTheInnermostPriority(t *testing.T) {
	ctx := context.Background()
	if p := fuseboard.PriorityOf(ctx); p != fuseboard.Normal {
		t.Errorf("nothing said is %v", p)
	}
	outer := fuseboard.WithPriority(ctx, fuseboard.Critical)
	child, cancel := context.WithCancel(outer)
	defer cancel()
	inner := fuseboard.WithPriority(child, fuseboard.Sheddable)
	back := fuseboard.WithPriority(inner, fuseboard.Normal)
	for i, c := range []struct {
		ctx  context.Context
		want fuseboard.Priority
	}{{outer, fuseboard.Critical}, {child, fuseboard.Critical}, {inner, fuseboard.Sheddable}, {back, fuseboard.Normal}} {
		if got := fuseboard.PriorityOf(c.ctx); got != c.want {
			t.Errorf("context %d: %v, want %v", i, got, c.want)
		}
	}
	if fuseboard.WithPriority(child, fuseboard.Critical) != child || fuseboard.WithPriority(ctx, fuseboard.Normal) != ctx {
		t.Error("a context that has the priority grew deeper")
	}
}

func TestPriorityOutOfRangeCountsAsTheNearest(t *testing.T) {
	for given, want := range map[fuseboard.Priority]fuseboard.Priority{
		math.MinInt8: fuseboard.Sheddable, -2: fuseboard.Sheddable, 3: fuseboard.Critical, math.MaxInt8: fuseboard.Critical,
	} {
		if got := fuseboard.PriorityOf(fuseboard.WithPriority(context.Background(), given)); got != want {
			t.Errorf("%d counts as %v", int8(given), got)
		}
	}
	var none context.Context
	if fuseboard.WithPriority(none, fuseboard.High) != nil || fuseboard.PriorityOf(none) != fuseboard.Normal {
		t.Error("a nil context became another")
	}
}

func TestPriorityOfAllocatesNothing(t *testing.T) {
	ctx := fuseboard.WithPriority(context.Background(), fuseboard.High)
	for range 6 {
		ctx = context.WithValue(ctx, t, "deeper")
	}
	if n := testing.AllocsPerRun(100, func() { _ = fuseboard.PriorityOf(ctx) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func ExampleWithPriority() {
	ctx := fuseboard.WithPriority(context.Background(), fuseboard.Critical)
	fmt.Println(fuseboard.PriorityOf(ctx))
	fmt.Println(fuseboard.PriorityOf(context.Background()))
	// Output:
	// critical
	// normal
}
