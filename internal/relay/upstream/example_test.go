// SPDX-License-Identifier: Apache-2.0

package upstream_test

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

func ExampleStart() {
	srv, err := upstream.Start(upstream.Options{Protocol: upstream.H2})
	if err != nil {
		panic(err)
	}
	defer srv.Close()
	tr := srv.Transport()
	defer tr.CloseIdleConnections()
	client := http.Client{Transport: tr}

	path := upstream.Throttled(1, 2*time.Second).Path() // once; then it is well
	for range 2 {
		resp, err := client.Get(srv.URL() + path) //nolint:noctx // an example shows one thing
		if err != nil {
			panic(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		fmt.Println(resp.Proto, resp.StatusCode, resp.Header.Get("Retry-After"), string(body), err)
	}
	fmt.Println("requests:", len(srv.Requests()), "connections:", srv.Conns())
	// Output:
	// HTTP/2.0 429 2 slow down <nil>
	// HTTP/2.0 200  recovered <nil>
	// requests: 2 connections: 1
}
