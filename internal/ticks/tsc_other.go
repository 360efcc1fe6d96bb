// SPDX-License-Identifier: Apache-2.0

//go:build !amd64 || purego || fuseboard_purego

package ticks

// counter has no counter to read here.
func counter() uint64 { return 0 }

// invariant is false: there is no counter.
func invariant() bool { return false }
