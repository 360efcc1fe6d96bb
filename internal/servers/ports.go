// SPDX-License-Identifier: Apache-2.0

package servers

import (
	"net"
	"testing"
)

// Addresses returns n different addresses on loopback ("127.0.0.1:34567") on which
// nobody listens now. Another process may take one at any time: see [Start], which
// tries again, or listen on port 0 where the server can tell its port.
func Addresses(t testing.TB, n int) []string {
	t.Helper()
	var found []string
	for range n {
		var lc net.ListenConfig
		l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatalf("find a free port: %v", err)
		}
		// All are held until the last one is found, so they differ.
		defer func() { _ = l.Close() }()
		found = append(found, l.Addr().String())
	}
	return found
}
