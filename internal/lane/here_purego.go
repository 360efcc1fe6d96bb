// SPDX-License-Identifier: Apache-2.0

//go:build purego || fuseboard_purego

package lane

import (
	"math/bits"
	"unsafe"
)

// golden spreads neighbours: 2^64 divided by the golden ratio (Knuth, volume 3, 6.4).
const golden = 0x9E3779B97F4A7C15

// here is taken from where the goroutine's stack is. Its lowest bits, which say how deep
// the goroutine has called, are left out: the smallest stack has 2 KiB.
func here() int {
	var onStack byte
	address := uint64(uintptr(unsafe.Pointer(&onStack))) >> 11
	return int(address * golden >> (64 - (bits.Len(Most) - 1)))
}
