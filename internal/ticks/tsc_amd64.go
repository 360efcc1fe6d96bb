// SPDX-License-Identifier: Apache-2.0

//go:build amd64 && !purego && !fuseboard_purego

package ticks

// counter reads the time stamp counter (RDTSC).
func counter() uint64

// cpuid asks the processor what it is.
func cpuid(leaf, sub uint32) (eax, ebx, ecx, edx uint32)

const (
	lastExtended  = 0x80000000
	advancedPower = 0x80000007
	invariantTSC  = 1 << 8 // of edx: AMD64 manual, volume 3, CPUID Fn8000_0007; Intel SDM, 17.17.1
)

// invariant reports whether the counter counts evenly, in all states of the processor.
func invariant() bool {
	if last, _, _, _ := cpuid(lastExtended, 0); last < advancedPower {
		return false
	}
	_, _, _, edx := cpuid(advancedPower, 0)
	return edx&invariantTSC != 0
}
