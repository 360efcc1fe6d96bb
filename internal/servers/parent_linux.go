// SPDX-License-Identifier: Apache-2.0

package servers

import (
	"os"
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel stop the process when the test's process dies without
// a word: a test that ran into its timeout runs no cleanups.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
}

// killed reports whether a process ended by SIGKILL.
func killed(state *os.ProcessState) bool {
	ws, ok := state.Sys().(syscall.WaitStatus)
	return ok && ws.Signaled() && ws.Signal() == syscall.SIGKILL
}
