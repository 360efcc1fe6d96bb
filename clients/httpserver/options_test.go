// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
)

func TestOptionsReportAllProblemsAtOnce(t *testing.T) {
	o := httpserver.Options{
		Policy:      actors.Policy{Retry: actors.Retry{Attempts: 2}, Workers: actors.Workers{Max: 5}, Bulkhead: actors.Bulkhead{Concurrency: -1}},
		MaxDeadline: time.Microsecond, RetryAfter: -1,
	}
	_, err := httpserver.New(start(t), o)
	problems, ok := errors.AsType[fuseboard.Problems](err)
	if !ok || len(problems) != 5 {
		t.Fatalf("got %v", err)
	}
	for _, path := range []string{"policy.bulkhead.concurrency", "policy.workers", "policy.retry", "max_deadline", "retry_after"} {
		if !strings.Contains(err.Error(), path) {
			t.Errorf("nothing of %s in %v", path, err)
		}
	}
}

func TestZeroOptionsMakeABulkheadAndNothingElse(t *testing.T) {
	s := guard(t, httpserver.Options{})
	p := s.Guard().Policy()
	if s.Guard().Name() != "inbound" || p.Bulkhead.Concurrency != 256 || p.Bulkhead.Queue != 256 || len(s.Guard().Warnings()) > 0 ||
		p.Deadline.On() || p.Breaker.On() || p.Panics.On() || p.Retry.On() || p.Workers.On() {
		t.Errorf("%s: %+v, %v", s.Guard().Name(), p, s.Guard().Warnings())
	}
}

func TestTwoServersOfASystemNeedTwoNames(t *testing.T) {
	sys := start(t)
	if _, err := httpserver.New(sys, httpserver.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := httpserver.New(sys, httpserver.Options{}); err == nil {
		t.Error("the second has the name of the first")
	}
	if _, err := httpserver.New(sys, httpserver.Options{Name: "admin"}); err != nil {
		t.Error(err)
	}
	if _, err := httpserver.New(nil, httpserver.Options{}); err == nil {
		t.Error("a server under nothing")
	}
}

func TestServerThatWasNotMadeRunsNoHandler(t *testing.T) {
	var none *httpserver.Server
	for _, s := range []*httpserver.Server{none, {}} {
		resp, body := ask(t, serve(t, s.Middleware(tellMeta), false), http.MethodGet)
		if resp.StatusCode != http.StatusInternalServerError || !strings.Contains(body, "error of New") || s.Guard() != nil {
			t.Errorf("%d, %q", resp.StatusCode, body)
		}
	}
}

func TestSkippedRequestsAreNotGuarded(t *testing.T) {
	s := guard(t, httpserver.Options{Skip: func(r *http.Request) bool { return r.URL.Path == "/" }})
	resp, _ := ask(t, serve(t, s.Middleware(tellMeta), false), http.MethodGet, "Fuseboard-Deadline-Ms", "0")
	if n := s.Guard().Stats(); resp.StatusCode != http.StatusOK || n.Calls != 0 {
		t.Errorf("%d, %+v", resp.StatusCode, n)
	}
}
