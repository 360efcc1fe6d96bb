// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
	"github.com/fuseboard/fuseboard/supervision"
)

func TestPermitLastsAsLongAsTheBody(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 1<<20)) })
	for name, finish := range map[string]func(*http.Response){
		"read to the end": func(r *http.Response) { _, _ = io.Copy(io.Discard, r.Body) },
		"closed":          func(r *http.Response) { _ = r.Body.Close() },
		"both, twice": func(r *http.Response) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
			_ = r.Body.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, tr := protect(t, httpclient.Options{Policy: quick})
			resp, err := client.Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			if st := stats(t, tr); st.Gate.InUse != 1 || st.Successes != 0 {
				t.Errorf("before: %+v", st)
			}
			finish(resp)
			if st := stats(t, tr); st.Gate.InUse != 0 || st.Successes != 1 || st.Calls != 1 {
				t.Errorf("after: %+v", st)
			}
			_ = resp.Body.Close()
		})
	}
}

func TestBodyThatBreaksOffIsAFailure(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	client, tr := protect(t, httpclient.Options{Policy: quick})
	resp, err := client.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read: %v", err)
	}
	_ = resp.Body.Close()
	if st := stats(t, tr); st.Failures != 1 || st.Successes != 0 || st.Gate.InUse != 0 {
		t.Errorf("%+v", st)
	}
}

func TestFailedResponsesAreRepeatedWhereThatIsSafe(t *testing.T) {
	for _, c := range []struct {
		name, method, key string
		body              io.Reader
		o                 httpclient.Options
		status, arrive    int
	}{
		{name: "GET", method: http.MethodGet, status: 503, arrive: 3},
		{name: "PUT", method: http.MethodPut, body: strings.NewReader("hello"), status: 502, arrive: 3},
		{name: "PUT without GetBody", method: http.MethodPut, body: io.MultiReader(strings.NewReader("hello")), status: 503, arrive: 1},
		{name: "POST", method: http.MethodPost, body: strings.NewReader("hello"), status: 503, arrive: 1},
		{name: "POST with a key", method: http.MethodPost, key: "k-1", body: strings.NewReader("hello"), status: 503, arrive: 3},
		{name: "POST that is given a key", method: http.MethodPost, body: strings.NewReader("hello"), o: httpclient.Options{IdempotencyKeys: true}, status: 503, arrive: 3},
		{name: "POST called safe", method: http.MethodPost, body: strings.NewReader("hello"), o: httpclient.Options{Safe: func(*http.Request) bool { return true }}, status: 500, arrive: 3},
		{name: "404", method: http.MethodGet, status: 404, arrive: 1},
		{name: "501", method: http.MethodGet, status: 501, arrive: 1},
		{name: "504", method: http.MethodGet, status: 504, arrive: 3},
		{name: "429", method: http.MethodGet, status: 429, arrive: 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			var arrived atomic.Int32
			keys := make(chan string, 10)
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				arrived.Add(1)
				keys <- r.Header.Get("Idempotency-Key")
				if got, _ := io.ReadAll(r.Body); c.body != nil && string(got) != "hello" {
					t.Errorf("arrived with %q", got)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, "no")
			})
			c.o.Policy = quick
			client, tr := protect(t, c.o)
			req, err := http.NewRequestWithContext(t.Context(), c.method, s.URL, c.body)
			if err != nil {
				t.Fatal(err)
			}
			if c.key != "" {
				req.Header.Set("Idempotency-Key", c.key)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			if got := read(t, resp); got != "no" || resp.StatusCode != c.status || int(arrived.Load()) != c.arrive {
				t.Errorf("%d %q after %d arrived, want %d", resp.StatusCode, got, arrived.Load(), c.arrive)
			}
			first := <-keys
			for range c.arrive - 1 {
				if again := <-keys; again != first || first == "" && c.method == http.MethodPost && c.o.Safe == nil {
					t.Errorf("keys %q and %q", first, again)
				}
			}
			if st := stats(t, tr); st.Gate.InUse != 0 || int(st.Attempts) != c.arrive {
				t.Errorf("%+v", st)
			}
		})
	}
}

func TestDroppedResponseGivesItsConnectionBack(t *testing.T) {
	var arrived, dialled atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if arrived.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, strings.Repeat("sorry ", 1000))
		}
	})
	base, _ := http.DefaultTransport.(*http.Transport)
	base = base.Clone()
	dial := base.DialContext
	base.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		dialled.Add(1)
		return dial(ctx, network, addr)
	}
	client, _ := protect(t, httpclient.Options{Policy: quick, Base: base})
	resp, err := client.Get(s.URL)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", resp, err)
	}
	_ = read(t, resp)
	if arrived.Load() != 3 || dialled.Load() != 1 {
		t.Errorf("%d arrived over %d connections", arrived.Load(), dialled.Load())
	}
}

func TestDroppedResponseThatDripsIsNotWaitedFor(t *testing.T) {
	var arrived atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if arrived.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}
	})
	client, _ := protect(t, httpclient.Options{Policy: quick})
	resp, err := client.Get(s.URL)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", resp, err)
	}
	_ = read(t, resp)
}

func TestRequestIsNeverMutated(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Fuseboard-Attempt") == "1" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	client, _ := protect(t, httpclient.Options{Policy: quick, Propagate: true, IdempotencyKeys: true})
	ctx := fuseboard.WithMeta(t.Context(), fuseboard.Meta{Tenant: "acme", Request: "r-7", Priority: fuseboard.High})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Mine", "1")
	before, headers, body := *req, req.Header.Clone(), req.Body
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = read(t, resp)
	if !reflect.DeepEqual(req.Header, headers) || req.Body != body || req.URL != before.URL || req.Context() != before.Context() || resp.Request != req {
		t.Errorf("it was %+v and is %+v", before, req)
	}
}

func TestBodyOfARefusedRequestIsClosed(t *testing.T) {
	client, tr := protect(t, httpclient.Options{Policy: quick})
	if err := tr.Keyring().Command(t.Context(), "127.0.0.1:1", actors.Command{Mode: actors.HoldOpen, By: "test", Reason: "test", TTL: time.Minute}); err != nil {
		t.Fatal(err)
	}
	body := &closeCounter{Reader: bytes.NewReader([]byte("hello"))}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1:1/", body)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Do(req)
	if !errors.Is(err, actors.ErrOpen) || body.closed != 1 {
		t.Errorf("%v; closed %d times", err, body.closed)
	}
}

type closeCounter struct {
	io.Reader
	closed int
}

func (c *closeCounter) Close() error { c.closed++; return nil }

func TestPostWithoutAKeyArrivesAtMostOnce(t *testing.T) {
	var arrived atomic.Int32
	faults := []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		},
	}
	for i, fault := range faults {
		arrived.Store(0)
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			arrived.Add(1)
			fault(w, r)
		})
		client, _ := protect(t, httpclient.Options{Policy: quick})
		resp, err := client.Post(s.URL, "text/plain", strings.NewReader("hello"))
		if err == nil {
			_ = resp.Body.Close()
		}
		if n := arrived.Load(); n != 1 {
			t.Errorf("fault %d: it arrived %d times", i, n)
		}
	}
}

func TestRefusedConnectionIsRepeatedEvenForAPost(t *testing.T) {
	client, tr := protect(t, httpclient.Options{Policy: quick})
	_, err := client.Post("http://127.0.0.1:1/", "text/plain", strings.NewReader("hello"))
	call, ok := errors.AsType[*actors.CallError](err)
	if !ok || call.Attempts != 3 || !errors.Is(call.Why, supervision.ErrAttempts) {
		t.Errorf("%v", err)
	}
	_, err = client.Post("http://127.0.0.1:1/", "text/plain", io.MultiReader(strings.NewReader("hello")))
	call, ok = errors.AsType[*actors.CallError](err)
	if !ok || call.Attempts != 1 || !errors.Is(call.Why, supervision.ErrFinal) {
		t.Errorf("without GetBody: %v", err)
	}
	if st := stats(t, tr); st.Gate.InUse != 0 {
		t.Errorf("%+v", st)
	}
}

func TestRetryAfterIsWaitedForAndCapped(t *testing.T) {
	var arrived atomic.Int32
	wait := "1"
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if arrived.Add(1) == 1 {
			w.Header().Set("Retry-After", wait)
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	client, _ := protect(t, httpclient.Options{Policy: quick})
	begin := time.Now()
	resp, err := client.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = read(t, resp)
	if took := time.Since(begin); resp.StatusCode != http.StatusOK || took < time.Second {
		t.Errorf("%d after %v", resp.StatusCode, took)
	}
	arrived.Store(0)
	wait = time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	resp, err = client.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = read(t, resp)
	if resp.StatusCode != http.StatusTooManyRequests || arrived.Load() != 1 {
		t.Errorf("an hour: %d after %d", resp.StatusCode, arrived.Load())
	}
}

func TestMeshsRepetitionsCount(t *testing.T) {
	for header, want := range map[string]int32{"": 3, "1": 3, "2": 2, "3": 1, "nonsense": 3} {
		var arrived atomic.Int32
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			arrived.Add(1)
			if header != "" {
				w.Header().Set("X-Envoy-Attempt-Count", header)
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		})
		client, _ := protect(t, httpclient.Options{Policy: quick})
		resp, err := client.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		_ = read(t, resp)
		if got := arrived.Load(); got != want {
			t.Errorf("%q: %d arrived, want %d", header, got, want)
		}
	}
}

func TestNextHopIsToldWhatIsLeft(t *testing.T) {
	told := make(chan http.Header, 3)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		told <- r.Header.Clone()
		if len(told) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	client, _ := protect(t, httpclient.Options{Policy: quick, Name: "orders", Propagate: true})
	ctx := fuseboard.WithMeta(t.Context(), fuseboard.Meta{Tenant: "acme", Request: "r-7", Priority: fuseboard.High, Chain: []string{"checkout"}})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = read(t, resp)
	for _, attempt := range []string{"1", "2"} {
		h := <-told
		for name, want := range map[string]string{
			"Fuseboard-Attempt": attempt, "Fuseboard-Tenant": "acme", "Fuseboard-Priority": "high",
			"Fuseboard-Chain": "checkout, orders", "X-Request-Id": "r-7",
		} {
			if got := h.Get(name); got != want && strings.ReplaceAll(got, ",", ", ") != want {
				t.Errorf("attempt %s: %s is %q, want %q", attempt, name, got, want)
			}
		}
		if ms := h.Get("Fuseboard-Deadline-Ms"); len(ms) != 4 { // below the attempt's 10s
			t.Errorf("deadline %q", ms)
		}
	}
	plain, _ := protect(t, httpclient.Options{Policy: quick})
	if resp, err = plain.Do(req); err != nil {
		t.Fatal(err)
	}
	_ = read(t, resp)
	for name := range <-told {
		if strings.HasPrefix(name, "Fuseboard") || name == "X-Request-Id" {
			t.Errorf("%s is sent without being asked for", name)
		}
	}
}

func TestHostsAreDependenciesOfTheirOwn(t *testing.T) {
	good := serve(t, func(http.ResponseWriter, *http.Request) {})
	client, tr := protect(t, httpclient.Options{Policy: actors.Policy{Breaker: actors.Breaker{Consecutive: 2}}})
	for range 2 {
		_, err := client.Get("http://127.0.0.1:1/")
		if err == nil {
			t.Fatal("nobody listens there")
		}
	}
	if _, err := client.Get("http://127.0.0.1:1/"); !errors.Is(err, actors.ErrOpen) {
		t.Errorf("%v", err)
	}
	resp, err := client.Get(good.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = read(t, resp)
	if n := tr.Keyring().Len(); n != 2 {
		t.Errorf("%d dependencies", n)
	}
}

func TestShadowCountsTheBulkheadWhileBodiesAreOpen(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 1<<20)) })
	policy := quick
	policy.Mode, policy.Bulkhead.Concurrency = actors.ShadowPolicy, 1
	client, tr := protect(t, httpclient.Options{Policy: policy})
	var open []*http.Response
	for range 3 {
		resp, err := client.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, resp)
	}
	if st := stats(t, tr); st.Gate.InUse != 3 || st.Would.Refused.Bulkhead != 2 {
		t.Errorf("%+v", st)
	}
	for _, resp := range open {
		_ = resp.Body.Close()
	}
	if st := stats(t, tr); st.Gate.InUse != 0 || st.Successes != 3 {
		t.Errorf("%+v", st)
	}
}
