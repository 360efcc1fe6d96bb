// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"syscall"
	"time"
)

// processTime returns the processor time that this process has used.
func processTime() (time.Duration, bool) {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return 0, false
	}
	var created, ended, kernel, user syscall.Filetime
	if syscall.GetProcessTimes(self, &created, &ended, &kernel, &user) != nil {
		return 0, false
	}
	return counted(kernel) + counted(user), true
}

// counted turns a count of 100 ns into a duration; Filetime.Nanoseconds takes it for a date.
func counted(t syscall.Filetime) time.Duration {
	return time.Duration(int64(t.HighDateTime)<<32+int64(t.LowDateTime)) * 100
}
