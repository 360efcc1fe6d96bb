// SPDX-License-Identifier: Apache-2.0

package demo

import "testing"

func TestTwoInThreeCallsWantWhatSomebodyWantedInTheSecondBefore(t *testing.T) {
	for seed := range uint64(5) {
		item, again := wanted(seed), wanted(seed)
		last, repeated := map[int]int{}, 0
		const calls = 100 * rate
		for n := range calls {
			one := item()
			if one != again() || one < 0 || one >= items {
				t.Fatalf("call %d of seed %d wants item %d, the next time another, or there is none", n, seed, one)
			}
			if before, known := last[one]; known && n-before <= rate {
				repeated++
			}
			last[one] = n
		}
		if share := float64(repeated) / calls; share < 0.63 || share > 0.71 {
			t.Errorf("seed %d: %.2f of the calls", seed, share)
		}
		if len(last) < items*9/10 {
			t.Errorf("seed %d: only %d items were asked for", seed, len(last))
		}
	}
}
