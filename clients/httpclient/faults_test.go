// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
	"github.com/fuseboard/fuseboard/internal/relay"
	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

// stage is a protected client, a relay and an upstream behind it.
type stage struct {
	up     *upstream.Server
	relay  *relay.Relay
	client *http.Client
	guard  *actors.Guard
}

// impatient is a policy that repeats and does not wait for long.
var impatient = actors.Policy{
	Deadline: actors.Deadline{Total: 10 * time.Second, Attempt: 400 * time.Millisecond},
	Retry:    actors.Retry{Attempts: 3, Backoff: actors.Backoff{Base: time.Millisecond, Max: time.Millisecond}},
	Breaker:  actors.Breaker{Consecutive: 100},
	Bulkhead: actors.Bulkhead{Concurrency: 8},
}

func set(t *testing.T, o upstream.Options, h httpclient.Options) *stage {
	t.Helper()
	return setUnder(t, impatient, o, h)
}

func setUnder(t *testing.T, p actors.Policy, o upstream.Options, h httpclient.Options) *stage {
	t.Helper()
	up, err := upstream.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	between, err := relay.Start(up.Addr())
	if err != nil {
		t.Fatal(err)
	}
	sys := start(t)
	guard, err := actors.Protect(sys, "upstream", p)
	if err != nil {
		t.Fatal(err)
	}
	h.Guard, h.Base = guard, up.Transport()
	tr, err := httpclient.NewTransport(sys, h)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{up: up, relay: between, client: &http.Client{Transport: tr}, guard: guard}
	t.Cleanup(func() { s.empty(t) })
	return s
}

// empty ends the stage and counts what is left on it: nothing.
func (s *stage) empty(t *testing.T) {
	if in := s.guard.Stats().Gate.InUse; in != 0 {
		t.Errorf("%d permits are taken", in)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for s.relay.Counts().Open > 0 && ctx.Err() == nil { // HTTP/2 finds a moment later that it is idle
		s.client.CloseIdleConnections()
		moment, over := context.WithTimeout(ctx, 20*time.Millisecond)
		_ = s.relay.Await(moment, func(c relay.Counts) bool { return c.Open == 0 })
		over()
	}
	if c := s.relay.Counts(); c.Open > 0 {
		t.Errorf("connections are open: %+v", c)
	}
	s.relay.Close()
	s.up.Close()
}

// send sends a request through the relay and reads the answer to its end.
func (s *stage) send(t *testing.T, method, path, key string) (body string, resp *http.Response, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.up.Scheme()+"://"+s.relay.Addr()+path, strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		req.Header.Set(upstream.KeyHeader, key)
	}
	if resp, err = s.client.Do(req); err != nil {
		return "", nil, err
	}
	all, err := io.ReadAll(resp.Body)
	return string(all), resp, errors.Join(err, resp.Body.Close())
}

// early are faults after which the server has the request, or not, and the client no answer.
var early = map[string]relay.Fault{
	"refused at the first byte": {Refuse: true},
	"half-open":                 {Swallow: true},
	"reset before the head":     {Raw: true, End: relay.Reset},
	"closed before the head":    {Raw: true, End: relay.Cut},
	"stalled in the head":       {Raw: true, End: relay.Stall, At: 10},
	"slow headers":              {HeadEvery: 50 * time.Millisecond},
}

func TestFaultBeforeTheAnswerIsRepeatedOnlyWhereThatIsSafe(t *testing.T) {
	for name, fault := range early {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := set(t, upstream.Options{}, httpclient.Options{})
			s.relay.Script(fault)
			body, resp, err := s.send(t, http.MethodPut, upstream.Echo, "")
			if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(body, "hello") {
				t.Errorf("PUT: %q, %v", body, err)
			}
			s.client.CloseIdleConnections()
			s.relay.Script(fault)
			if _, _, err := s.send(t, http.MethodPost, upstream.Echo, ""); err == nil {
				t.Error("POST: no error")
			}
			if twice := s.up.Repeated(); len(twice) > 0 {
				t.Errorf("the server got twice: %+v", twice)
			}
			s.client.CloseIdleConnections()
			s.relay.Script(fault)
			if _, _, err := s.send(t, http.MethodPost, upstream.Echo, "key-1"); err != nil {
				t.Errorf("POST with a key: %v", err)
			}
			if st := s.guard.Stats(); st.Failures != 3 || st.Successes != 2 || st.Retries != 2 {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestPortWhereNobodyListensIsRepeatedEvenForAPost(t *testing.T) {
	s := set(t, upstream.Options{}, httpclient.Options{})
	s.relay.Down()
	_, _, err := s.send(t, http.MethodPost, upstream.Echo, "")
	call, ok := errors.AsType[*actors.CallError](err)
	if !ok || call.Attempts != 3 || len(s.up.Requests()) != 0 {
		t.Errorf("%v", err)
	}
	if err := s.relay.Up(); err != nil {
		t.Skip("another process has the port: ", err)
	}
	if _, _, err := s.send(t, http.MethodPost, upstream.Echo, ""); err != nil {
		t.Errorf("it is back: %v", err)
	}
}

// late are faults after the head: the caller has the response already.
var late = map[string]struct {
	fault relay.Fault
	path  string
}{
	"reset in the body":         {relay.Fault{End: relay.Reset, At: 5}, upstream.Bytes + "?n=1000&length=1"},
	"truncated body":            {relay.Fault{End: relay.Cut, At: 5}, upstream.Bytes + "?n=1000&length=1"},
	"truncated chunk":           {relay.Fault{End: relay.Cut, At: 7}, upstream.Bytes + "?n=1000"},
	"stalled body":              {relay.Fault{End: relay.Stall, At: 5}, upstream.Bytes + "?n=1000&length=1"},
	"slow body":                 {relay.Fault{BodyEvery: 30 * time.Millisecond}, upstream.Bytes + "?n=100&length=1"},
	"gzip with a wrong head":    {relay.Fault{}, upstream.Gzip + "?bad=head"},
	"gzip with a wrong body":    {relay.Fault{}, upstream.Gzip + "?bad=body"},
	"gzip that ends too early":  {relay.Fault{}, upstream.Gzip + "?bad=cut"},
	"broken after the head":     {relay.Fault{}, upstream.Break + "?head=1"},
	"silent after five letters": {relay.Fault{}, upstream.Hang + "?head=1"},
}

func TestFaultInTheBodyIsAFailureThatTheCallerSees(t *testing.T) {
	for name, c := range late {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policy := impatient
			policy.Deadline.Attempt = 1500 * time.Millisecond // the head comes in time, also on a busy machine
			s := setUnder(t, policy, upstream.Options{}, httpclient.Options{})
			s.relay.Script(c.fault)
			_, resp, err := s.send(t, http.MethodGet, c.path, "")
			if resp == nil || err == nil {
				t.Errorf("%v, %v", resp, err)
			}
			if st := s.guard.Stats(); st.Failures != 1 || st.Failed != 1 || st.Successes != 0 || st.Attempts != 1 {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestThrottlingAndStormsAreWaitedOut(t *testing.T) {
	for name, c := range map[string]struct {
		answer   upstream.Answer
		least    time.Duration
		attempts uint64
		status   int
	}{
		"429 for a second":      {upstream.Throttled(1, time.Second), time.Second, 2, http.StatusOK},
		"429 for an hour":       {upstream.Throttled(1, time.Hour), 0, 1, http.StatusTooManyRequests},
		"429 until a date":      {upstream.ThrottledUntil(1, time.Now().Add(2*time.Second)), 0, 2, http.StatusOK},
		"429 until another day": {upstream.ThrottledUntil(1, time.Now().Add(48*time.Hour)), 0, 1, http.StatusTooManyRequests},
		"two 503":               {upstream.Storm(2), 0, 3, http.StatusOK},
		"a storm of 503":        {upstream.Storm(100), 0, 3, http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := set(t, upstream.Options{}, httpclient.Options{})
			begin := time.Now()
			_, resp, err := s.send(t, http.MethodGet, c.answer.Path(), "")
			if err != nil || resp.StatusCode != c.status || time.Since(begin) < c.least {
				t.Errorf("%v, %v after %v", resp, err, time.Since(begin))
			}
			if st := s.guard.Stats(); st.Attempts != c.attempts {
				t.Errorf("%d attempts, want %d", st.Attempts, c.attempts)
			}
			if conns := s.up.Conns(); conns != 1 {
				t.Errorf("%d connections: what is dropped is not drained", conns)
			}
		})
	}
}

func TestBrokenTLSReachesNobody(t *testing.T) {
	for _, fault := range []upstream.TLSFault{upstream.Expired, upstream.WrongName, upstream.Abort, upstream.Plain} {
		for _, protocol := range []upstream.Protocol{upstream.H1TLS, upstream.H2} {
			t.Run(string(fault)+" "+string(protocol), func(t *testing.T) {
				t.Parallel()
				s := set(t, upstream.Options{Protocol: protocol, TLS: fault}, httpclient.Options{})
				if _, _, err := s.send(t, http.MethodPost, upstream.Echo, ""); err == nil {
					t.Error("no error")
				}
				if st := s.guard.Stats(); len(s.up.Requests()) != 0 || st.Failures == 0 || st.Successes != 0 {
					t.Errorf("%+v", st)
				}
			})
		}
	}
}

func TestGoAwayCostsNoRequest(t *testing.T) {
	s := set(t, upstream.Options{Protocol: upstream.H2, GoAway: 1}, httpclient.Options{})
	for range 3 {
		if _, resp, err := s.send(t, http.MethodGet, upstream.Echo, ""); err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%v, %v", resp, err)
		}
	}
	if twice := s.up.Repeated(); len(twice) > 0 {
		t.Errorf("%+v", twice)
	}
}

func TestCallerThatLeavesIsNobodysFailure(t *testing.T) {
	for _, path := range []string{upstream.Hang, upstream.Hang + "?head=1"} {
		s := set(t, upstream.Options{}, httpclient.Options{})
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, leave)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.relay.Addr()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := s.client.Do(req)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", path, err)
		}
		if st := s.guard.Stats(); st.Failures != 0 || st.Voids != 1 {
			t.Errorf("%s: %+v", path, st)
		}
	}
}

func TestStreamOutlivesTheDeadlinesOfItsPolicy(t *testing.T) {
	s := set(t, upstream.Options{}, httpclient.Options{})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.relay.Addr()+upstream.Stream+"?n=2&name=s", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	s.up.Step("s")
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if st := s.guard.Stats(); st.Successes != 1 || st.Gate.InUse != 1 {
		t.Errorf("it streams: %+v", st)
	}
	ctx, cancel := context.WithTimeout(t.Context(), impatient.Deadline.Attempt+200*time.Millisecond)
	defer cancel()
	<-ctx.Done() // longer than an attempt may take
	s.up.Step("s")
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Errorf("it was cut: %v", err)
	}
	_ = resp.Body.Close()
	if st := s.guard.Stats(); st.Gate.InUse != 0 || st.Failures != 0 {
		t.Errorf("%+v", st)
	}
}

func TestGivenClassifierDecidesBeforeTheRules(t *testing.T) {
	s := set(t, upstream.Options{}, httpclient.Options{Classify: func(resp *http.Response, _ error) fuseboard.Outcome {
		if resp != nil && resp.StatusCode == http.StatusNotFound {
			return fuseboard.Outcome{Kind: fuseboard.Failure}
		}
		return fuseboard.Outcome{}
	}})
	_, resp, err := s.send(t, http.MethodGet, upstream.Answer{Status: http.StatusNotFound, Times: 1}.Path(), "")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("%v, %v", resp, err)
	}
}
