// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
)

// TestFuseboardAddsAtMostTwoAllocations_Alloc keeps the bound where it is reached. Over a
// transport that looks at the context, as net/http's does, a deadline costs a timer and
// what belongs to it: that is counted, too, so that it does not grow unseen.
func TestFuseboardAddsAtMostTwoAllocations_Alloc(t *testing.T) {
	most := map[string]float64{"http-empty": 2, "http-get": 2, "http-post": 2, "http-watched": 8}
	for _, s := range scenarios {
		bound, counted := most[s.name]
		if !counted {
			continue
		}
		costs := map[string]float64{}
		for _, c := range s.field() {
			if c.name == stubOnly || strings.HasPrefix(c.name, "Fuseboard") {
				costs[c.name] = allocations(t, c, s)
			}
		}
		for name, cost := range costs {
			if added := cost - costs[stubOnly]; added > bound {
				t.Errorf("%s, %s: %v allocations more than the stub alone, want at most %v", s.name, name, added, bound)
			}
		}
	}
}

func allocations(t *testing.T, c contender, s scenario) float64 {
	t.Helper()
	one, err := s.begin(c)
	defer one.end()
	if err != nil {
		t.Fatal(err)
	}
	call := one.one()
	return testing.AllocsPerRun(1000, func() {
		if wrong := s.wants.check(call()); wrong != nil {
			t.Error(wrong)
		}
	})
}
