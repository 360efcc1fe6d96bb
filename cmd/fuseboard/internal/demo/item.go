// SPDX-License-Identifier: Apache-2.0

package demo

import "math/rand/v2"

const (
	// items is how many there are. Few are asked for all the time, most of them rarely.
	items = 500
	// skew is Zipf's exponent: the share of what is asked for most, and of the rest.
	skew = 1.1
)

// wanted returns which item one call after the other asks for, from 0. The same seed gives
// the same ones.
func wanted(seed uint64) func() int {
	zipf := rand.NewZipf(rand.New(rand.NewPCG(seed, 4)), skew, 1, items-1) //nolint:gosec // dice, not secrets
	return func() int { return int(zipf.Uint64()) }                        //nolint:gosec // below items
}
