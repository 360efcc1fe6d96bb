// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpserver"
)

// service is a shop's stock behind HTTP.
type service struct {
	handler http.Handler
	ready   *httpserver.Readiness
	stock   *actors.Guard
	count   *actors.Ref[string, int]
}

func newService(sys *actors.System) (*service, error) {
	stock, err := actors.Protect(sys, "stock", actors.Policy{
		Deadline: actors.Deadline{Attempt: 500 * time.Millisecond},
		Breaker:  actors.Breaker{FailureRate: 0.5, OpenFor: 10 * time.Second},
	})
	if err != nil {
		return nil, err
	}
	count, err := actors.Bind(stock, "count", countInStock)
	if err != nil {
		return nil, err
	}
	inbound, err := httpserver.New(sys, httpserver.Options{
		Policy: actors.Policy{
			Bulkhead: actors.Bulkhead{Concurrency: 100, Queue: 50},
			Deadline: actors.Deadline{Total: 2 * time.Second},
		},
		Priority: priorityOf,
		Skip:     func(r *http.Request) bool { return r.URL.Path == "/live" || r.URL.Path == "/ready" },
	})
	if err != nil {
		return nil, err
	}
	s := &service{ready: httpserver.Ready(sys), stock: stock, count: count}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stock/{item}", s.show)
	mux.Handle("GET /ready", s.ready)
	mux.HandleFunc("GET /live", httpserver.Live)
	s.handler = inbound.Middleware(mux)
	return s, nil
}

// priorityOf: what a crawler asks for can wait.
func priorityOf(r *http.Request) fuseboard.Priority {
	if r.Header.Get("From") != "" {
		return fuseboard.Sheddable
	}
	return fuseboard.Normal
}

func (s *service) show(w http.ResponseWriter, r *http.Request) {
	item := r.PathValue("item")
	n, err := s.count.Call(r.Context(), item)
	if err != nil {
		httpserver.Error(w, r, err)
		return
	}
	fmt.Fprintf(w, "%d %s left\n", n, item)
}

// countInStock stands for a database.
func countInStock(ctx context.Context, item string) (int, error) { return len(item), ctx.Err() }
