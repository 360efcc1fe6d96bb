// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

func ExampleNew() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "up") }))
	defer server.Close()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()

	client, err := httpclient.New(sys, httpclient.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.CloseIdleConnections()
	resp, err := client.Get(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = resp.Body.Close() }() // gives the permit back
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(body), err)
	// Output: 200 up <nil>
}

func ExampleNewTransport() {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()
	transport, err := httpclient.NewTransport(sys, httpclient.Options{
		Name:   "payments",
		Policy: actors.Policy{Breaker: actors.Breaker{Consecutive: 1}, Retry: actors.Retry{Attempts: 1}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for range 2 { // nobody listens there
		_, err = client.Get("http://127.0.0.1:1/charges")
		fmt.Println(errors.Is(err, actors.ErrOpen))
	}
	call, _ := errors.AsType[*actors.CallError](err)
	fmt.Println(call.RejectedBy(), call.RetryAfter() > 0)
	// Output:
	// false
	// true
	// breaker true
}

func ExampleByRoute() {
	route, err := httpclient.ByRoute("GET /v1/charges/{id}", "/v1/")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, url := range []string{"https://api.example.com/v1/charges/7", "https://api.example.com/v1/refunds", "https://api.example.com/"} {
		req, err := http.NewRequest(http.MethodGet, url, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(route(req))
	}
	// Output:
	// GET /v1/charges/{id}
	// /v1/
	// api.example.com
}
