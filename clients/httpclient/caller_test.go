// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

// serveBoth runs a test over HTTP/1.1 and HTTP/2.
func serveBoth(t *testing.T, h http.HandlerFunc, run func(t *testing.T, s *httptest.Server)) {
	t.Helper()
	for proto, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(proto, func(t *testing.T) {
			s := httptest.NewUnstartedServer(h)
			s.EnableHTTP2 = http2
			s.StartTLS()
			defer s.Close()
			run(t, s)
		})
	}
}

// torn is a body that fails after some bytes.
type torn struct {
	io.Reader
	err error
}

func (b torn) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = b.err
	}
	return n, err
}

func (torn) Close() error { return nil }

func TestRequestBodyThatFailsIsTheCallersFaultAndIsNotSentAgain(t *testing.T) {
	var arrived sync.Map // from the path to how often
	count := func(path string) *atomic.Int32 {
		n, _ := arrived.LoadOrStore(path, new(atomic.Int32))
		return n.(*atomic.Int32) //nolint:forcetypeassert // ours
	}
	serveBoth(t, func(_ http.ResponseWriter, r *http.Request) {
		count(r.Proto + r.URL.Path).Add(1)
		_, _ = io.Copy(io.Discard, r.Body)
	}, func(t *testing.T, s *httptest.Server) {
		for name, c := range map[string]struct {
			fault  error
			length int64
		}{
			"its own error":                     {fault: errors.New("disk")},
			"one that looks like a refusal":     {fault: &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}},
			"one that looks like a broken link": {fault: io.ErrUnexpectedEOF},
			"shorter than it says":              {fault: io.EOF, length: 200_000},
			"longer than it says":               {fault: io.EOF, length: 50_000},
		} {
			client, tr := protect(t, httpclient.Options{Policy: quick, Base: s.Client().Transport})
			again := func() (io.ReadCloser, error) {
				return torn{Reader: strings.NewReader(strings.Repeat("x", 100_000)), err: c.fault}, nil
			}
			body, _ := again()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/"+strings.ReplaceAll(name, " ", "-"), body)
			if err != nil {
				t.Fatal(err)
			}
			req.GetBody, req.ContentLength = again, c.length
			resp, err := client.Do(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if c.fault != io.EOF && !errors.Is(err, c.fault) {
				t.Errorf("%s: %v", name, err)
			}
			if st := stats(t, tr); st.Failures != 0 || st.Attempts != 1 || st.Gate.InUse != 0 {
				t.Errorf("%s: %d failures of %d attempts", name, st.Failures, st.Attempts)
			}
		}
	})
	for path, n := range arrived.Range {
		if n.(*atomic.Int32).Load() > 1 { //nolint:forcetypeassert // ours
			t.Errorf("%v arrived twice", path)
		}
	}
}

func TestBodyThatCannotBeHadAgainIsTheCallersFault(t *testing.T) {
	for name, again := range map[string]func() (io.ReadCloser, error){
		"an error": func() (io.ReadCloser, error) { return nil, errors.New("gone") },
		"nothing":  func() (io.ReadCloser, error) { return nil, nil }, //nolint:nilnil // what nobody should do
		"another":  func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("abc")), nil },
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
		client, tr := protect(t, httpclient.Options{Policy: quick})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.URL, strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		req.GetBody = again
		if resp, err := client.Do(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: no error", name)
		}
		if st := stats(t, tr); st.Failures != 1 || st.Attempts != 2 || st.Gate.InUse != 0 {
			t.Errorf("%s: %d failures of %d attempts", name, st.Failures, st.Attempts)
		}
	}
}

func TestCallersOwnTimeoutIsTheStandardClients(t *testing.T) {
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	client, _ := protect(t, httpclient.Options{})
	client.Timeout = 20 * time.Millisecond
	resp, err := client.Get(s.URL)
	if err == nil {
		_ = resp.Body.Close()
	}
	_, ours := errors.AsType[*actors.CallError](err)
	if timeout, ok := errors.AsType[net.Error](err); ours || !ok || !timeout.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestRequestThatNobodyCanSendIsNotTheDependencysFailure(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	for name, spoil := range map[string]func(*http.Request){
		"a header with a line break": func(r *http.Request) { r.Header["X"] = []string{"a\r\nb: c"} },
		"a header without a name":    func(r *http.Request) { r.Header["X Y"] = []string{"a"} },
		"a trailer with a zero":      func(r *http.Request) { r.Trailer = http.Header{"X": {"\x00"}} },
		"a method of two words":      func(r *http.Request) { r.Method = "BAD METHOD" },
		"another scheme":             func(r *http.Request) { r.URL.Scheme = "gopher" },
	} {
		client, tr := protect(t, httpclient.Options{Policy: quick})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		spoil(req)
		if resp, err := client.Do(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: no error", name)
		}
		if st := stats(t, tr); st.Failures != 0 || st.Attempts != 1 || st.Gate.InUse != 0 {
			t.Errorf("%s: %d failures of %d attempts", name, st.Failures, st.Attempts)
		}
	}
}

func TestBodyThatItsCallerClosesWhileHeReadsIsNotAFailure(t *testing.T) {
	serveBoth(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}, func(t *testing.T, s *httptest.Server) {
		client, tr := protect(t, httpclient.Options{Policy: quick, Base: s.Client().Transport})
		for range 50 {
			resp, err := client.Get(s.URL)
			if err != nil {
				t.Fatal(err)
			}
			reads := make(chan struct{})
			go func() {
				defer close(reads)
				_, _ = io.ReadAll(resp.Body)
			}()
			_ = resp.Body.Close()
			<-reads
		}
		if st := stats(t, tr); st.Failures != 0 || st.Gate.InUse != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// answering answers without a network.
type answering func(*http.Request) (*http.Response, error)

func (f answering) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestBaseThatReturnsNothingIsAnError(t *testing.T) {
	for _, accept := range []string{"", "text/event-stream"} {
		client, tr := protect(t, httpclient.Options{Policy: quick, Base: answering(func(*http.Request) (*http.Response, error) {
			return nil, nil //nolint:nilnil // what no transport may do
		})})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.example.com/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", accept)
		if _, err := client.Do(req); err == nil || !strings.Contains(err.Error(), "nil *Response") {
			t.Errorf("%v", err)
		}
		if st := stats(t, tr); st.Gate.InUse != 0 || st.Successes != 0 {
			t.Errorf("%+v", st)
		}
	}
}

func TestEmptyKeyMakesNothingSafe(t *testing.T) {
	for _, key := range []string{"", " "} {
		for _, made := range []bool{false, true} {
			var keys []string
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				keys = append(keys, r.Header.Get("Idempotency-Key"))
				w.WriteHeader(http.StatusServiceUnavailable)
			})
			client, _ := protect(t, httpclient.Options{Policy: quick, IdempotencyKeys: made})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader("hello"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Idempotency-Key", key)
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = read(t, resp)
			if !made && len(keys) != 1 || made && (len(keys) != 3 || keys[0] == "" || keys[0] != keys[2]) {
				t.Errorf("%q: it arrived with %q", key, keys)
			}
		}
	}
}

func TestNextHopHearsTheNameOfTheGuardThatIsGiven(t *testing.T) {
	told := make(chan string, 1)
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { told <- r.Header.Get("Fuseboard-Chain") })
	sys := start(t)
	guard, err := actors.Protect(sys, "orders", quick)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := httpclient.NewTransport(sys, httpclient.Options{Guard: guard, Name: "read", Propagate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.CloseIdleConnections()
	resp, err := (&http.Client{Transport: tr}).Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = read(t, resp)
	if chain := <-told; chain != "orders" {
		t.Errorf("it hears %q", chain)
	}
}
