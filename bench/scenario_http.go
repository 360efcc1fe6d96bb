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

// exchange is one kind of HTTP call.
type exchange struct {
	name, about string
	parallel    bool
	stub        func() *stub
	// request returns what makes the next request; one maker serves one goroutine.
	request func() func() *http.Request
}

const answerSize = 1 << 10

var exchanges = []exchange{
	{
		name: "http-empty", about: "GET, answered without a body",
		stub: func() *stub { return &stub{} }, request: get,
	},
	{
		name: "http-get", about: "GET, 1 KiB read and closed",
		stub: func() *stub { return &stub{body: answer} }, request: get,
	},
	{
		name: "http-watched", about: "the same, over a transport that looks at the context as net/http's does",
		stub: func() *stub { return &stub{body: answer, watch: true} }, request: get,
	},
	{
		name: "http-post", about: "POST of 1 KiB, 1 KiB read and closed; the request is made anew",
		stub: func() *stub { return &stub{body: answer} }, request: post,
	},
	{
		name: "http-get-parallel", about: "GET, 1 KiB read and closed, on two cores",
		stub: func() *stub { return &stub{body: answer} }, request: get, parallel: true,
	},
}

// httpScenarios are the exchanges as scenarios.
func httpScenarios() (all []scenario) {
	for _, e := range exchanges {
		s := scenario{
			name: e.name, about: e.about, group: "http", cores: serial, wants: succeed, marked: true, over: true,
			fits:  func(c contender) bool { return c.protect != nil },
			begin: e.begin,
		}
		if e.parallel {
			s.cores = twin
		}
		all = append(all, s)
	}
	return all
}

// begin makes the contender's call over a stub.
func (e exchange) begin(c contender) (task, error) {
	protected, finish, err := c.protect(e.stub())
	return task{finish: finish, caller: func() func() error {
		next, buf := e.request(), make([]byte, 2*answerSize)
		return func() error { return call(protected, next(), buf) }
	}}, err
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
