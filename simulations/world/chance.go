// SPDX-License-Identifier: Apache-2.0

package world

import "math"

// Seed is where all chance of a simulation comes from. What is drawn for a request is a pure function of the seed and of the request, its
// attempt and the place that asks, so it is the same however goroutines interleave.
type Seed uint64

// What is drawn. An effect adds its own number, so that two effects draw for themselves.
const (
	drawLatency uint64 = iota + 1
	drawError
	drawGap
	drawTenant
	drawKey
	drawThink
	drawAgain
	drawEffect // and all above
)

// drawsOfEffect is how many draws an effect has, from drawEffect on.
const drawsOfEffect = 4

// mix is the finaliser of splitmix64 (Steele, Lea and Flood 2014): each bit of x changes about half of its bits.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// fold returns the hash of what h is the hash of, and v.
func fold(h, v uint64) uint64 { return mix((h ^ v) + 0x9e3779b97f4a7c15) }

// foldText returns the hash of what h is the hash of, and the text: FNV-1a.
func foldText(h uint64, text string) uint64 {
	fnv := uint64(14695981039346656037)
	for i := range len(text) {
		fnv = (fnv ^ uint64(text[i])) * 1099511628211
	}
	return fold(h, fnv)
}

// uniform returns the number between 0 and 1, both exclusive, that h stands for.
func uniform(h uint64) float64 { return (float64(h>>12) + 0.5) * 0x1p-52 }

// exponential returns an exponentially distributed number of mean 1.
func exponential(h uint64) float64 { return -math.Log(uniform(h)) }
