// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/afex/hystrix-go/hystrix"
)

func TestEveryContenderGivesBackWhatTheStubAnswers(t *testing.T) {
	for _, c := range contenders {
		for _, s := range scenarios {
			t.Run(c.name+" "+s.name, func(t *testing.T) {
				if err := honest(c, s); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestEveryContenderHasThePoliciesThatItIsSaidToHave(t *testing.T) {
	for _, c := range contenders {
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

func TestBrokenContendersAreFound(t *testing.T) {
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
		if err := errors.Join(honest(c, scenarios[1]), honest(c, scenarios[3])); err == nil {
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
func honest(c contender, s scenario) error {
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

func TestTitlesSayWhatIsMissing(t *testing.T) {
	for want, c := range map[string]contender{
		"a":                        {name: "a", has: full},
		"b (no policies)":          {name: "b"},
		"c (deadline, retry only)": {name: "c", has: []policy{deadlines, retries}},
	} {
		if got := c.title(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTableHasMediansAndRatios(t *testing.T) {
	rounds := map[string][]figures{}
	for _, c := range contenders {
		for i := range 3 {
			rounds[c.name] = append(rounds[c.name], figures{Wall: 100 + float64(i), CPU: 100, Allocs: 2, Bytes: 100})
		}
	}
	rounds["Fuseboard"] = []figures{{Wall: 900, CPU: 900}, {Wall: 300, CPU: 300, Allocs: 4, Bytes: 500}, {Wall: 200, CPU: 200}}
	rounds["failsafehttp"] = []figures{{Wall: 1100, CPU: 1100, Allocs: 9, Bytes: 9}}
	var b strings.Builder
	writeTable(&b, scenarios[0], rounds)
	for _, want := range []string{
		"| stub (no policies) | 101 | 100 | 0 | 0 |  | 2.0 | 0.0 | 100 |",
		"| Fuseboard | 300 | 300 | 199 | 200 | 1.0 | 0.0 | -2.0 | 0 |",
		"| failsafehttp | 1100 | 1100 | 999 | 1000 | 5.0 | 9.0 | 7.0 | 9 |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestCommandSaysWhatItAccepts(t *testing.T) {
	for args, want := range map[string]string{
		"-only nothing": "accepted: empty, get",
		"-child nobody": "is no contender",
		"-rounds 0":     "at least 1",
		"-for 1us":      "1ms",
	} {
		if err := start(t.Context(), strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}
