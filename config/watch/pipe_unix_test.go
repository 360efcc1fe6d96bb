// SPDX-License-Identifier: Apache-2.0

//go:build unix

package watch

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Who opens a pipe waits for its writer, and nobody could end that.
func TestAPipeIsNoFileAndNobodyWaitsForItsWriter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.yaml")
	write(t, path, "one")
	file, err := os.Stat(path)
	must(t, err)
	must(t, os.Remove(path))
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no pipes here: ", err)
	}
	if got := say(Read(Options{Path: dir})); got != "!not-a-file" {
		t.Error(got)
	}
	if g := open(path, path, file, DefaultMaxSize); g.problem == nil || g.problem.Code != CodeNotAFile { // it took the place of a file
		t.Errorf("%+v", g)
	}
}
