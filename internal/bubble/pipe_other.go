// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package bubble

import (
	"errors"
	"os"
	"os/exec"
)

// give gives out to a child as its standard output: there is no other way to hand on a file.
func give(cmd *exec.Cmd, out *os.File) { cmd.Stdout = out }

// answers is where the child finds what it was given. What prints to os.Stdout goes to
// standard error from here on.
func answers() *os.File {
	out := os.Stdout
	os.Stdout = os.Stderr
	return out
}

// quit can't: there is no such signal.
func quit(*os.Process) error { return errors.ErrUnsupported }
