// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

// roundTrip is a base without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func answers(status int, body io.ReadCloser) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, ProtoMajor: 1, Request: req, Body: body}, nil
	}
}

func TestGivenClassifierIsAskedAboutWhatLooksWell(t *testing.T) {
	for name, body := range map[string]io.ReadCloser{"body": io.NopCloser(strings.NewReader("x")), "none": http.NoBody} {
		asked := 0
		_, tr := protect(t, httpclient.Options{
			Name: name, Base: answers(http.StatusOK, body), Policy: actors.Policy{Breaker: quick.Breaker},
			Classify: func(*http.Response, error) fuseboard.Outcome {
				asked++
				return fuseboard.Outcome{Kind: fuseboard.Failure}
			},
		})
		resp, err := tr.RoundTrip(bare(t))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if s := stats(t, tr); asked != 1 || s.Failures != 1 || s.Gate.InUse != 0 {
			t.Errorf("%s: asked %d times, %+v", name, asked, s)
		}
	}
}

func TestEveryStatusIsJudgedWithAndWithoutABody(t *testing.T) {
	for status, want := range map[int]fuseboard.Kind{
		200: fuseboard.Success, 204: fuseboard.Success, 304: fuseboard.Success, 399: fuseboard.Success, 400: fuseboard.Success,
		404: fuseboard.Success, 408: fuseboard.Failure, 425: fuseboard.Failure, 429: fuseboard.Failure, 500: fuseboard.Failure,
		501: fuseboard.Success, 502: fuseboard.Failure, 503: fuseboard.Failure, 504: fuseboard.Failure, 505: fuseboard.Success, 511: fuseboard.Success,
	} {
		for _, text := range []string{"", "x"} {
			var body io.ReadCloser = http.NoBody
			if text != "" {
				body = io.NopCloser(strings.NewReader(text))
			}
			_, tr := protect(t, httpclient.Options{Base: answers(status, body), Policy: actors.Policy{Breaker: quick.Breaker}})
			resp, err := tr.RoundTrip(bare(t))
			if err != nil {
				t.Fatal(err)
			}
			if in := stats(t, tr).Gate.InUse; want == fuseboard.Success && in != len(text) {
				t.Errorf("%d %q: %d permits are taken before the body is closed", status, text, in)
			}
			_ = resp.Body.Close()
			s := stats(t, tr)
			if s.Gate.InUse != 0 || s.Attempts != 1 || (s.Failures == 1) != (want == fuseboard.Failure) {
				t.Errorf("%d %q: %+v", status, text, s)
			}
		}
	}
}

// TestObserverIsToldThatARequestCannotBeMadeAgain: also of one that succeeded.
func TestObserverIsToldThatARequestCannotBeMadeAgain(t *testing.T) {
	var told []bool
	sys, err := actors.Start(actors.Options{Observe: func(_ context.Context, info actors.CallInfo) { told = append(told, info.Outcome.Final) }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()
	tr, err := httpclient.NewTransport(sys, httpclient.Options{Base: answers(http.StatusOK, http.NoBody)})
	if err != nil {
		t.Fatal(err)
	}
	for _, rewindable := range []bool{true, false} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.example.com/", strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		if !rewindable {
			req.GetBody = nil
		}
		if _, err := tr.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
	}
	if len(told) != 2 || told[0] || !told[1] {
		t.Errorf("told %v, want false and true", told)
	}
}

// fedBy answers with what it reads of the request's body, while the answer is read.
func fedBy(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, ProtoMajor: 2, Request: req, Body: req.Body}, nil
}

func TestAnswerThatTheRequestsBodyBreaksOffIsNotTheDependencysFailure(t *testing.T) {
	broke := errors.New("the disk broke")
	for name, c := range map[string]struct {
		err      error
		failures uint64
	}{"the request's body": {broke, 0}, "the answer": {nil, 1}} {
		_, tr := protect(t, httpclient.Options{Policy: actors.Policy{Breaker: quick.Breaker}, Base: roundTrip(func(req *http.Request) (*http.Response, error) {
			resp, err := fedBy(req)
			if c.err == nil {
				resp.Body = torn{strings.NewReader("x"), broke}
			}
			return resp, err
		})})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://api.example.com/", torn{strings.NewReader("x"), broke})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := tr.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, broke) {
			t.Errorf("%s: %v", name, err)
		}
		_ = resp.Body.Close()
		if s := stats(t, tr); s.Failures != c.failures || s.Successes != 1-c.failures || s.Gate.InUse != 0 {
			t.Errorf("broken off by %s: %+v", name, s)
		}
	}
}
