// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
)

// shop is a server that has bad moments.
type shop struct {
	url   string
	close func()

	mu     sync.Mutex
	broken int             // requests that will fail
	seen   int             // requests since it was told to be bad
	taken  map[string]bool // orders, by their keys
}

func openShop() *shop {
	s := &shop{taken: map[string]bool{}}
	server := httptest.NewServer(s)
	s.url, s.close = server.URL, server.Close
	return s
}

// bad makes the next n requests fail; an order is taken all the same.
func (s *shop) bad(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken, s.seen = n, 0
}

func (s *shop) orders() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.taken)
}

// ServeHTTP answers, or fails after having done the work: the client cannot know.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodPost {
		s.taken[r.Header.Get("Idempotency-Key")] = true
	}
	s.seen++
	if s.broken > 0 {
		s.broken--
		http.Error(w, "the shop is in trouble", http.StatusInternalServerError)
		return
	}
	_, _ = fmt.Fprintf(w, "done at request %d", s.seen)
}
