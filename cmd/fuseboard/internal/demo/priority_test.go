// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestSharesAreOfThePriorityAndTheTime(t *testing.T) {
	script := NewScript(10 * time.Second)
	slow, _ := script.Next(0)
	sample := func(at time.Duration, p fuseboard.Priority, end End) Sample {
		return Sample{At: at, Took: time.Millisecond, End: end, Priority: p}
	}
	got := sharesOf(script.during("slow", []Sample{
		sample(0, fuseboard.Critical, Failed), // before
		sample(slow, fuseboard.Critical, Answered),
		sample(slow, fuseboard.Normal, Answered), sample(slow, fuseboard.Normal, Refused), sample(slow, fuseboard.Normal, Failed),
		sample(slow+1, fuseboard.Sheddable, Refused),
	}))
	if want := (Shares{Critical: 1, Normal: 0.3333}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestPrioritiesAreMixedAsTheyShouldBe(t *testing.T) {
	one, again := priorities(7), priorities(7)
	counts := map[fuseboard.Priority]int{}
	for range 10_000 {
		p := one()
		if p != again() {
			t.Fatal("the same seed gave other priorities")
		}
		counts[p]++
	}
	for p, want := range map[fuseboard.Priority]int{fuseboard.Critical: 1000, fuseboard.High: 2000, fuseboard.Normal: 5000, fuseboard.Sheddable: 2000} {
		if n := counts[p]; n < want*8/10 || n > want*12/10 {
			t.Errorf("%d are %s, want about %d", n, p, want)
		}
	}
}
