// SPDX-License-Identifier: Apache-2.0

package servers_test

import (
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/internal/servers"
)

// In a test, t is the test's own.
func ExampleStart() {
	test := func(t *testing.T) {
		srv := servers.Start(t, servers.Spec{
			Program: servers.Program{Name: "redis-server"},
			Args: func(addrs []string) []string {
				_, port, _ := strings.Cut(addrs[0], ":")
				return []string{"--port", port, "--dir", t.TempDir()}
			},
		})
		t.Log("redis answers at", srv.Addrs[0])
	}
	_ = test
	// Output:
}
