// SPDX-License-Identifier: Apache-2.0

package bubble

import "time"

// Wall reads the real clock, also in a bubble, where package time is virtual: the time since a
// fixed moment of this machine. It never goes back. Where the system is neither Linux nor Windows it is
// the clock of the day: it stands still while that is set back, and jumps where it is set forward.
func Wall() time.Duration { return wall() }
