// SPDX-License-Identifier: Apache-2.0

package simtest

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// RoundTripper returns a transport whose every request the dependency answers, whatever its host: for httpclient.Options, or for an
// http.Client of your own. No socket is opened, so that it works in a bubble. In the dependency's words:
//
//   - an answer is a 200 with an empty body;
//   - an error is a 500, and a timeout of the dependency's own a 504;
//   - one that throttles says 429, with Retry-After in whole seconds, rounded up, where it says how long;
//   - what is refused is a net.OpError of dial with ECONNREFUSED, a reset one of read with ECONNRESET.
//
// The body of a request is read to its end and closed. Where the request's context ends first, its cause is the error.
func RoundTripper(d *world.Dependency) http.RoundTripper {
	return roundTripper{d: d, answer: func(r *http.Request) *http.Response { return response(r, http.StatusOK) }}
}

// RoundTripperFunc is [RoundTripper] with an answer of its own for each request that the dependency did its work for. A nil response is a 200.
func RoundTripperFunc(d *world.Dependency, answer func(*http.Request) *http.Response) http.RoundTripper {
	return roundTripper{d, answer}
}

type roundTripper struct {
	d      *world.Dependency
	answer func(*http.Request) *http.Response
}

// RoundTrip implements [http.RoundTripper].
func (rt roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := drain(r); err != nil {
		return nil, err
	}
	err := rt.d.Serve(r.Context())
	if err == nil {
		resp := rt.answer(r)
		if resp == nil {
			resp = response(r, http.StatusOK)
		}
		return resp, nil
	}
	flaw, known := errors.AsType[*world.Error](err)
	if !known {
		return nil, err
	}
	return flawed(r, flaw)
}

// flawed is how a failure looks over HTTP.
func flawed(r *http.Request, e *world.Error) (*http.Response, error) {
	switch e.Class {
	case fuseboard.ClassRefused:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: e}
	case fuseboard.ClassReset:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: e}
	case fuseboard.ClassTimeout:
		return response(r, http.StatusGatewayTimeout), nil
	case fuseboard.ClassThrottled:
		resp := response(r, http.StatusTooManyRequests)
		if e.After > 0 {
			resp.Header.Set("Retry-After", strconv.Itoa(int(math.Ceil(float64(e.After)/float64(time.Second)))))
		}
		return resp, nil
	}
	return response(r, http.StatusInternalServerError), nil
}

// drain takes the body of a request, as a server does.
func drain(r *http.Request) error {
	if r.Body == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, r.Body)
	err = errors.Join(err, r.Body.Close())
	if cause := context.Cause(r.Context()); cause != nil {
		return cause
	}
	return err
}

func response(r *http.Request, status int) *http.Response {
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")), Request: r,
	}
}
