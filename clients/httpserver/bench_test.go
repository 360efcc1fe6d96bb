// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
)

// stub is a ResponseWriter that costs nothing, so that what is measured is the guard.
type stub struct{ header http.Header }

func (s stub) Header() http.Header             { return s.header }
func (stub) Write(p []byte) (int, error)       { return len(p), nil }
func (stub) WriteHeader(int)                   {}
func (stub) Flush()                            {}
func (stub) WriteString(t string) (int, error) { return len(t), nil }

var greeting = []byte("hello")

var hello = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(greeting)
})

// workloads are requests that cost differently.
var workloads = []struct {
	name   string
	o      httpserver.Options
	header http.Header
	allocs float64 // at most
}{
	{"nothing said", httpserver.Options{}, http.Header{}, 3},
	{"priority", httpserver.Options{Trust: httpserver.Everyone}, http.Header{"Fuseboard-Priority": {"high"}, "X-Request-Id": {"r-1"}}, 4},
	{"deadline", httpserver.Options{}, http.Header{"Fuseboard-Deadline-Ms": {"60000"}}, 6},
	{"spent deadline", httpserver.Options{}, http.Header{"Fuseboard-Deadline-Ms": {"0"}}, 7},
}

func request(ctx context.Context, h http.Header) *http.Request {
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	r.Header = h
	return r
}

func BenchmarkMiddleware(b *testing.B) {
	b.Run("without", func(b *testing.B) {
		w, r := stub{http.Header{}}, request(b.Context(), http.Header{})
		b.ReportAllocs()
		for b.Loop() {
			hello.ServeHTTP(w, r)
		}
	})
	for _, c := range workloads {
		b.Run(c.name, func(b *testing.B) {
			h := guard(b, c.o).Middleware(hello)
			w, r := stub{http.Header{}}, request(b.Context(), c.header)
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(w, r)
			}
		})
	}
	b.Run("full", func(b *testing.B) {
		s := guard(b, httpserver.Options{Policy: actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 1}}})
		w, r := stub{http.Header{}}, request(b.Context(), http.Header{})
		s.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { // holds the only permit
			again := s.Middleware(hello)
			b.ReportAllocs()
			for b.Loop() {
				again.ServeHTTP(w, r)
			}
		})).ServeHTTP(w, r)
	})
}

func TestAllocMiddleware(t *testing.T) {
	for _, c := range workloads {
		h := guard(t, c.o).Middleware(hello)
		w, r := stub{http.Header{}}, request(t.Context(), c.header)
		if n := testing.AllocsPerRun(200, func() { h.ServeHTTP(w, r) }); n > c.allocs {
			t.Errorf("%s: %v allocations, at most %v", c.name, n, c.allocs)
		}
	}
}
