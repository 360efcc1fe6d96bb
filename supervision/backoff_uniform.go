// SPDX-License-Identifier: Apache-2.0

package supervision

// Uniform returns the nth number in [0,1) of the sequence that belongs to seed.
// It is a pure function: a caller that keeps a seed and an atomic counter has
// randomness that is its own, needs no lock, and can be replayed. The generator
// is splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014); it is not for secrets.
func Uniform(seed, n uint64) float64 {
	z := seed + n*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11) / (1 << 53)
}
