// SPDX-License-Identifier: Apache-2.0

package nginx_test

import (
	"testing"

	"github.com/fuseboard/fuseboard/internal/relay/upstream"
	"github.com/fuseboard/fuseboard/internal/servers/nginx"
)

// In a test, t is the test's own. The upstream starts first, so that it stops last.
func ExampleStart() {
	test := func(t *testing.T) {
		up, err := upstream.Start(upstream.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(up.Close)
		p := nginx.Start(t, nginx.Config{Upstream: up.Addr(), HTTP2: true})
		t.Log("ask", p.URL()+upstream.Storm(2).Path())
	}
	_ = test
	// Output:
}
