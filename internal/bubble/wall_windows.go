// SPDX-License-Identifier: Apache-2.0

package bubble

import (
	"math/bits"
	"syscall"
	"time"
	"unsafe"
)

var (
	kernel32  = syscall.NewLazyDLL("kernel32.dll")
	counter   = kernel32.NewProc("QueryPerformanceCounter")
	frequency = kernel32.NewProc("QueryPerformanceFrequency")
)

func wall() time.Duration {
	// Neither fails since Windows XP.
	var count, rate uint64
	_, _, _ = counter.Call(uintptr(unsafe.Pointer(&count)))
	_, _, _ = frequency.Call(uintptr(unsafe.Pointer(&rate)))
	hi, lo := bits.Mul64(count, uint64(time.Second))
	ns, _ := bits.Div64(hi, lo, rate)
	return time.Duration(ns)
}
