// SPDX-License-Identifier: Apache-2.0

//go:build unix

package watch

import (
	"os"
	"syscall"
)

// openFlags do not wait for the writer of a pipe that took the place of a file.
const openFlags = os.O_RDONLY | syscall.O_NONBLOCK
