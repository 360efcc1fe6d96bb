// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"net/http"
	"sync/atomic"
)

// stub is a transport without a network: what is measured over it is the protection alone.
type stub struct {
	body    string       // of each response; empty: http.NoBody
	watch   bool         // look at the request's context, as http.Transport does
	status  func() int   // nil: 200
	arrived atomic.Int64 // requests, counted only with status
}

// RoundTrip answers at once, with a response of its own, as every transport must.
func (s *stub) RoundTrip(req *http.Request) (*http.Response, error) {
	if s.watch {
		select {
		case <-req.Context().Done():
			return nil, req.Context().Err()
		default:
		}
	}
	if req.Body != nil {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	resp := &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: stubHeader, Body: http.NoBody, Request: req,
	}
	if s.status != nil {
		s.arrived.Add(1)
		resp.StatusCode = s.status()
	}
	if s.body != "" {
		resp.ContentLength, resp.Body = int64(len(s.body)), &text{left: s.body}
	}
	return resp, nil
}

var stubHeader = http.Header{"X-Stub": {"1"}} // only read

// text is a body with nothing around it.
type text struct{ left string }

func (t *text) Read(p []byte) (int, error) {
	if t.left == "" {
		return 0, io.EOF
	}
	n := copy(p, t.left)
	t.left = t.left[n:]
	return n, nil
}

func (t *text) Close() error { return nil }
