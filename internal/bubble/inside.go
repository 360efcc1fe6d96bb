// SPDX-License-Identifier: Apache-2.0

package bubble

// Inside reports whether the caller runs in a bubble, one of Run or of testing/synctest, where time is virtual. It costs some microseconds.
func Inside() bool { return bubbleOf() != "" }
