// SPDX-License-Identifier: Apache-2.0

//go:build purego || fuseboard_purego

package lane

import "testing"

// The same sentence as on the ordinary build, as far as it holds here.
func TestHereIsTheNumberOfAProcessor(t *testing.T) {
	for range 1000 {
		if p := Here(); p < 0 || p >= Most {
			t.Fatalf("lane %d", p)
		}
	}
}

func TestOneDepthOfOneStackHasOneLane(t *testing.T) {
	first := Here()
	for range 1000 {
		if p := Here(); p != first {
			t.Fatalf("lane %d, then %d", first, p)
		}
	}
}
