// SPDX-License-Identifier: Apache-2.0

package relay_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/fuseboard/fuseboard/internal/relay"
)

func ExampleStart() {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "11")
		fmt.Fprint(w, "all is well")
	}))
	defer upstream.Close()

	r, err := relay.Start(upstream.Listener.Addr().String())
	if err != nil {
		panic(err)
	}
	defer r.Close()
	r.Script(relay.Fault{End: relay.Cut, At: 6}) // the first connection; those after it are well

	for range 2 {
		resp, err := http.Get("http://" + r.Addr()) //nolint:noctx // an example shows one thing
		if err != nil {
			panic(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		fmt.Printf("%q %v\n", body, err)
	}
	http.DefaultClient.CloseIdleConnections()
	// Output:
	// "all is" unexpected EOF
	// "all is well" <nil>
}
