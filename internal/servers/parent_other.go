// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package servers

import (
	"os"
	"os/exec"
)

// dieWithParent does nothing: only Linux has a way.
func dieWithParent(*exec.Cmd) {}

// killed reports whether a process ended by a signal that it could not handle.
func killed(state *os.ProcessState) bool { return !state.Exited() }
