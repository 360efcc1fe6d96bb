// SPDX-License-Identifier: Apache-2.0

package oracle_test

import (
	"fmt"
	"net/http"

	"github.com/fuseboard/fuseboard/internal/relay/oracle"
)

// forgetful is a transport that loses trailers.
type forgetful struct{ http.RoundTripper }

func (f forgetful) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := f.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Trailer = nil
	}
	return resp, err
}

// A test says oracle.Check(t, wrap, oracle.Options{}); this shows one case of it.
func ExampleCase_Run() {
	wrap := func(base http.RoundTripper) http.RoundTripper { return forgetful{base} }
	for _, c := range oracle.Cases() {
		if c.Name != "trailers (HTTP/2)" {
			continue
		}
		want, err := c.Run(nil, oracle.Options{})
		if err != nil {
			panic(err)
		}
		got, err := c.Run(wrap, oracle.Options{})
		if err != nil {
			panic(err)
		}
		fmt.Println(oracle.Differences(want, got)[0])
	}
	// Output:
	// 1 trailers announced: got , want X-Checksum: []
}
