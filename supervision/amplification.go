// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Amplification is what repetitions add to a dependency's load, lately: within the
// window of a budget. It is where a storm shows first, and by which failures. The zero
// value is that of no calls.
type Amplification struct {
	// Ratio is how many attempts there are for each call: Calls, Repeats and Inner over
	// Calls. 1 where nothing is repeated, and where there are no calls.
	Ratio float64
	// Calls is how many calls had a first attempt.
	Calls int
	// Repeats is how many repetitions were decided and paid for, those that still back
	// off included.
	Repeats int
	// Inner is how many repetitions hops further in have made, as far as they tell.
	Inner int
	// Suppressed is how many repetitions the budget refused.
	Suppressed int
	// Causes are Repeats by the failure that caused them, the most first.
	Causes []Repeats
	// Within is how far back they reach: between a half and the whole of the budget's
	// window, less at the beginning. In a sum the farthest; zero where nothing is repeated.
	Within time.Duration
}

// Repeats is how many repetitions failures of one class have caused.
type Repeats struct {
	// Class is the class; "other" for those that have no place of their own, see [Causes].
	Class fuseboard.Class
	// Count is how many.
	Count int
}

// Plus returns the sum of both: of several dependencies, or of several keys.
func (a Amplification) Plus(b Amplification) Amplification {
	a.Within = max(a.Within, b.Within)
	a.Calls += b.Calls
	a.Repeats += b.Repeats
	a.Inner += b.Inner
	a.Suppressed += b.Suppressed
	if len(b.Causes) > 0 {
		a.Causes = slices.Clone(a.Causes)
		for _, c := range b.Causes {
			a.Causes = addRepeats(a.Causes, c)
		}
		slices.SortFunc(a.Causes, mostFirst)
	}
	return a.rated()
}

// rated returns a with its Ratio worked out.
func (a Amplification) rated() Amplification {
	a.Ratio = 1
	if a.Calls > 0 {
		a.Ratio = float64(a.Calls+a.Repeats+a.Inner) / float64(a.Calls)
	}
	return a
}

func addRepeats(all []Repeats, one Repeats) []Repeats {
	for i := range all {
		if all[i].Class == one.Class {
			all[i].Count += one.Count
			return all
		}
	}
	return append(all, one)
}

func mostFirst(a, b Repeats) int {
	return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Class, b.Class))
}

// String says it in words: "amplification 1.4 within 10s: 40 repetitions for 100 calls, 38
// after timeout, 2 after reset; 12 suppressed by the budget".
func (a Amplification) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "amplification %s", plain.Number(float64(int(a.rated().Ratio*100+0.5))/100))
	if a.Within > 0 {
		fmt.Fprintf(&b, " within %s", plain.Duration(max(a.Within.Round(100*time.Millisecond), time.Millisecond)))
	}
	fmt.Fprintf(&b, ": %s for %s", plain.Count(a.Repeats, "repetition", "repetitions"), plain.Count(a.Calls, "call", "calls"))
	for _, c := range a.Causes {
		fmt.Fprintf(&b, ", %d after %s", c.Count, c.Class)
	}
	if a.Inner > 0 {
		fmt.Fprintf(&b, "; %d more by hops further in", a.Inner)
	}
	if a.Suppressed > 0 {
		fmt.Fprintf(&b, "; %d suppressed by the budget", a.Suppressed)
	}
	return b.String()
}
