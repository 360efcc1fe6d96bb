// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/fuseboard/fuseboard/clients/httpclient"
)

func TestRouteIsTheClosestPatternOrTheHost(t *testing.T) {
	key, err := httpclient.ByRoute("/v1/", "GET /v1/charges/{id}", "POST payments.example.com/v1/")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ method, url, want string }{
		{"GET", "http://h/v1/charges/1", "GET /v1/charges/{id}"},
		{"", "http://h/v1/charges/1", "GET /v1/charges/{id}"}, // http.Client takes it for GET
		{"HEAD", "http://h/v1/charges/1", "GET /v1/charges/{id}"},
		{"GET", "http://h/v1/x/../charges/1", "GET /v1/charges/{id}"},
		{"DELETE", "http://h/v1/charges/1", "/v1/"},
		{"POST", "http://payments.example.com:8080/v1/a", "POST payments.example.com/v1/"},
		{"GET", "http://H.example.com", "h.example.com"},
		{"GET", "http://[::1]:80/x", "[::1]:80"},
	} {
		u, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		if got := key(&http.Request{Method: c.method, URL: u, Header: http.Header{}}); got != c.want {
			t.Errorf("%s %s goes to %q, want %q", c.method, c.url, got, c.want)
		}
	}
}
