// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"io"
	"net/http"
	"strings"
	"sync"
)

// Reply is one answer of a Server: a status, and a Retry-After where it is not empty.
type Reply struct {
	Status     int
	RetryAfter string
}

// Server is an [http.RoundTripper] that is its own server: it answers by a script, 200
// past its end, and counts what arrived and which bodies are still open.
type Server struct {
	mu      sync.Mutex
	script  []Reply
	arrived []string
	open    int
}

// Next sets what the next requests are answered, by status alone.
func (s *Server) Next(statuses ...int) {
	replies := make([]Reply, len(statuses))
	for i, status := range statuses {
		replies[i].Status = status
	}
	s.Script(replies...)
}

// Script sets what the next requests are answered.
func (s *Server) Script(replies ...Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = replies
}

// RoundTrip reads the request and answers it.
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		sent, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrived = append(s.arrived, req.Method+" "+string(sent))
	s.open++
	reply := Reply{Status: http.StatusOK}
	if len(s.script) > 0 {
		reply, s.script = s.script[0], s.script[1:]
	}
	header := http.Header{}
	if reply.RetryAfter != "" {
		header.Set("Retry-After", reply.RetryAfter)
	}
	return &http.Response{
		StatusCode: reply.Status, Status: http.StatusText(reply.Status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: &body{Reader: strings.NewReader("hello"), server: s}, ContentLength: 5, Request: req,
	}, nil
}

// Arrived returns every request that arrived: its method and body.
func (s *Server) Arrived() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.arrived...)
}

// Open is how many responses' bodies nobody has closed.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

type body struct {
	io.Reader
	server *Server
	once   sync.Once
}

// Close closes the body.
func (b *body) Close() error {
	b.once.Do(func() {
		b.server.mu.Lock()
		defer b.server.mu.Unlock()
		b.server.open--
	})
	return nil
}
