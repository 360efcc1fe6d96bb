// SPDX-License-Identifier: Apache-2.0

//go:build !linux && !windows

package bubble

import (
	"sync/atomic"
	"syscall"
	"time"
)

// latest keeps Wall from going back where the system's clock is set back: no package of
// the standard library reads the monotonic clock here, but for package time, which is
// virtual in a bubble.
var latest atomic.Int64

func wall() time.Duration {
	var tv syscall.Timeval
	if err := syscall.Gettimeofday(&tv); err != nil {
		return time.Duration(latest.Load())
	}
	for now := tv.Nano(); ; {
		old := latest.Load()
		if now <= old {
			return time.Duration(old)
		}
		if latest.CompareAndSwap(old, now) {
			return time.Duration(now)
		}
	}
}
