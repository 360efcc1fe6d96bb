// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/afex/hystrix-go/hystrix"
)

func TestEveryHTTPContenderGivesBackWhatTheStubAnswers(t *testing.T) {
	for _, c := range overHTTP() {
		for _, s := range exchanges {
			t.Run(c.name+" "+s.name, func(t *testing.T) {
				if err := honest(c, s); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestEveryHTTPContenderHasThePoliciesThatItIsSaidToHave(t *testing.T) {
	for _, c := range overHTTP() {
		t.Run(c.name, func(t *testing.T) {
			if err := repeats(c); err != nil {
				t.Error(err)
			}
			if err := opens(c); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBrokenHTTPContendersAreFound(t *testing.T) {
	answers := func(f func(http.RoundTripper) transport) contender {
		return contender{name: "broken", protect: func(base http.RoundTripper) (http.RoundTripper, func(), error) {
			return f(base), func() {}, nil
		}}
	}
	for name, c := range map[string]contender{
		"never sends": answers(func(http.RoundTripper) transport {
			return func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
			}
		}),
		"fails": answers(func(http.RoundTripper) transport {
			return func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
		}),
		"loses the body": answers(func(base http.RoundTripper) transport {
			return func(req *http.Request) (*http.Response, error) {
				resp, err := base.RoundTrip(req)
				resp.Body = http.NoBody
				return resp, err
			}
		}),
		"loses the header": answers(func(base http.RoundTripper) transport {
			return func(req *http.Request) (*http.Response, error) {
				resp, err := base.RoundTrip(req)
				resp.Header = http.Header{}
				return resp, err
			}
		}),
		"sends another request": answers(func(base http.RoundTripper) transport {
			return func(req *http.Request) (*http.Response, error) {
				bare := *req
				bare.Body = nil
				return base.RoundTrip(&bare)
			}
		}),
	} {
		if err := errors.Join(honest(c, exchanges[1]), honest(c, exchanges[3])); err == nil {
			t.Errorf("a contender that %s was taken for one that works", name)
		}
	}
	for name, c := range map[string]contender{
		"has no retry":   {has: []policy{retries}},
		"has no breaker": {has: []policy{breaker}},
	} {
		c.protect = func(base http.RoundTripper) (http.RoundTripper, func(), error) { return base, func() {}, nil }
		if err := errors.Join(repeats(c), opens(c)); err == nil {
			t.Errorf("a contender that %s was taken for one that has", name)
		}
	}
}

// honest makes a call of the scenario and compares what arrived and what came back.
func honest(c contender, s exchange) error {
	under := s.stub()
	var sent []byte
	protected, finish, err := c.protect(transport(func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			var err error
			if sent, err = io.ReadAll(req.Body); err != nil {
				return nil, err
			}
			req = req.Clone(req.Context())
			req.Body = nil
		}
		return under.RoundTrip(req)
	}))
	if err != nil {
		return err
	}
	defer finish()
	req := s.request()()
	var want []byte
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return err
		}
		want, _ = io.ReadAll(body)
	}
	resp, err := protected.RoundTrip(req)
	if err != nil {
		return err
	}
	got, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(sent, want):
		return fmt.Errorf("%d bytes arrived, want %d", len(sent), len(want))
	case resp.StatusCode != http.StatusOK || resp.Header.Get("X-Stub") != "1":
		return fmt.Errorf("answered %d with %v", resp.StatusCode, resp.Header)
	case string(got) != under.body:
		return fmt.Errorf("answered %d bytes, want %d", len(got), len(under.body))
	}
	return resp.Body.Close()
}

// repeats reports an error unless a failure is repeated by who has retries, and by nobody else.
func repeats(c contender) error {
	fails := 1
	under := &stub{status: func() int {
		if fails--; fails >= 0 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	}}
	protected, finish, err := c.protect(under)
	if err != nil {
		return err
	}
	defer finish()
	resp, err := protected.RoundTrip(get()())
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	want := int64(1)
	if slices.Contains(c.has, retries) {
		want = 2
	}
	if got := under.arrived.Load(); got != want {
		return fmt.Errorf("%d requests arrived, want %d", got, want)
	}
	return nil
}

// opens reports an error unless who has a breaker stops to call what always fails.
func opens(c contender) error {
	under := &stub{status: func() int { return http.StatusServiceUnavailable }}
	protected, finish, err := c.protect(under)
	if err != nil {
		return err
	}
	defer finish()
	defer hystrix.Flush() // its circuits are the process's, not the contender's
	refused := false
	for calls := 0; calls < 300 && !refused; calls++ {
		before := under.arrived.Load()
		resp, err := protected.RoundTrip(get()())
		if err == nil && resp != nil {
			_ = resp.Body.Close()
		}
		refused = under.arrived.Load() == before
	}
	if want := slices.Contains(c.has, breaker); refused != want {
		return fmt.Errorf("refused after %d requests: %t, want %t", under.arrived.Load(), refused, want)
	}
	return nil
}

// overHTTP are the contenders that take part over HTTP.
func overHTTP() (some []contender) {
	for _, c := range contenders {
		if c.protect != nil {
			some = append(some, c)
		}
	}
	return some
}
