// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
)

// Request is what the server got.
type Request struct {
	// Method, Path (with its query), Host and Proto are as they came.
	Method, Path, Host, Proto string
	// Header holds all headers, Trailer those after the body, once it is read.
	Header, Trailer http.Header
	// Body is what was read of the body, and Complete whether that was all of it.
	Body     []byte
	Complete bool
	// ContentLength is -1 where it was not said.
	ContentLength int64
	// TransferEncoding is as net/http tells it.
	TransferEncoding []string
	// Conn is the number of the connection, from 1 in the order of their coming.
	Conn int
	// Done reports whether the handler has ended.
	Done bool
}

// KeyHeader names the header by which a client says that two requests are the same one.
const KeyHeader = "Idempotency-Key"

// Requests returns copies of what the server got, in the order of arrival.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Request
	for _, r := range s.requests {
		c := *r
		c.Header, c.Trailer, c.Body = r.Header.Clone(), r.Trailer.Clone(), bytes.Clone(r.Body)
		all = append(all, c)
	}
	return all
}

// Repeated returns the requests that came twice without leave: method not safe to
// repeat, and the same method, path and body as an earlier one without a key of its own.
// Requests that are sent twice on purpose must differ in one of these.
func (s *Server) Repeated() (twice []Request) {
	seen := map[string]bool{}
	for _, r := range s.Requests() {
		if r.Header.Get(KeyHeader) != "" || slices.Contains([]string{"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}, r.Method) {
			continue
		}
		id := r.Method + " " + r.Path + " " + string(r.Body)
		if seen[id] {
			twice = append(twice, r)
		}
		seen[id] = true
	}
	return twice
}

// PerKey returns how many requests came with each Idempotency-Key.
func (s *Server) PerKey() map[string]int {
	n := map[string]int{}
	for _, r := range s.Requests() {
		if key := r.Header.Get(KeyHeader); key != "" {
			n[key]++
		}
	}
	return n
}

// Conns returns how many connections were made.
func (s *Server) Conns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

// Await returns when the requests are such that holds reports true, or with ctx's
// error. It looks at every arrival and every end of a handler.
func (s *Server) Await(ctx context.Context, holds func([]Request) bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if holds(s.Requests()) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

type connNumber struct{}

// number gives a new connection its number.
func (s *Server) number(ctx context.Context, _ net.Conn) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns++
	return context.WithValue(ctx, connNumber{}, s.conns)
}

// recorded writes down what comes to h.
func (s *Server) recorded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.work.Add(1)
		defer s.work.Done()
		n, _ := r.Context().Value(connNumber{}).(int)
		e := &Request{
			Method: r.Method, Path: r.URL.RequestURI(), Host: r.Host, Proto: r.Proto, Header: r.Header.Clone(),
			ContentLength: r.ContentLength, TransferEncoding: r.TransferEncoding, Conn: n,
		}
		s.change(func() { s.requests = append(s.requests, e) })
		defer s.change(func() { e.Done = true })
		seen := *r // net/http looks at the body of its own request: whether to say continue
		seen.Body = &witness{ReadCloser: r.Body, server: s, request: r, entry: e}
		h.ServeHTTP(w, &seen)
	})
}

func (s *Server) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

// witness writes down a body as it is read.
type witness struct {
	io.ReadCloser
	server  *Server
	request *http.Request
	entry   *Request
}

func (w *witness) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.server.change(func() {
		w.entry.Body = append(w.entry.Body, p[:n]...)
		if errors.Is(err, io.EOF) {
			w.entry.Complete, w.entry.Trailer = true, w.request.Trailer.Clone()
		}
	})
	return n, err
}
