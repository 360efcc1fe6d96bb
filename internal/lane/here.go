// SPDX-License-Identifier: Apache-2.0

//go:build !purego && !fuseboard_purego

package lane

import _ "unsafe" // for go:linkname

// procPin keeps the goroutine on its processor until procUnpin, and returns its number.
//
//go:linkname procPin runtime.procPin
//go:nosplit
func procPin() int

//go:linkname procUnpin runtime.procUnpin
//go:nosplit
func procUnpin()

func here() int {
	p := procPin()
	procUnpin()
	return p
}
