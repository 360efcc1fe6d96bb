// SPDX-License-Identifier: Apache-2.0

//go:build unix

package bubble

import (
	"os"
	"os/exec"
	"syscall"
)

const answersFD = 3 // the first of exec.Cmd.ExtraFiles

// give gives out to a child as a file of its own: nothing that prints can reach it.
func give(cmd *exec.Cmd, out *os.File) {
	cmd.ExtraFiles = []*os.File{out}
	cmd.Stdout = cmd.Stderr
}

// answers is where the child finds what it was given.
func answers() *os.File {
	syscall.CloseOnExec(answersFD)
	return os.NewFile(answersFD, "answers")
}

// quit has the Go runtime of a process print all stacks and end.
func quit(p *os.Process) error { return p.Signal(syscall.SIGQUIT) }
