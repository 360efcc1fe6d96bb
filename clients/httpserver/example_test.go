// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
)

// get asks a handler as a caller would.
func get(h http.Handler, headers ...string) {
	w, r := httptest.NewRecorder(), httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/orders/7", nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	h.ServeHTTP(w, r)
	fmt.Print(w.Code, " ", w.Header().Get("Retry-After"), " ", w.Body)
}

// A service that anybody can reach: the priority comes from what the service knows.
func ExampleNew() {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()

	server, err := httpserver.New(sys, httpserver.Options{
		Policy: actors.Policy{
			Bulkhead: actors.Bulkhead{Concurrency: 100, Queue: 50},
			Deadline: actors.Deadline{Total: 10 * time.Second},
		},
		Priority: func(r *http.Request) fuseboard.Priority {
			if r.URL.Path == "/checkout" {
				return fuseboard.Critical
			}
			return fuseboard.Normal
		},
		Skip: func(r *http.Request) bool { return r.URL.Path == "/live" || r.URL.Path == "/ready" },
	})
	if err != nil {
		panic(err)
	}
	handler := server.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, limited := r.Context().Deadline()
		fmt.Fprintln(w, "limited:", limited)
	}))

	get(handler)
	get(handler, "Fuseboard-Deadline-Ms", "0") // its caller has left already
	// Output:
	// 200  limited: true
	// 504  504 Gateway Timeout
}

// A handler answers with the error of what it called.
func ExampleError() {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(context.Background()) }()
	stock, err := actors.Protect(sys, "stock", actors.Policy{Breaker: actors.Breaker{Consecutive: 5}})
	if err != nil {
		panic(err)
	}
	count := func(context.Context) (int, error) { return 3, nil }

	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := actors.Do(r.Context(), stock, count)
		if err != nil {
			httpserver.Error(w, r, err)
			return
		}
		fmt.Fprintln(w, n, "left")
	})

	get(handler)
	off := actors.Command{Mode: actors.HoldOpen, By: "ops", Reason: "stock moves house", TTL: time.Minute}
	if err := stock.Command(context.Background(), off); err != nil {
		panic(err)
	}
	get(handler)
	// Output:
	// 200  3 left
	// 503 60 503 Service Unavailable; again in 60s
}

// The way out: not ready first, then the time that the platform needs to see it, then
// the end.
func ExampleReady() {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	ready := httpserver.Ready(sys)

	mux := http.NewServeMux()
	mux.Handle("GET /ready", ready)
	mux.HandleFunc("GET /live", httpserver.Live)

	state := func() {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/ready", nil))
		fmt.Println(w.Code)
	}
	state()
	ready.Drain()
	state()
	_ = sys.Shutdown(context.Background())
	state()
	// Output:
	// 200
	// 503
	// 503
}
