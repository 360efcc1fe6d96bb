// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// maxSteps bounds how many steps of one name may be allowed ahead of time.
const maxSteps = 1024

// Step allows one handler that waits under this name to take one step.
func (s *Server) Step(name string) { s.gate(name) <- struct{}{} }

func (s *Server) gate(name string) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gates[name] == nil {
		s.gates[name] = make(chan struct{}, maxSteps)
	}
	return s.gates[name]
}

// step waits for a Step, and reports whether it came before ctx ended.
func (s *Server) step(ctx context.Context, name string) bool {
	select {
	case <-s.gate(name):
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	_ = out.Flush()
	for i := range number(q.Get("n"), 1) {
		if !s.step(r.Context(), q.Get("name")) {
			return
		}
		fmt.Fprintf(w, "data: %d\n\n", i+1)
		_ = out.Flush()
	}
}

func (s *Server) hang(w http.ResponseWriter, r *http.Request) {
	hello(w, r)
	name := r.URL.Query().Get("name")
	if name == "" {
		<-r.Context().Done()
		panic(http.ErrAbortHandler) // not even an empty answer
	}
	if s.step(r.Context(), name) {
		_, _ = io.WriteString(w, "at last")
	}
}

func breakOff(w http.ResponseWriter, r *http.Request) {
	hello(w, r)
	panic(http.ErrAbortHandler)
}

// hello begins an answer where ?head= asks for it.
func hello(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("head") != "" {
		_, _ = io.WriteString(w, "hello")
		_ = http.NewResponseController(w).Flush()
	}
}

func (s *Server) slow(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	every, err := time.ParseDuration(q.Get("every"))
	if err != nil {
		http.Error(w, "?every= is a duration like 5ms", http.StatusBadRequest)
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := range number(q.Get("n"), len(letters)) {
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
		_, _ = w.Write([]byte{letters[i%len(letters)]})
		_ = http.NewResponseController(w).Flush()
	}
}

// upgrade switches to a protocol that sends capitals back.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Upgrade") != "capitals" {
		http.Error(w, "ask for Upgrade: capitals", http.StatusUpgradeRequired)
		return
	}
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotImplemented)
		return
	}
	s.change(func() { s.hijacked[conn] = struct{}{} })
	defer s.change(func() { delete(s.hijacked, conn); _ = conn.Close() })
	if s.ctx.Err() != nil { // Close did not see this connection
		return
	}
	fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: capitals\r\n\r\n")
	buf := make([]byte, 4096)
	for err = rw.Flush(); err == nil; err = rw.Flush() {
		n, err := rw.Read(buf)
		if err != nil {
			return
		}
		_, _ = rw.Write(bytes.ToUpper(buf[:n]))
	}
}
