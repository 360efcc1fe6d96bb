// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// scenario is one kind of call.
type scenario struct {
	name, about string
	parallel    bool
	stub        func() *stub
	// request returns what makes the next request; one maker serves one goroutine.
	request func() func() *http.Request
}

const answerSize = 1 << 10

var scenarios = []scenario{
	{
		name: "empty", about: "GET, answered without a body",
		stub: func() *stub { return &stub{} }, request: get,
	},
	{
		name: "get", about: "GET, 1 KiB read and closed",
		stub: func() *stub { return &stub{body: answer} }, request: get,
	},
	{
		name: "watched", about: "the same, over a transport that looks at the context as net/http's does",
		stub: func() *stub { return &stub{body: answer, watch: true} }, request: get,
	},
	{
		name: "post", about: "POST of 1 KiB, 1 KiB read and closed; the request is made anew",
		stub: func() *stub { return &stub{body: answer} }, request: post,
	},
	{
		name: "parallel", about: "get, on all cores",
		stub: func() *stub { return &stub{body: answer} }, request: get, parallel: true,
	},
}

var answer = strings.Repeat("x", answerSize)

// get sends one request again and again: it is only read.
func get() func() *http.Request {
	req := must(http.NewRequestWithContext(context.Background(), http.MethodGet, "http://stub.example/v1/status", nil))
	return func() *http.Request { return req }
}

func post() func() *http.Request {
	sent := []byte(answer)
	return func() *http.Request {
		return must(http.NewRequestWithContext(context.Background(), http.MethodPost, "http://stub.example/v1/orders", bytes.NewReader(sent)))
	}
}

func must(req *http.Request, err error) *http.Request {
	if err != nil {
		panic(err) // the URLs above are well-formed
	}
	return req
}

// call makes one call and reads its answer to the end.
func call(t http.RoundTripper, req *http.Request, buf []byte) error {
	resp, err := t.RoundTrip(req)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	for {
		switch _, err := resp.Body.Read(buf); err {
		case nil:
		case io.EOF:
			return resp.Body.Close()
		default:
			return err
		}
	}
}
