// SPDX-License-Identifier: Apache-2.0

package servers

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Program is a server program and where it comes from.
type Program struct {
	// Name is the name of the binary: "nginx".
	Name string
	// Package is the Debian package that brings it. Default: the name.
	Package string
}

// Required names the environment variable that makes a missing program fail the test:
// where all programs are installed on purpose, a skipped test would not be missed.
const Required = "FUSEBOARD_REQUIRE_SERVERS"

// Find returns the path of p's binary, looked up in PATH and where Debian puts
// servers. Where it is not installed it skips the test, and says how to install it; it
// fails the test instead where [Required] is set to anything.
func Find(t testing.TB, p Program) string {
	t.Helper()
	for _, name := range []string{p.Name, filepath.Join("/usr/sbin", p.Name), filepath.Join("/sbin", p.Name)} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv(Required) != "" {
		t.Fatalf("%s is not installed, and %s is set; install it with: %s", p.Name, Required, p.Install())
	}
	t.Skipf("%s is not installed; install it with: %s", p.Name, p.Install())
	return ""
}

// Install returns the line that installs p on Debian.
func (p Program) Install() string {
	name := p.Package
	if name == "" {
		name = p.Name
	}
	return "apt-get install --no-install-recommends " + name
}
